"""Fit the grid of persistence images to diagrams, and measure what lies outside of it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
        (birth, death) in grey levels, each of shape ``(n, 2)``, finite.
    tail
        Share of the weight left out at each end.

    Returns
    -------
    Grid
        The ranges; they are never empty.

    Raises
    ------
    ValueError
        If no pair has a persistence above 0.
    """
    births, deaths = np.concatenate([np.asarray(pairs) for pairs in diagrams]).T
    persistences = deaths - births
    if not persistences.sum() > 0:
        raise ValueError("the diagrams hold no pair of any persistence")
    low, high = _weighted_quantiles(births, persistences, (tail, 1 - tail))
    (longest,) = _weighted_quantiles(persistences, persistences, (1 - tail,))
    if high - low < 1:  # narrower than a grey level, as for synthetic images: too narrow for a grid
        middle = (low + high) / 2
        low, high = middle - 0.5, middle + 0.5
    return Grid((low, high), (0.0, longest), longest)


def outside_share(pairs: Pairs, birth_range: Range, persistence_range: Range) -> float:
    """Return the share of a diagram's weight carried by pairs outside the grid (0 if it is empty).

    Parameters
    ----------
    pairs
        (birth, death) in grey levels, shape ``(n, 2)``, finite.
    birth_range, persistence_range
        The grid, in grey levels.
    """
    births, deaths = np.asarray(pairs).reshape(-1, 2).T
    persistences = deaths - births
    inside = np.ones(len(births), dtype=bool)
    for values, (low, high) in ((births, birth_range), (persistences, persistence_range)):
        inside &= (values >= low) & (values <= high)
    total = float(persistences.sum())
    return float(persistences[~inside].sum()) / total if total > 0 else 0.0


def _weighted_quantiles(
    values: NDArray[np.float64], weights: NDArray[np.float64], shares: Iterable[float]
) -> list[float]:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    at = np.searchsorted(below, np.array(list(shares)) * below[-1])
    return [float(values[order][i]) for i in np.minimum(at, len(values) - 1)]
