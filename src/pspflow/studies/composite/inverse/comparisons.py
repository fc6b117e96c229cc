"""Paired comparisons of priors on the same targets, and of searches with their starts."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import Difference
from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.accuracy import likeliest
from pspflow.studies.composite.inverse.options import KEYS

Key = tuple[str, str]
"""Model and prior."""
MEASURES: Final = {"all": "all components", "likeliest": "the likeliest component"}


class Paired(NamedTuple):
    """Difference of the errors of two priors on the same targets, in percentage points."""

    over_runs: Difference
    """Over the runs, each the mean over its targets: trainings are what repeats."""
    over_targets: Difference
    """Over the targets, each the mean over the runs that want it."""


def paired(candidates: pd.DataFrame, one: Key, other: Key) -> dict[str, Paired]:
    """Compare the errors of one model and prior with those of another.

    Parameters
    ----------
    candidates
        As `infer` writes them, of one set and target, over runs.
    one, other
        The differences are the first one's less the second one's.

    Returns
    -------
    Measure of `MEASURES` and difference, over the targets in the training structures' range, in
    the runs that have both; empty if there is none.
    """
    wanted = [name for name in candidates if name.startswith("wanted_")]
    known = candidates[candidates["inside"]]
    found = {}
    for measure in MEASURES:
        counted = likeliest(known) if measure == "likeliest" and len(known) else known
        errors = counted.groupby([*KEYS, "run", *wanted])["error_percent"].mean()
        if not {one, other} <= set(errors.index.droplevel(["run", *wanted])):
            return {}
        points = (errors.loc[one] - errors.loc[other]).dropna()
        if points.empty:
            return {}
        found[measure] = Paired(
            *(
                Difference.of(points.groupby(level=level).mean().to_numpy(np.float64))
                for level in (["run"], wanted)
            )
        )
    return found


def paired_table(candidates: pd.DataFrame, pairs: list[tuple[Key, Key]]) -> pd.DataFrame:
    """Tabulate `paired` for each set, measure and pair of model and prior.

    Returns
    -------
    Columns set, model, prior, compared_with, over (all components, or the likeliest one), runs,
    difference (percentage points, below 0 where the first is better), low and high (its 95 %
    interval over the runs, infinite for one), targets, low_over_targets and high_over_targets.
    """
    rows = []
    for name, part in candidates.groupby("set", sort=False):
        for one, other in pairs:
            for measure, each in paired(part, one, other).items():
                rows.append(
                    {
                        "set": name,
                        "model": one[0],
                        "prior": one[1],
                        "compared_with": f"{other[0]}, {other[1]}",
                        "over": MEASURES[measure],
                        "runs": each.over_runs.runs,
                        "difference": each.over_runs.mean,
                        "low": _finite(each.over_runs.low),
                        "high": _finite(each.over_runs.high),
                        "targets": each.over_targets.runs,
                        "low_over_targets": _finite(each.over_targets.low),
                        "high_over_targets": _finite(each.over_targets.high),
                    }
                )
    return pd.DataFrame(rows)


def _finite(value: float) -> float:
    return value if np.isfinite(value) else np.nan


def search_summary(searches: pd.DataFrame, *, papers_material: bool) -> pd.DataFrame:
    """Compare searches from random and from inferred latents.

    Parameters
    ----------
    searches
        As `anneal` writes them, of one model or several.
    papers_material
        Whether the structures are of the paper's material.

    Returns
    -------
    One row per model and kind of start: model, prior, start, searches, evaluations (mean of a
    search), seconds (wall-clock, mean of a search), seconds_per_target (all of its searches),
    paper_seconds_per_target, and in percent
    start_error_percent (solved, of the starts), start_predicted_error_percent and
    predicted_error_percent (of starts and ends, as the objective's network predicts them),
    error_percent (solved, of the ends), best_error_percent (of the best search for each wanted
    value, which takes a solution of every end to know) and
    paper_error_percent, the bound that the paper gives for both kinds.
    """
    table = with_errors(searches)
    keys = [*KEYS, "start"]
    rows = table.groupby(keys, sort=False).agg(
        searches=("number", "size"),
        evaluations=("evaluations", "mean"),
        seconds=("seconds", "mean"),
        seconds_per_target=("seconds", "sum"),
        start_error_percent=("start_error_percent", "mean"),
        start_predicted_error_percent=("start_predicted_error_percent", "mean"),
        predicted_error_percent=("predicted_error_percent", "mean"),
        error_percent=("error_percent", "mean"),
    )
    by_target = table.groupby([*keys, "instance"])["error_percent"].min().groupby(keys)
    rows["seconds_per_target"] /= by_target.size()
    rows["best_error_percent"] = by_target.mean()
    rows = rows.reset_index()
    rows["paper_error_percent"] = paper.ANNEALED_ERROR_PERCENT if papers_material else np.nan
    seconds = rows["start"].map(paper.ANNEALING_SECONDS)
    rows["paper_seconds_per_target"] = seconds if papers_material else np.nan
    return rows


def with_errors(searches: pd.DataFrame) -> pd.DataFrame:
    """Add the errors in percent of starts, and of starts and ends as they are predicted."""
    wanted = searches["wanted_c11_gpa"]
    return searches.assign(
        **{
            f"{each}_error_percent": 100 * (searches[f"{each}_c11_gpa"] - wanted).abs() / wanted
            for each in ("start", "start_predicted", "predicted")
        }
    )


def search_change(searches: pd.DataFrame) -> Difference:
    """Return the solved error at the ends less that at the starts, over the targets, in points."""
    table = with_errors(searches)
    points = (table["error_percent"] - table["start_error_percent"]).groupby(table["instance"])
    return Difference.of(points.mean().to_numpy(np.float64))
