"""Comparisons of arms at equal numbers of observations, start by start."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.evaluation.comparisons import Difference
from pspflow.studies.texture.evaluation.curves import judges, of_arm

Floats = NDArray[np.float64]
LIKELIHOOD: Final = "log-likelihood of the test textures per dimension"
CALLED: Final = {
    "judged_error_mean": "mean error by the judge",
    "judged_error_95": "95 % error by the judge",
    "own_error_mean": "mean error by its own forward model",
    "own_error_95": "95 % error by its own forward model",
    "test_per_dimension": LIKELIHOOD,
}
"""Column of the curves, and what it is called."""
LOGARITHMIC: Final = tuple(name for name in CALLED if "error" in name)


def measures(curves: pd.DataFrame) -> list[str]:
    """Name the columns by which arms are compared: every error that there is, and likelihoods."""
    errors = [f"{judge}_error_{kind}" for judge in judges(curves) for kind in ("mean", "95")]
    return [*errors, "test_per_dimension"]


def value_at(rows: pd.DataFrame, name: str, observations: Floats | float) -> Floats:
    """Read the curve of a loop at numbers of observations; errors as logarithms.

    Numbers may have any shape. The curve is linear in the logarithm of the observations between two
    trainings, and NaN outside.
    """
    values = rows[name].to_numpy(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.log(values) if name in LOGARITHMIC else values
    known = np.isfinite(values)
    if not known.any():
        return np.full(np.shape(observations), np.nan)
    at = np.log(rows["observations"].to_numpy(np.float64)[known])
    read: Floats = np.interp(np.log(observations), at, values[known], left=np.nan, right=np.nan)
    return read


def at_stop(curves: pd.DataFrame, arm: str, other: str) -> Mapping[str, Difference]:
    """Compare two arms of the same starts at the observations where the first one stopped.

    Returns
    -------
    For each of `measures`, the difference of the first arm less the other, start by start; of
    errors, that of their logarithms.
    """
    pairs = list(_pairs(curves, arm, other))
    found = {}
    for name in measures(curves):
        values = [
            float(value_at(mine, name, stop) - value_at(theirs, name, stop))
            for mine, theirs in pairs
            for stop in [float(mine["observations"].iloc[-1])]
        ]
        known = [each for each in values if np.isfinite(each)]
        if known:
            found[name] = Difference.of(np.array(known))
    return found


def along(curves: pd.DataFrame, arm: str, other: str) -> Mapping[str, Difference]:
    """Compare two arms of the same starts over all observations that both made, as `at_stop`.

    The mean is over the logarithm of the observations, without the first ones, which are the same.
    """
    found = {}
    for name in measures(curves):
        values = []
        for mine, theirs in _pairs(curves, arm, other):
            grid = np.unique(np.concatenate([mine["observations"], theirs["observations"]]))
            grid = grid[grid > grid[0]].astype(np.float64)
            apart = value_at(mine, name, grid) - value_at(theirs, name, grid)
            known = np.isfinite(apart)
            if known.any():
                values.append(_mean_over(np.log(grid[known]), apart[known]))
        if values:
            found[name] = Difference.of(np.array(values))
    return found


def _pairs(curves: pd.DataFrame, arm: str, other: str) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    first, second = of_arm(curves, arm), of_arm(curves, other)
    return [(first[start], second[start]) for start in sorted(set(first) & set(second))]


def _mean_over(steps: Floats, values: Floats) -> float:
    if len(values) == 1:
        return float(values[0])
    return float(np.trapezoid(values, steps) / (steps[-1] - steps[0]))
