"""Whether trainings of one kind spread more than those of another.

The paper says that topological regularisation makes trainings more stable. Here: the spread of the
distances of several trainings, over all directions, compared with that of their counterpart by
permuting which training is of which kind, once each is centred on the mean of its own.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import permutation_test

from pspflow.evaluation.calibration import holm
from pspflow.evaluation.comparisons import LEVEL
from pspflow.studies.temper.transfer.plausibility import RULERS

FEWEST: Final = 4
"""Trainings of each kind below which spreads are not compared: permutations are too few."""
PERMUTATIONS: Final = 9999
"""Most permutations; with five trainings of each kind all 252 are taken."""
COLUMNS: Final = ("variant", "compared_with", "measure", "trainings", "ratio", "p_value")


def spread_between_trainings(
    plausibility: pd.DataFrame, comparisons: Mapping[str, str]
) -> pd.DataFrame:
    """Compare the spread over trainings, by measure.

    Parameters
    ----------
    plausibility
        See `plausibility.tabulate`; of all measures.
    comparisons
        What is compared with what.

    Returns
    -------
    DataFrame
        `variant`, `compared_with`, `measure`, `trainings` (the fewer of both kinds), `ratio` of the
        standard deviations over trainings (the root of the ratio of mean squares over directions;
        below 1 it is more stable), `p_value` (exact, both sides), `p_adjusted` for the number of
        measures of a comparison (Holm). Kinds with fewer than 4 trainings are left out.
    """
    flows = plausibility[~plausibility["flow"].isin(RULERS)]
    flows = flows.assign(kind=flows["flow"].str.split("/").str[0])
    rows = []
    for kind, other in comparisons.items():
        for measure, part in flows.groupby("measure", sort=False):
            ours, theirs = (_centred(part[part["kind"] == each]) for each in (kind, other))
            fewer = min(len(ours), len(theirs))
            if fewer >= FEWEST:
                rows.append((kind, other, measure, fewer, *compared(ours, theirs)))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    adjusted = table.groupby(["variant", "compared_with"], sort=False)["p_value"]
    return table.assign(p_adjusted=adjusted.transform(lambda p: holm(p.to_numpy(np.float64))))


def compared(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """Return the ratio of the spreads of trainings and its probability by chance.

    Directions count alike: each is divided by the spread of both kinds in it.

    Parameters
    ----------
    ours, theirs
        (trainings, directions), each centred on its mean over trainings.
    """
    size = np.sqrt((ours**2).mean(axis=0) + (theirs**2).mean(axis=0))
    a, b = (
        np.divide(each, size, out=np.zeros_like(each), where=size > 0) ** 2
        for each in (ours, theirs)
    )
    # centring takes a degree of freedom from each kind
    mine, others = (each.mean(axis=1) * len(each) / (len(each) - 1) for each in (a, b))
    if not (mine.any() and others.any()):
        return np.nan, 1.0
    found = permutation_test((mine, others), _log_ratio, n_resamples=PERMUTATIONS, rng=0)
    return float(np.exp(found.statistic / 2)), float(found.pvalue)


def _log_ratio(mine: np.ndarray, others: np.ndarray, axis: int = -1) -> np.ndarray:
    return np.asarray(np.log(mine.mean(axis=axis)) - np.log(others.mean(axis=axis)))


def spread_finding(table: pd.DataFrame) -> list[str]:
    """Say by how many measures trainings spread more than their counterparts, or less."""
    if table.empty:
        return []
    sure = table["p_adjusted"] < LEVEL
    more, less = (table[sure & side] for side in (table["ratio"] > 1, table["ratio"] < 1))
    named = "".join(
        f" {word}: {'; '.join(_named(row) for _, row in rows.iterrows())}."
        for word, rows in (("More", more), ("Less", less))
        if len(rows)
    )
    known = table.dropna(subset="ratio").sort_values("ratio")
    ends = (
        f" Ratios of standard deviations are {_named(known.iloc[0])} to {_named(known.iloc[-1])}."
        if len(known)
        else ""
    )
    return [
        f"{len(more)} more, {len(less)} less of {len(table)}: whether trainings spread more than "
        f"those that they are compared with ({', '.join(dict.fromkeys(table['variant']))}; "
        f"{table['measure'].nunique()} measures, at least {table['trainings'].min()} trainings of "
        f"each, permutations, adjusted for the measures).{named}{ends}"
    ]


def _named(row: pd.Series) -> str:
    return f"{row['ratio']:.2f} ({row['variant']}, {row['measure']})"


def _centred(rows: pd.DataFrame) -> np.ndarray:
    """Arrange distances (trainings, directions), less their means over trainings."""
    ways = [rows["source"].astype(str), rows["target"].astype(str)]
    wide = rows.pivot_table(index="flow", columns=ways, values="value", sort=False).to_numpy()
    return np.asarray(wide - wide.mean(axis=0)) if len(wide) else wide
