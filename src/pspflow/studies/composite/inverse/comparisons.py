"""What inference is compared with: designs that the solver ranks, retrieval, and annealing."""

import numpy as np
import pandas as pd

from pspflow.studies.composite.inverse import paper


def ranked_summary(ranked: pd.DataFrame) -> pd.DataFrame:
    """Compare the solver-ranked best of several designs with retrieval, one row per instance.

    Parameters
    ----------
    ranked
        As `rank` writes them.

    Returns
    -------
    Columns instance (from 1), the wanted value if it is one alone, inside (whether it lies in the
    training structures' range), drawn (structures), best_of_n_error_percent, mean_error_percent
    (over all that were drawn), nearest_error_percent and nearest_structure (what retrieval returns:
    the training structure that comes nearest).
    """
    wanted = [name for name in ranked if name.startswith("wanted_")]
    table = ranked.groupby("instance", as_index=False).agg(
        **{name: (name, "first") for name in wanted if len(wanted) == 1},
        inside=("inside", "first"),
        drawn=("rank", "size"),
        best_of_n_error_percent=("error_percent", "min"),
        mean_error_percent=("error_percent", "mean"),
        nearest_error_percent=("nearest_error_percent", "first"),
        nearest_structure=("nearest_structure", "first"),
    )
    return table.assign(instance=table["instance"] + 1)


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
