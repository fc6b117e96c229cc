"""Orientations as Bunge–Euler angles, and the quaternions that the package computes with.

An orientation is a row (φ1, Φ, φ2) of Bunge–Euler angles in radians. Bunge's matrix g maps specimen
axes to crystal axes. Quaternions here turn the other way, from crystal to specimen, as scipy does:
`Rotation.from_euler("ZXZ", orientations)`, whose matrix is the transpose of g, and which stores the
scalar last.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import real, refuses_masks

Floats = NDArray[np.float64]

LARGEST_ANGLE_RAD = 2 * np.pi * (1 + 1e-6)
"""Single precision may round a whole turn up."""
ROUNDING = 1e-6


@refuses_masks
def check_orientations(orientations: ArrayLike) -> Floats:
    """Validate Bunge–Euler angles.

    Parameters
    ----------
    orientations
        φ1, Φ, φ2 in radians, shape ``(n, 3)``, from -2π to 2π.

    Returns
    -------
    The angles as float64.

    Raises
    ------
    ValueError
        If there is none, an angle is not finite or it exceeds a turn, as degrees do.
    """
    angles = real(orientations, "orientations")
    if angles.ndim != 2 or angles.shape[1] != 3 or angles.shape[0] == 0:
        raise ValueError(
            "orientations must hold one row of three Bunge–Euler angles each, shape (n, 3), got "
            f"shape {angles.shape}"
        )
    if not np.isfinite(angles).all():
        row = int(np.argmin(np.isfinite(angles).all(axis=1)))
        raise ValueError(
            f"orientations must be finite, but row {row} is {angles[row].tolist()}: leave out the "
            "points that have no orientation"
        )
    largest = float(np.abs(angles).max())
    if largest > LARGEST_ANGLE_RAD:
        raise ValueError(
            f"orientations must be in radians, from -2π to 2π, but an angle is {largest:g}: "
            "convert degrees with numpy.deg2rad"
        )
    return angles


@refuses_masks
def check_weights(weights: ArrayLike | None, count: int) -> Floats:
    """Validate the volume fractions of orientations.

    Parameters
    ----------
    weights
        Shape ``(count,)``, not negative, of sum 1; None for equal ones.
    count
        Number of orientations.

    Returns
    -------
    The weights as float64, of sum 1 to rounding.

    Raises
    ------
    ValueError
        If they are not as above.
    """
    if weights is None:
        return np.full(count, 1 / count)
    shares = real(weights, "weights")
    if shares.shape != (count,):
        raise ValueError(
            f"weights must hold one number per orientation, shape ({count},), got {shares.shape}"
        )
    if not np.isfinite(shares).all() or shares.min() < 0:
        row = int(np.argmin(np.isfinite(shares) & (shares >= 0)))
        raise ValueError(
            f"weights must be finite and not negative, but that of orientation {row} is "
            f"{shares[row]}: leave it out"
        )
    total = float(shares.sum())
    if abs(total - 1) > ROUNDING:
        raise ValueError(f"weights must sum to 1, got {total:g}: divide them by their sum")
    return shares / total


@refuses_masks
def quaternions(orientations: ArrayLike) -> Floats:
    """Convert Bunge–Euler angles to unit quaternions from crystal to specimen, scalar last.

    Parameters
    ----------
    orientations
        As in `check_orientations`.

    Returns
    -------
    Float64 of shape ``(n, 4)``; the sign is arbitrary.

    Raises
    ------
    ValueError
        As `check_orientations`.
    """
    phi1, phi, phi2 = (check_orientations(orientations) / 2).T
    sine, cosine = np.sin(phi), np.cos(phi)
    parts = (
        sine * np.cos(phi1 - phi2),
        sine * np.sin(phi1 - phi2),
        cosine * np.sin(phi1 + phi2),
        cosine * np.cos(phi1 + phi2),
    )
    return np.stack(parts, axis=-1)


@refuses_masks
def bunge_angles(units: ArrayLike) -> Floats:
    """Convert unit quaternions to Bunge–Euler angles.

    Where Φ is 0 or π, φ1 and φ2 are not unique: the turn is shared equally.

    Parameters
    ----------
    units
        Unit quaternions from crystal to specimen, scalar last, shape ``(..., 4)``.

    Returns
    -------
    Float64 of shape ``(..., 3)`` in radians: φ1 and φ2 from 0 to 2π, Φ from 0 to π.

    Raises
    ------
    ValueError
        If the last axis does not hold four finite numbers of norm 1.
    """
    values = real(units, "units")
    if values.ndim == 0 or values.shape[-1] != 4:
        raise ValueError(f"units must hold quaternions, shape (..., 4), got shape {values.shape}")
    if not (np.abs(np.einsum("...i,...i", values, values) - 1) < ROUNDING).all():
        raise ValueError("units must be quaternions of norm 1: divide each by its norm")
    x, y, z, w = np.moveaxis(values, -1, 0)
    half_sum, half_difference = np.arctan2(z, w), np.arctan2(y, x)
    phi = 2 * np.arctan2(np.hypot(x, y), np.hypot(z, w))
    turns = np.stack((half_sum + half_difference, phi, half_sum - half_difference), axis=-1)
    turns %= 2 * np.pi
    turns[turns == 2 * np.pi] = 0  # what a remainder makes of a negative rounding error
    return turns


@refuses_masks
def product(first: ArrayLike, second: ArrayLike) -> Floats:
    """Multiply quaternions, scalar last: the rotation `second`, then `first`.

    Parameters
    ----------
    first, second
        Shape ``(..., 4)``, broadcast against each other.
    """
    ax, ay, az, aw = np.moveaxis(np.asarray(first, np.float64), -1, 0)
    bx, by, bz, bw = np.moveaxis(np.asarray(second, np.float64), -1, 0)
    parts = (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )
    return np.stack(parts, axis=-1)
