"""What is resampled together: images of one group on the real side, single images else."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.evaluation.resampling import interval

ENDS: Final = ("value", "low", "high")


class Images(NamedTuple):
    """A set of images, and what of it is resampled together."""

    pixels: np.ndarray
    """(n, y, x) uint8."""
    units: np.ndarray
    """(n,) int64 codes, of groups or of images, which the draws weigh."""


def codes(groups: pd.Series) -> np.ndarray:
    """Give groups codes from 0, in the order of their first image: (n,) int64."""
    return np.asarray(pd.factorize(groups)[0], np.int64)


def weighted_means(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average one value per image, (n,), in every resample of weights (r, n): (r,)."""
    means: np.ndarray = weights @ values / weights.sum(axis=1)
    return means


def varied(values: np.ndarray, *sides: np.ndarray) -> np.ndarray:
    """Return values (1 + R,), the resamples NaN where a side has one unit alone.

    Such resamples are all alike: an interval of no width would look like certainty.
    """
    if all(len(np.unique(units)) > 1 for units in sides):
        return values
    return np.concatenate([values[:1], np.full(len(values) - 1, np.nan)])


def with_ends(values: np.ndarray, names: tuple[str, str, str] = ENDS) -> dict[str, float]:
    """Return a value with the ends of its 95 % interval, from (1 + R,); one alone has none."""
    if np.isnan(values[0]) or np.isnan(values[1:]).all():
        return dict(zip(names, (float(values[0]), np.nan, np.nan), strict=True))
    return dict(zip(names, interval(values), strict=True))
