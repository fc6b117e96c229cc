"""Designs compared with what takes no network: the nearest training structure."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import UNDECIDED, Difference
from pspflow.studies.composite.structures.rows import evenly_spread

RETRIEVAL: Final = "retrieval"
"""What stands in the column network for the training structure that is nearest to a target."""
LOWER_IS_BETTER: Final = -1
MEASURES: Final = (
    *("drawn_error_percent", "best_error_percent"),
    *("decoded_error_percent", "refined_error_percent"),
)
THIRDS: Final = 3


class Compared(NamedTuple):
    """A difference of errors, judged and said."""

    outcome: int
    """`WORSE`, `UNDECIDED` or `BETTER`."""
    text: str
    """The difference in percentage points, with its intervals."""


def some(values: np.ndarray, count: int | None) -> np.ndarray:
    """Choose some of an array's rows (n, ...), evenly spread over it; None for all."""
    return values if count is None else values[evenly_spread(len(values), count)]


def by_target(designs: pd.DataFrame) -> pd.DataFrame:
    """Summarise designs, one row per network, run and instance.

    Parameters
    ----------
    designs
        As `refine` writes them, of one set and target, of all runs.

    Returns
    -------
    Columns network, run, instance, target (which is the same where the same is wanted in several
    runs), the wanted value if it is one alone, inside, drawn (structures), errors in percent
    (drawn_error_percent: the mean of all that were drawn; best_error_percent: the best of them by
    the solver; decoded_error_percent: the best that the decoder makes in the loop;
    refined_error_percent: the best after the exchange of voxels), solves and seconds (of one
    refinement), exchanged_percent (of the voxels); and of retrieval nearest_percent and
    nearest_refined_percent, its errors before and after refinement.
    """
    wanted = [name for name in designs if name.startswith("wanted_")]
    rows = designs.assign(target=designs[wanted].astype(str).agg(" ".join, axis=1))
    table = rows.groupby(["network", "run", "instance"], sort=False, as_index=False).agg(
        target=("target", "first"),
        **{name: (name, "first") for name in wanted if len(wanted) == 1},
        inside=("inside", "first"),
        drawn=("rank", "size"),
        drawn_error_percent=("error_percent", "mean"),
        best_error_percent=("error_percent", "min"),
        decoded_error_percent=("decoded_error_percent", "min"),
        refined_error_percent=("refined_error_percent", "min"),
        solves=("solves", "mean"),
        seconds=("seconds", "mean"),
        exchanged_percent=("exchanged_percent", "mean"),
    )
    near = table[table["network"] == RETRIEVAL].set_index(["run", "instance"])
    near = near[["best_error_percent", "refined_error_percent"]]
    near.columns = ["nearest_percent", "nearest_refined_percent"]
    return table.join(near, on=["run", "instance"])


def summary(points: pd.DataFrame) -> pd.DataFrame:
    """Average over targets and runs, one row per network.

    Parameters
    ----------
    points
        As `by_target` returns them.

    Returns
    -------
    Columns network, runs, targets (of all runs), drawn, the mean errors in percent,
    worst_run_percent (the largest mean of a run after refinement), largest_percent (of one target),
    solves, seconds and exchanged_percent. Nothing is drawn for retrieval.
    """
    rows = points.groupby("network", sort=False).agg(
        runs=("run", "nunique"),
        targets=("instance", "size"),
        drawn=("drawn", "max"),
        **{name: (name, "mean") for name in MEASURES},
        largest_percent=("refined_error_percent", "max"),
        solves=("solves", "mean"),
        seconds=("seconds", "mean"),
        exchanged_percent=("exchanged_percent", "mean"),
    )
    runs = points.groupby(["network", "run"])["refined_error_percent"].mean()
    place = rows.columns.get_loc("largest_percent")
    rows.insert(place, "worst_run_percent", runs.groupby("network").max())
    rows[["drawn", "drawn_error_percent"]] = rows[["drawn", "drawn_error_percent"]].astype(float)
    rows.loc[rows.index == RETRIEVAL, ["drawn", "drawn_error_percent"]] = np.nan
    return rows.reset_index()


def by_distance(points: pd.DataFrame, network: str) -> pd.DataFrame:
    """Average over thirds of the targets, from those near to a training structure to those far.

    Parameters
    ----------
    points
        As `by_target` returns them.
    network
        Whose designs.

    Returns
    -------
    Columns nearest_from_percent and nearest_to_percent (distances of a third of the targets to the
    nearest training structure), targets, retrieval_percent (their mean, which is retrieval's
    error), the mean errors of design, and retrieval_refined_percent.
    """
    rows = points[points["network"] == network].sort_values("nearest_percent", kind="stable")
    third = np.arange(len(rows)) * THIRDS // max(len(rows), 1)
    table = rows.groupby(third).agg(
        nearest_from_percent=("nearest_percent", "min"),
        nearest_to_percent=("nearest_percent", "max"),
        targets=("instance", "size"),
        retrieval_percent=("nearest_percent", "mean"),
        **{name: (name, "mean") for name in MEASURES},
        retrieval_refined_percent=("nearest_refined_percent", "mean"),
    )
    return table.reset_index(drop=True)


def compare(points: pd.DataFrame, mine: str, theirs: str) -> Compared:
    """Compare two errors of the same targets and runs; the smaller is better.

    Targets of one training are no repetitions of it, nor are trainings repetitions of a target: the
    mean is taken over the one before the interval over the other, and both intervals decide.

    Parameters
    ----------
    points
        Columns target, run, and two of errors in percent, named `mine` and `theirs`.
    """
    difference = points[mine] - points[theirs]
    intervals, outcomes = [], []
    for key, noun in (("target", "targets"), ("run", "trainings")):
        values = difference.groupby(points[key]).mean().to_numpy()
        found = Difference.of(values)
        if found.runs > 1:
            intervals.append(f"{found.low:+.2f} to {found.high:+.2f} over {found.runs} {noun}")
            outcomes.append(found.outcome(LOWER_IS_BETTER))
    decided = set(outcomes) if outcomes else {UNDECIDED}
    outcome = decided.pop() if len(decided) == 1 else UNDECIDED
    said = f" (95 % interval {', '.join(intervals)})" if intervals else " for one target"
    return Compared(outcome, f"{difference.mean():+.2f} points{said}")
