"""Symmetry of cubic crystals and of orthorhombic specimens (rolled sheet).

Quaternions turn from crystal to specimen: an operator of the specimen multiplies them from the
left, one of the crystal from the right.
"""

from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.orientations import (
    Floats,
    bunge_angles,
    check_orientations,
    check_weights,
    product,
    quaternions,
)

BLOCK = 500_000
"""Pairs of orientations that are compared at once: about 40 MB of work space."""


@cache
def cubic_operators() -> Floats:
    """Return the 24 rotations of a cube as quaternions, shape ``(24, 4)``; the first turns nothing.

    The array is kept for the next call and cannot be written to.
    """
    axes = np.eye(4)[::-1]
    edges = [
        (axes[i] + sign * axes[j]) / np.sqrt(2)
        for i, j in combinations(range(4), 2)
        for sign in (1, -1)
    ]
    corners = [(x / 2, y / 2, z / 2, 0.5) for x in (1, -1) for y in (1, -1) for z in (1, -1)]
    return _fixed(np.array([*axes, *edges, *corners]))


@cache
def orthorhombic_operators() -> Floats:
    """Return the identity and the half turns about z, y and x as quaternions, shape ``(4, 4)``.

    The array is kept for the next call and cannot be written to.
    """
    return _fixed(np.eye(4)[::-1].copy())


@refuses_masks
def equivalent_orientations(orientations: ArrayLike) -> Floats:
    """Return all orientations that neither crystal nor specimen symmetry tells apart.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.

    Returns
    -------
    Float64 of shape ``(n, 96, 3)`` in radians: 4 of the specimen, each with 24 of the crystal; the
    first is the orientation itself.

    Raises
    ------
    ValueError
        As `check_orientations`.
    """
    units = product(orthorhombic_operators()[:, None], quaternions(orientations)[:, None, None])
    every = product(units, cubic_operators())
    return bunge_angles(every.reshape(len(every), -1, 4))


@refuses_masks
def symmetrise(orientations: ArrayLike, weights: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Make a texture orthorhombic: each orientation becomes its four equivalents in the specimen.

    Coefficients of the symmetrised harmonics are those of this texture, whether or not the
    orientations were orthorhombic; properties are not, so symmetrise before they are computed.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.
    weights
        Volume fractions, shape ``(n,)``, of sum 1; None for equal ones.

    Returns
    -------
    Orientations, shape ``(4 n, 3)``, those that were given first, and weights, shape ``(4 n,)``,
    each a quarter of what was given.

    Raises
    ------
    ValueError
        As `check_orientations` and `check_weights`.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    turned = product(orthorhombic_operators()[1:, None], quaternions(angles))
    every = np.concatenate([angles, bunge_angles(turned).reshape(-1, 3)])
    return every, np.tile(shares / 4, 4)


@refuses_masks
def disorientation_angles(first: ArrayLike, second: ArrayLike) -> Floats:
    """Compute the smallest rotation between cubic crystals, for all pairs.

    The largest scalar of the 24 equivalent quaternions is found from the sizes a ≥ b ≥ c ≥ d of the
    components of any: a, (a + b)/√2 or (a + b + c + d)/2. About 1e7 pairs per second. Specimen
    symmetry is not applied: give what `equivalent_orientations` or `symmetrise` returns.

    Parameters
    ----------
    first, second
        Bunge–Euler angles in radians, shapes ``(n, 3)`` and ``(m, 3)``.

    Returns
    -------
    Float64 of shape ``(n, m)`` in radians, from 0 to 1.097 (62.8°); about 1e-8 where it is 0.

    Raises
    ------
    ValueError
        As `check_orientations`.

    References
    ----------
    Grimmer 1974, "Disorientations and coincidence rotations for cubic lattices", Acta Cryst. A 30,
    685.
    """
    left, right = quaternions(first), quaternions(second)
    angles = np.empty((len(left), len(right)))
    # each component of conj(left) right is linear in both: four products of matrices
    conjugates = left * (-1, -1, -1, 1)
    columns = product(np.eye(4)[:, None], right)
    rows = max(1, BLOCK // len(right))
    for start in range(0, len(left), rows):
        block = slice(start, start + rows)
        angles[block] = _smallest(
            np.abs(np.stack([conjugates[block] @ columns[..., part] for part in range(4)]))
        )
    return angles


def _smallest(sizes: Floats) -> Floats:
    """Return the angle of the best of 24 rotations from the sizes of components, (4, ...)."""
    low, high = np.minimum(sizes[:2], sizes[2:]), np.maximum(sizes[:2], sizes[2:])
    largest = np.maximum(high[0], high[1])
    # the second largest is the smaller of the two highs, or the low that lies under the largest
    beside = np.where(high[0] >= high[1], low[0], low[1])
    second = np.maximum(np.minimum(high[0], high[1]), beside)
    cosine = np.maximum(largest, (largest + second) / np.sqrt(2))
    cosine = np.maximum(cosine, sizes.sum(axis=0) / 2)
    return 2 * np.arccos(np.minimum(cosine, 1))


def _fixed(array: Floats) -> Floats:
    array.flags.writeable = False
    return array
