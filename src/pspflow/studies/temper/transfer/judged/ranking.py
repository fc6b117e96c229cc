"""One number for each kind of training: the mean distance over all measures and directions.

It serves to choose between settings, alike for all regularisations; what a kind is better or worse
at is said by measure and direction.
"""

from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import Difference
from pspflow.studies.temper.transfer.plausibility import BELOW_ZERO, RULERS, SOURCE

COLUMNS: Final = ("kind", "trainings", "mean_ratio", "low", "high")


def ranking(plausibility: pd.DataFrame) -> pd.DataFrame:
    """Average the distances of each kind, as shares of those of the untransferred sources.

    Parameters
    ----------
    plausibility
        See `plausibility.tabulate`; of all measures.

    Returns
    -------
    DataFrame
        `kind` (and the rulers that are real chips), `trainings`, `mean_ratio` (over measures, of
        means over directions; 1 is doing nothing), and the ends of its 95 % interval over trainings
        by Student's t, the best first. Measures that may be negative, and directions whose sources
        have a distance of 0, are left out.
    """
    known = plausibility[~plausibility["measure"].isin(BELOW_ZERO)]
    keys = ["measure", "source", "target"]
    idle = known[known["flow"] == SOURCE].set_index(keys)["value"]
    divisor = pd.MultiIndex.from_frame(known[keys]).map(idle).to_numpy(np.float64)
    ratios = known.assign(ratio=known["value"] / np.where(divisor > 0, divisor, np.nan))
    by_measure = ratios.groupby(["flow", "measure"], sort=False)["ratio"].mean()
    scores = by_measure.groupby("flow", sort=False).mean().drop(SOURCE)
    kinds = pd.Series(
        [name if name in RULERS else name.split("/")[0] for name in scores.index], scores.index
    )
    rows = []
    for kind, values in scores.groupby(kinds, sort=False):
        found = Difference.of(values.to_numpy(np.float64))
        limits = (found.low, found.high) if found.runs > 1 else (np.nan, np.nan)
        rows.append((kind, found.runs, found.mean, *limits))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("mean_ratio", kind="stable", ignore_index=True)
