"""How well a pool fills the hull of single crystals, and how far test textures are from it."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.mechanics.texture import basis, names, uniform_orientations
from pspflow.mechanics.texture.gsh import DEGREES, SCALE

Floats = NDArray[np.float64]
CRYSTALS: Final = 20_000
"""Evenly spread single crystals, whose coefficients stand for all: some 5° apart."""
MOST: Final = 4_000
"""Textures of a set whose neighbours are looked for, spread over the set."""
BLOCK: Final = 200
"""Textures that are compared with the pool at once: 90 MB for the paper's pool."""
SAME: Final = 1e-4
"""Distance at which two textures are one, to rounding."""


class Neighbours(NamedTuple):
    """Distances to the nearest texture of the pool, in multiples of random."""

    pool: Floats
    """Of textures of the pool, to the nearest other."""
    validation: Floats
    test: Floats


def crystal_coefficients() -> Floats:
    """Return the coefficients of evenly spread single crystals, `n x 36`: corners of the hull."""
    return (2 * DEGREES + 1) * basis(uniform_orientations(CRYSTALS))


def spans(pool: Floats, crystals: Floats) -> pd.DataFrame:
    """Compare the range of each coefficient in the pool (n, 36) with that of all textures.

    Returns
    -------
    Columns coefficient, least, greatest, pool_least, pool_greatest, share (of the width).
    """
    every = np.concatenate([pool, crystals])
    low, high = every.min(axis=0), every.max(axis=0)
    share = np.ptp(pool, axis=0) / (high - low)
    return pd.DataFrame(
        {
            "coefficient": names(),
            "least": low,
            "greatest": high,
            "pool_least": pool.min(axis=0),
            "pool_greatest": pool.max(axis=0),
            "share": share,
        }
    )


def neighbours(pool: Floats, validation: Floats, test: Floats) -> Neighbours:
    """Measure how far textures are from the nearest candidate.

    Parameters
    ----------
    pool, validation, test
        Coefficients of the sets, `n x 36` each.
    """
    apart = [_nearest(pool, pool, itself=True)]
    apart += [_nearest(each, pool, itself=False) for each in (validation, test)]
    return Neighbours(*apart)


def _nearest(textures: Floats, pool: Floats, *, itself: bool) -> Floats:
    """Return the distances of some textures to the nearest of the pool, but to themselves."""
    chosen = np.unique(np.linspace(0, len(textures) - 1, MOST).round().astype(np.int64))
    points, corners = textures[chosen] * SCALE, pool * SCALE
    sizes = np.square(corners).sum(axis=1)
    found = []
    for start in range(0, len(chosen), BLOCK):
        some = points[start : start + BLOCK]
        squares = np.square(some).sum(axis=1)[:, None] - 2 * some @ corners.T + sizes
        if itself:
            squares[np.arange(len(some)), chosen[start : start + BLOCK]] = np.inf
        nearest = squares.argmin(axis=1)
        # squares of a difference lose digits where it is small
        found.append(np.linalg.norm(some - corners[nearest], axis=1))
    return np.concatenate(found)
