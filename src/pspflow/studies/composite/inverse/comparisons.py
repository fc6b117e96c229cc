"""What inference is compared with: annealing."""

import numpy as np
import pandas as pd

from pspflow.studies.composite.inverse import paper


def search_summary(searches: pd.DataFrame, *, papers_material: bool) -> pd.DataFrame:
    """Compare searches from random and from inferred latents.

    Parameters
    ----------
    searches
        As `anneal` writes them.
    papers_material
        Whether the structures are of the paper's material.

    Returns
    -------
    One row per kind of start: start, searches, evaluations (mean of a search), and in percent
    start_error_percent (solved, of the starts), predicted_error_percent (of the ends as the
    objective's network predicts them), error_percent (solved, of the ends), best_error_percent (of
    the best search for each wanted value, which takes a solution of every end to know) and
    paper_error_percent, the bound that the paper gives for both kinds.
    """
    wanted = searches["wanted_c11_gpa"]
    table = searches.assign(
        start_error_percent=100 * (searches["start_c11_gpa"] - wanted).abs() / wanted,
        predicted_error_percent=100 * (searches["predicted_c11_gpa"] - wanted).abs() / wanted,
    )
    rows = table.groupby("start", sort=False).agg(
        searches=("number", "size"),
        evaluations=("evaluations", "mean"),
        start_error_percent=("start_error_percent", "mean"),
        predicted_error_percent=("predicted_error_percent", "mean"),
        error_percent=("error_percent", "mean"),
    )
    best = table.groupby(["start", "instance"])["error_percent"].min()
    rows["best_error_percent"] = best.groupby("start").mean()
    rows["paper_error_percent"] = paper.ANNEALED_ERROR_PERCENT if papers_material else np.nan
    return rows.reset_index()
