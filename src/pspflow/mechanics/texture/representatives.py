"""Few orientations of equal weight that stand for many weighted ones.

Orientation space is divided into as many cells of equal volume fraction as orientations are wanted,
and one orientation of each is taken: so the sample is right in every part of the space, whatever
its degree. Which one of each, is chosen so that the harmonics up to l = 12 come out right together.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.gsh import COUNT, SCALE, basis, coefficients
from pspflow.mechanics.texture.orientations import (
    Floats,
    check_orientations,
    check_weights,
    product,
    quaternions,
)
from pspflow.mechanics.texture.symmetry import cubic_operators

CHOICES = 32
"""Orientations of a cell among which one is chosen, as long as they fit in `MOST_CHOICES`."""
MOST_CHOICES = 200_000
"""Orientations whose harmonics are kept at once: 58 MB."""
PASSES = 4
"""Times that every cell may change its choice; hardly one does in the fifth."""


@refuses_masks
def representative_orientations(
    orientations: ArrayLike, weights: ArrayLike | None, count: int, rng: np.random.Generator
) -> Floats:
    """Choose orientations of equal weight whose ODF is that of weighted ones.

    They are much nearer to it than as many random draws: 500 of a rolled texture are .004 apart
    from it in coefficients (`coefficient_distance`) instead of .3, and their density, seen through
    a spread of 10°, errs by 6 % of its mean instead of 19 %, their 54 anisotropy parameters by .5 %
    instead of 2.2 %. Orientations are taken as they are, without symmetry of the specimen; one of a
    large weight is chosen several times. 500 of a map of 500,000 points take 2 s, 100,000 of them
    10 s.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.
    weights
        Volume fractions, shape ``(n,)``, of sum 1; None for equal ones.
    count
        Number of orientations that are wanted, at least 1; it may be larger than n.
    rng
        Source of randomness: it decides between orientations that fit equally well.

    Returns
    -------
    Bunge–Euler angles in radians, float64 of shape ``(count, 3)``: rows of what was given.

    Raises
    ------
    ValueError
        As `check_orientations` and `check_weights`, or if the count is below 1.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    angles, shares = angles[shares > 0], shares[shares > 0]
    order = _neighbours_together(_in_cubic_zone(angles), shares * count, count)
    filled = np.cumsum(shares[order])
    choices = max(2, min(CHOICES, MOST_CHOICES // count))
    # places within each cell, one at random in each of its parts of equal fraction
    place = np.arange(count * choices).reshape(count, choices) + rng.random((count, choices))
    rows = np.searchsorted(filled / filled[-1], place / (count * choices), side="right")
    rows = order[np.minimum(rows, len(order) - 1)]
    target = coefficients(angles, shares) * SCALE
    return angles[_chosen(angles, rows, target, rng)]


def _in_cubic_zone(angles: Floats) -> Floats:
    """Return coordinates (n, 3) of equivalents that are turned least: neighbours are near."""
    units = quaternions(angles)
    inverses = cubic_operators() * (-1, -1, -1, 1)
    # the scalar of a product with an operator is a scalar product with its inverse
    nearest = np.abs(units @ inverses.T).argmax(axis=1)
    turned = product(units, cubic_operators()[nearest])
    return turned[:, :3] * np.where(turned[:, 3:] < 0, -1, 1)


def _neighbours_together(points: Floats, masses: Floats, count: int) -> NDArray[np.int64]:
    """Order points so that every stretch of mass 1 lies together in space.

    Cells are halved across their widest axis until each holds a mass of 1; `masses` sum to `count`.
    """
    order = np.arange(len(points))
    cell = np.zeros(len(points), np.int64)
    # of every cell, the masses where it begins and ends
    begin, end = np.array([0]), np.array([count])
    while (end - begin).max() > 1:
        placed, mass = points[order], masses[order]
        total = np.maximum(np.bincount(cell, mass, len(begin)), 1e-300)
        means = [np.bincount(cell, mass * x, len(begin)) / total for x in placed.T]
        apart = placed - np.stack(means, axis=1)[cell]
        spread = np.stack([np.bincount(cell, mass * x**2, len(begin)) for x in apart.T])
        along = apart[np.arange(len(order)), (spread / total).argmax(axis=0)[cell]]
        # coordinates of a cubic zone lie within ±1, and so do differences within ±2
        sorting = np.argsort(cell + (along + 2) / 5, kind="stable")
        order = order[sorting]
        middle = (begin + end) // 2
        centre = np.cumsum(masses[order]) - masses[order] / 2
        # cells keep their rows: `cell` is sorted already
        cell = 2 * cell + (centre >= middle[cell])
        begin, end = np.stack([begin, middle], 1).ravel(), np.stack([middle, end], 1).ravel()
    return order


def _chosen(
    angles: Floats, rows: NDArray[np.int64], target: Floats, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Choose one of each cell's rows (cells, choices) so that mean harmonics meet the target."""
    cells, choices = rows.shape
    values = (basis(angles[rows.ravel()]) / SCALE).reshape(cells, choices, COUNT)
    taken = np.asarray(rng.integers(choices, size=cells))
    each = np.arange(cells)
    rest = cells * target - values[each, taken].sum(axis=0)
    for _ in range(PASSES):
        before = taken.copy()
        for index in rng.permutation(cells):
            without = rest + values[index, taken[index]]
            missed = without - values[index]
            best = np.einsum("ij,ij->i", missed, missed).argmin()
            taken[index] = best
            rest = missed[best]
        if (taken == before).all():
            break
    return rows[each, taken]
