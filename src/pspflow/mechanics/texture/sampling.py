"""Sets of orientations: uniform, random, and scattered around given ones."""

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.kernel import angle_quantiles
from pspflow.mechanics.texture.orientations import Floats, bunge_angles, product, quaternions

# Steps of the super-Fibonacci spiral: √2, and the root of ψ⁴ = ψ + 4 nearest to 1.53.
PHI = np.sqrt(2)
PSI = 1.533751168755204288118041
# Steps of the sequence that fills a cube evenly: powers of the root of x⁴ = x + 1.
CUBE_STEPS = 1.2207440846057596 ** -np.arange(1.0, 4.0)


def uniform_orientations(count: int) -> Floats:
    """Return a super-Fibonacci spiral, which fills all orientations evenly.

    It is nearer to a random texture than as many random orientations: 500 have coefficients of
    degree 4 of .001 (orthonormal, root of the sum of squares) instead of .069.

    Parameters
    ----------
    count
        Number of orientations, at least 1.

    Returns
    -------
    Bunge–Euler angles in radians, float64 of shape ``(count, 3)``.

    Raises
    ------
    ValueError
        If the count is below 1.

    References
    ----------
    Alexa 2022, "Super-Fibonacci spirals: fast, low-discrepancy sampling of SO(3)", CVPR.
    """
    _check_count(count)
    step = np.arange(count) + 0.5
    outer, inner = np.sqrt(step / count), np.sqrt(1 - step / count)
    alpha, beta = 2 * np.pi * step / PHI, 2 * np.pi * step / PSI
    units = (outer * np.sin(alpha), outer * np.cos(alpha), inner * np.sin(beta))
    return bunge_angles(np.stack((*units, inner * np.cos(beta)), axis=-1))


def random_orientations(count: int, rng: np.random.Generator) -> Floats:
    """Draw independent orientations of a random texture.

    Parameters
    ----------
    count
        Number of orientations, at least 1.
    rng
        Source of randomness.

    Returns
    -------
    Bunge–Euler angles in radians, float64 of shape ``(count, 3)``.

    Raises
    ------
    ValueError
        If the count is below 1.
    """
    _check_count(count)
    units = rng.normal(size=(count, 4))
    return bunge_angles(units / np.linalg.norm(units, axis=1, keepdims=True))


@refuses_masks
def scattered_orientations(
    centres: ArrayLike, half_width_rad: ArrayLike, rng: np.random.Generator
) -> Floats:
    """Draw one orientation around each centre, from the de la Vallée Poussin kernel.

    Parameters
    ----------
    centres
        Bunge–Euler angles in radians, shape ``(n, 3)``.
    half_width_rad
        Rotation from the centre at which the density falls to one half, one or ``(n,)``.
    rng
        Source of randomness.

    Returns
    -------
    Bunge–Euler angles in radians, float64 of shape ``(n, 3)``.

    Raises
    ------
    ValueError
        As `check_orientations` and `concentration`.
    """
    units = quaternions(centres)
    angles = angle_quantiles(rng.random(len(units)), half_width_rad)
    axes = rng.normal(size=(len(units), 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    return bunge_angles(product(units, _rotations(axes, angles)))


def spread_rotations(count: int, half_width_rad: float) -> Floats:
    """Return rotations that stand for the kernel around one orientation, evenly and unbiased.

    Each rotation comes with its inverse, so that the mean is the centre; an odd one turns nothing.

    Parameters
    ----------
    count
        Number of rotations, at least 1.
    half_width_rad
        As in `scattered_orientations`.

    Returns
    -------
    Quaternions, scalar last, float64 of shape ``(count, 4)``.

    Raises
    ------
    ValueError
        As `concentration`, or if the count is below 1.
    """
    _check_count(count)
    pairs = count // 2
    place = (np.arange(1, pairs + 1)[:, None] * CUBE_STEPS + 0.5) % 1
    # ranks instead of values: the angles are the kernel's quantiles exactly
    rank = np.argsort(np.argsort(place[:, 0]))
    angles = angle_quantiles((rank + 0.5) / max(pairs, 1), half_width_rad)
    z, turn = 2 * place[:, 1] - 1, 2 * np.pi * place[:, 2]
    level = np.sqrt(1 - z**2)
    turns = _rotations(np.stack((level * np.cos(turn), level * np.sin(turn), z), axis=-1), angles)
    middle = np.tile([0.0, 0.0, 0.0, 1.0], (count % 2, 1))
    return np.concatenate([turns, turns * (-1, -1, -1, 1), middle])


def _rotations(axes: Floats, angles: Floats) -> Floats:
    """Return quaternions of rotations about unit axes (n, 3)."""
    half = angles[:, None] / 2
    return np.concatenate([np.sin(half) * axes, np.cos(half)], axis=1)


def _check_count(count: int) -> None:
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
