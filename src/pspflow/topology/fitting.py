"""Fit the grid of persistence images to diagrams, and measure what lies outside of it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import real, unmasked
from pspflow.topology.libraries import Pairs

Range = tuple[float, float]


@dataclass(frozen=True)
class Grid:
    """Ranges that hold the weight of a set of diagrams.

    Attributes
    ----------
    birth_range, persistence_range
        In grey levels; persistence starts at 0.
    unit_persistence
        Persistence whose weight is 1, in grey levels: the upper end of the persistences, as in the
        piecewise linear weight of Adams et al. 2017, JMLR 18(8), section 5.
    """

    birth_range: Range
    persistence_range: Range
    unit_persistence: float


def fit_grid(diagrams: Iterable[Pairs], tail: float = 1e-3) -> Grid:
    """Fit ranges that hold all but the tails of the diagrams' weight.

    The weight of a pair is its persistence, so that the many short pairs of noise do not decide.

    Parameters
    ----------
    diagrams
        (birth, death) in grey levels, each of shape ``(n, 2)``, finite. Where they hold fractions,
        a grey level is a 256th of the longest persistence.
    tail
        Share of the weight left out at each end, below a half.

    Returns
    -------
    Grid
        The ranges; they are never empty.

    Raises
    ------
    ValueError
        If no pair has a persistence above 0, if the tail is out of range, or as `as_pairs`.
    """
    if not 0 <= tail < 0.5:
        raise ValueError(f"tail must be from 0 to below 0.5, got {tail:g}")
    pairs = np.concatenate([np.empty((0, 2)), *(as_pairs(pairs) for pairs in diagrams)])
    births, deaths = pairs.T
    persistences = deaths - births
    if not persistences.sum() > 0:
        raise ValueError("the diagrams hold no pair of any persistence")
    low, high = _weighted_quantiles(births, persistences, (tail, 1 - tail))
    (longest,) = _weighted_quantiles(persistences, persistences, (1 - tail,))
    level = 1.0 if (np.rint(pairs) == pairs).all() else min(1.0, longest / 256)
    if high - low < level:  # as for synthetic images: too narrow for a grid
        middle = (low + high) / 2
        low, high = middle - level / 2, middle + level / 2
    return Grid((low, high), (0.0, longest), longest)


def outside_share(pairs: ArrayLike, birth_range: Range, persistence_range: Range) -> float:
    """Return the share of a diagram's weight carried by pairs outside the grid (0 if it is empty).

    Parameters
    ----------
    pairs
        (birth, death) in grey levels, shape ``(n, 2)``, finite.
    birth_range, persistence_range
        The grid, in grey levels.

    Raises
    ------
    ValueError
        As `as_pairs`.
    """
    persistences, outside = _outside(pairs, birth_range, persistence_range)
    total = float(persistences.sum())
    return float(persistences[outside].sum()) / total if total > 0 else 0.0


def count_outside(pairs: ArrayLike, birth_range: Range, persistence_range: Range) -> int:
    """Count the pairs of a diagram that lie outside the grid; parameters as in `outside_share`."""
    _, outside = _outside(pairs, birth_range, persistence_range)
    return int(outside.sum())


def as_pairs(pairs: ArrayLike) -> Pairs:
    """Validate one diagram, and return it as float64.

    Parameters
    ----------
    pairs
        (birth, death), shape ``(n, 2)``, or empty.

    Raises
    ------
    ValueError
        If the shape is another, a number is masked, complex, NaN or infinite, or a death is below
        its birth.
    """
    array = real(unmasked(pairs, "pairs"), "pairs")
    if not array.size:
        return np.empty((0, 2))
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"pairs must be (birth, death) of shape (n, 2), got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("pairs must be finite: close or drop the essential class first")
    backwards = array[:, 1] < array[:, 0]
    if backwards.any():
        raise ValueError(
            f"pairs must die at or above their birth, but {backwards.sum()} of {len(array)} die "
            "below it: give (birth, death) of sublevel sets"
        )
    return array


def _outside(
    pairs: ArrayLike, birth_range: Range, persistence_range: Range
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the persistence of each pair, and whether it lies outside the grid."""
    births, deaths = as_pairs(pairs).T
    persistences = deaths - births
    inside = np.ones(len(births), dtype=bool)
    for values, (low, high) in ((births, birth_range), (persistences, persistence_range)):
        inside &= (values >= low) & (values <= high)
    return persistences, ~inside


def _weighted_quantiles(
    values: NDArray[np.float64], weights: NDArray[np.float64], shares: Iterable[float]
) -> list[float]:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    at = np.searchsorted(below, np.array(list(shares)) * below[-1])
    return [float(values[order][i]) for i in np.minimum(at, len(values) - 1)]
