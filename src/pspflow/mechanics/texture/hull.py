"""The convex hull of single crystals: which coefficients a texture can have.

Every texture is a mixture of crystals, so its coefficients are a weighted mean of theirs. The
nearest mixture to any coefficients is a problem of non-negative least squares. It starts on a grid
of crystals; then the crystals that lead furthest towards what is missing are found between the grid
points and added, until none leads further. Distances are root mean squares of ODFs in multiples of
random (coefficients times `gsh.SCALE`); a random texture is at 0, single crystals are 5 to 11 away.
"""

from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import nnls

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.gsh import SCALE, basis, check_texture
from pspflow.mechanics.texture.orientations import Floats, bunge_angles, product, quaternions
from pspflow.mechanics.texture.sampling import uniform_orientations

INSIDE = 1e-3
"""A distance below this counts as inside: a thousandth of a random texture's density."""
ENOUGH = INSIDE / 2
GRID = 1000
STARTS = 16
"""Crystals of the grid from which the best direction is searched for, a round."""
ROUNDS = 40
FIRST_STEP_RAD = 0.04
SHRINKING = 0.6
"""Crystals of the mixture may move so far in the first round, and by this less in each later."""
STEPS = 4
STENCIL_RAD = 0.01
LONGEST_STEP_RAD = 0.05


class HullPoint(NamedTuple):
    """The mixture of crystals that is nearest to some coefficients."""

    orientations: Floats
    """Bunge–Euler angles in radians, shape ``(k, 3)``; k is rarely above 37."""
    weights: Floats
    """Volume fractions, shape ``(k,)``, above 0, of sum 1."""
    coefficients: Floats
    """Those of the mixture, shape ``(36,)``."""
    distance: float
    """From the coefficients that were given."""
    bound: float
    """What the distance is at least: less than it where the search ended early."""

    @property
    def inside(self) -> bool:
        """Whether a texture with the coefficients that were given exists."""
        return self.distance <= INSIDE

    @property
    def outside(self) -> float:
        """Distance of the coefficients that were given from the hull, 0 inside."""
        return 0.0 if self.inside else self.distance


@refuses_masks
def nearest_texture(coefficients: ArrayLike) -> HullPoint:
    """Find the mixture of single crystals nearest to coefficients.

    The mixture is one of many with (nearly) these coefficients, and the least smooth one: see
    `maximum_entropy` for a texture to compute properties from.

    Parameters
    ----------
    coefficients
        Shape ``(36,)``.

    Raises
    ------
    ValueError
        As `check_texture`.
    """
    target = check_texture(coefficients) * SCALE
    bound = 0.0
    orientations, corners, weights = _mixture(*_grid(), target)
    for attempt in range(ROUNDS):
        rest = target - weights @ corners
        distance = float(np.linalg.norm(rest))
        if distance <= ENOUGH:
            break
        better = _climb(orientations, rest / distance)
        found = basis(better) / SCALE
        reach = max(float((each @ rest).max()) for each in (found, corners, _grid()[1])) / distance
        # a plane between the target and all crystals: they reach so far, the target lies beyond
        bound = max(bound, float(target @ rest) / distance - reach)
        if distance - bound <= ENOUGH:
            break
        beside = _around(orientations, FIRST_STEP_RAD * SHRINKING**attempt)
        orientations, corners, weights = _mixture(
            np.concatenate([orientations, better, beside]),
            np.concatenate([corners, found, basis(beside) / SCALE]),
            target,
        )
    mixed = weights @ corners
    distance = float(np.linalg.norm(target - mixed))
    return HullPoint(orientations, weights, mixed / SCALE, distance, bound)


