"""Rates of the events of a Potts model, by the counts of neighbours that they depend on."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 8


def flip_rates(temperature: float) -> NDArray[np.float64]:
    """Return the rate (9, 9) at which a site takes a neighbour's spin.

    A site with `a` neighbours of its own spin that takes the spin of `b` others changes the energy
    by ``a - b``: element ``[a, b]`` is 1 where that is not above 0, and otherwise
    ``exp(-(a - b) / kT)``, 0 at kT = 0.
    """
    gain = np.subtract.outer(np.arange(NEIGHBOURS + 1.0), np.arange(NEIGHBOURS + 1.0)).clip(min=0)
    if temperature == 0:
        return (gain == 0).astype(np.float64)
    return np.exp(-gain / temperature)


def rate_bounds(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest sum of rates (9,) of a site, by its number of neighbours of its own spin.

    The others are divided among distinct spins in every way, and the sum is of one event for each.
    """
    return np.array(
        [
            max(sum(rates[own, count] for count in parts) for parts in partitions(NEIGHBOURS - own))
            for own in range(NEIGHBOURS + 1)
        ],
        np.float64,
    )


def partitions(total: int, largest: int = NEIGHBOURS) -> Iterator[tuple[int, ...]]:
    """Yield the ways to write a number as a sum of positive ones that do not increase."""
    if total == 0:
        yield ()
    for first in range(min(total, largest), 0, -1):
        yield from ((first, *rest) for rest in partitions(total - first, first))
