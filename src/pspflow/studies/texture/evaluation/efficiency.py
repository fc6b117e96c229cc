"""How many random observations do what those of an active arm do, with intervals over starts.

Errors are compared on logarithmic axes, of errors and of observations. A flow is trained anew at
every point, so that single errors scatter: curves are first made to fall (isotonic regression),
those of both arms alike, and read between their points.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from pspflow.evaluation.resampling import CONFIDENCE
from pspflow.studies.texture.evaluation.arms import ACTIVE, RANDOM, VARIANTS
from pspflow.studies.texture.evaluation.curves import judges, of_arm

Floats = NDArray[np.float64]
AT_STOP, AT_THRESHOLD = "stop", "threshold"
MEAN, MOST = "mean", "95"
MEASURES: Final = {
    MEAN: "mean round-trip error",
    MOST: "round-trip error that 95 % of the textures do not exceed",
}
"""Errors of a training by which arms are compared: the paper's, and that of the worst textures."""
THRESHOLDS: Final = 9
FEW_STARTS: Final = 5
"""Starts below which an interval from resampling them is rough."""


class Curve(NamedTuple):
    """Errors of one loop, or of the mean of several."""

    observations: Floats
    """Increasing, `n`."""
    errors: Floats
    """In percent, `n`."""

    @property
    def falling(self) -> Floats:
        """Return the logarithms of the nearest errors that never rise, `n`."""
        fitted: Floats = isotonic_regression(np.log(self.errors), increasing=False).x
        return fitted


def mean_curve(curves: Sequence[Curve]) -> Curve:
    """Average curves, geometrically, where all of them are known."""
    low = max(each.observations[0] for each in curves)
    high = min(each.observations[-1] for each in curves)
    grid = np.unique(np.concatenate([each.observations for each in curves]))
    grid = grid[(grid >= low) & (grid <= high)]
    between = [
        np.interp(np.log(grid), np.log(each.observations), np.log(each.errors)) for each in curves
    ]
    return Curve(grid, np.exp(np.mean(between, axis=0)))


def needed(curve: Curve, error: float) -> float:
    """Return the observations at which a curve falls to an error.

    It is the first number of observations where the curve begins below, and infinite where it never
    gets there.
    """
    wanted, errors, steps = np.log(error), curve.falling, np.log(curve.observations)
    below = np.flatnonzero(errors <= wanted + 1e-12)
    if not len(below):
        return float("inf")
    first = below[0]
    if first == 0 or errors[first] >= wanted:
        return float(np.exp(steps[first]))
    share = (errors[first - 1] - wanted) / (errors[first - 1] - errors[first])
    return float(np.exp(steps[first - 1] + share * (steps[first] - steps[first - 1])))


class Stop(NamedTuple):
    """Where loops of an arm stopped, on average."""

    observations: float
    error: float


def stop_of(curves: Sequence[Curve]) -> Stop:
    """Return the geometric means of the last observations, and of the error that is fallen to."""
    last = np.mean([[np.log(each.observations[-1]), each.falling[-1]] for each in curves], axis=0)
    return Stop(*(float(each) for each in np.exp(last)))


def thresholds(arm: Curve, random: Curve) -> Floats:
    """Return errors (n,), the largest first, from where both curves run to the arm's end."""
    first = min(arm.falling[0], random.falling[0])
    steps: Floats = np.linspace(first, min(first, arm.falling[-1]), THRESHOLDS + 1)[1:]
    return np.exp(steps)


def efficiency(curves: pd.DataFrame, resamples: int, rng: np.random.Generator) -> pd.DataFrame:
    """Compare every active arm with the random one, at its stop and at errors on the way there.

    Parameters
    ----------
    curves
        As of `curves.curve`, of all loops.
    resamples
        Resamples of the starts of both arms, drawn apart.
    rng
        Draws them.

    Returns
    -------
    One row per arm, judge and error: arm, judge, measure, at (stop or threshold), starts,
    error_percent,
    observations (the arm's), random_observations and factor, those over these, each with _low and
    _high; most_random, the largest number that was observed at random. Infinite where random
    observations never reach the error within it; NaN intervals where there is one start.
    """
    rows = []
    for judge in judges(curves):
        for measure in MEASURES:
            random = errors_of(curves, RANDOM, judge, measure)
            for arm in (ACTIVE, *VARIANTS):
                there = errors_of(curves, arm, judge, measure)
                if there and random:
                    of = {"arm": arm, "judge": judge, "measure": measure}
                    rows += [of | row for row in _rows(there, random, resamples, rng)]
    return pd.DataFrame(rows)


def errors_of(curves: pd.DataFrame, arm: str, judge: str, measure: str) -> list[Curve]:
    """Return the errors of an arm by observations, one curve a start."""
    name = f"{judge}_error_{measure}"
    made = []
    for rows in of_arm(curves, arm).values():
        known = rows[np.isfinite(rows[name])]
        if len(known):
            errors = known[name].to_numpy(np.float64)
            made.append(Curve(known["observations"].to_numpy(np.float64), errors))
    return made


def _rows(
    there: list[Curve],
    random: list[Curve],
    resamples: int,
    rng: np.random.Generator,
) -> list[dict[str, object]]:
    levels = thresholds(mean_curve(there), mean_curve(random))
    stop = stop_of(there).error
    found = [_needs(there, random, levels)]
    if min(len(there), len(random)) > 1:
        for _ in range(resamples):
            found.append(_needs(_drawn(there, rng), _drawn(random, rng), levels))
    needs = np.array(found)  # resample, error, arm or random
    values = np.concatenate([needs, needs[:, :, 1:] / needs[:, :, :1]], axis=2)
    return [
        {
            "at": AT_THRESHOLD if place else AT_STOP,
            "starts": min(len(there), len(random)),
            "error_percent": float(levels[place - 1]) if place else stop,
            **_named("observations", values[:, place, 0]),
            **_named("random_observations", values[:, place, 1]),
            **_named("factor", values[:, place, 2]),
            "most_random": max(each.observations[-1] for each in random),
        }
        for place in range(len(levels) + 1)
    ]


def _drawn(curves: list[Curve], rng: np.random.Generator) -> list[Curve]:
    return [curves[place] for place in rng.integers(len(curves), size=len(curves))]


def _needs(there: list[Curve], random: list[Curve], levels: Floats) -> Floats:
    """Return the observations of both arms at the stop and at other errors, `errors x 2`."""
    stop, mine, other = stop_of(there), mean_curve(there), mean_curve(random)
    pairs = [(stop.observations, needed(other, stop.error))]
    # a resampled arm may not get to the end of the mean of all: it is then taken at its own end
    most = mine.observations[-1]
    pairs += [(min(needed(mine, each), most), needed(other, each)) for each in levels]
    return np.array(pairs)


def _named(name: str, values: Floats) -> dict[str, float]:
    """Return a value and its interval; the first one is of all starts, the rest of resamples."""
    low = high = float("nan")
    if len(values) > 1:
        tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
        # percentiles between values, as usual, would be NaN next to infinity
        low, high = np.quantile(values[1:], tails, method="inverted_cdf")
    return {name: float(values[0]), f"{name}_low": float(low), f"{name}_high": float(high)}