@refuses_masks
def check_in_hull(coefficients: ArrayLike) -> None:
    """Refuse coefficients that no texture has.

    Parameters
    ----------
    coefficients
        Shape ``(36,)``.

    Raises
    ------
    ValueError
        If they lie outside the hull of single crystals, with their distance, or as
        `nearest_texture`.
    """
    point = nearest_texture(coefficients)
    if not point.inside:
        raise ValueError(
            "coefficients must be those of a texture, but they lie outside the hull of single "
            f"crystals by {point.distance:.3g} (root mean square in multiples of random): use "
            "those of the nearest texture, or change the target"
        )


@cache
def _grid() -> tuple[Floats, Floats]:
    """Return orientations that fill the space evenly, and their orthonormal coefficients."""
    orientations = uniform_orientations(GRID)
    return orientations, basis(orientations) / SCALE


def _mixture(
    orientations: Floats, corners: Floats, target: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the crystals, and their weights, whose mixture is nearest to the target."""
    # Seen from the target, the nearest point is that of least norm. With a last row that asks for
    # the sum 1, least squares find its direction exactly, and the sum is put right after.
    system = np.concatenate([(corners - target).T, np.ones((1, len(corners)))])
    weights, _ = nnls(system, np.append(np.zeros(len(target)), 1.0), maxiter=10 * len(corners))
    kept = weights > 0
    return orientations[kept], corners[kept], weights[kept] / weights.sum()


@cache
def _stencil() -> tuple[Floats, Floats]:
    """Return 19 small rotations, and the matrix that fits a quadratic to the values there."""
    unit = np.eye(3)
    steps = [np.zeros(3), *unit, *-unit]
    for i, j in combinations(range(3), 2):
        steps += [a * unit[i] + b * unit[j] for a in (1, -1) for b in (1, -1)]
    points = np.array(steps)
    squares = [
        points[:, i] * points[:, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    ]
    fit = np.linalg.pinv(np.column_stack([np.ones(len(points)), points, *squares]))
    return points, fit


def _climb(orientations: Floats, direction: Floats) -> Floats:
    """Find the crystals whose coefficients lead furthest in a direction, from some and the grid."""
    points, fit = _stencil()
    grid, corners = _grid()
    starts = np.concatenate([grid[np.argsort(corners @ direction)[-STARTS:]], orientations])
    units = quaternions(starts)
    shifts = _small(points * STENCIL_RAD)
    for _ in range(STEPS):
        around = bunge_angles(product(units[:, None], shifts)).reshape(-1, 3)
        values = (basis(around) @ (direction / SCALE)).reshape(len(units), -1)
        _, a, b, c, aa, bb, cc, ab, ac, bc = fit @ values.T
        hessian = np.stack([2 * aa, ab, ac, ab, 2 * bb, bc, ac, bc, 2 * cc], -1).reshape(-1, 3, 3)
        curvature, axes = np.linalg.eigh(hessian)
        slope = np.einsum("nij,ni->nj", axes, np.stack([a, b, c], -1))
        # uphill by Newton's step whatever the sign of the curvature
        step = np.einsum("nij,nj->ni", axes, slope / np.maximum(np.abs(curvature), 1e-12))
        step *= STENCIL_RAD
        length = np.linalg.norm(step, axis=1, keepdims=True)
        step *= np.minimum(1, LONGEST_STEP_RAD / np.maximum(length, 1e-300))
        units = product(units, _small(step))
    return bunge_angles(units)


def _around(orientations: Floats, step_rad: float) -> Floats:
    """Return each orientation turned both ways about each axis of the crystal, (6 n, 3)."""
    shifts = _small(np.concatenate([np.eye(3), -np.eye(3)]) * step_rad)
    return bunge_angles(product(quaternions(orientations)[:, None], shifts)).reshape(-1, 3)


def _small(vectors: Floats) -> Floats:
    """Return quaternions of rotations by the lengths of vectors (n, 3) about them."""
    half = vectors / 2
    size = np.linalg.norm(half, axis=1, keepdims=True)
    return np.concatenate([half * np.sinc(size / np.pi), np.cos(size)], axis=1)
