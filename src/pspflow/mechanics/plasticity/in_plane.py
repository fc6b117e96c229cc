"""Yield stress and r-value of a sheet over the angle in its plane."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import real, refuses_masks
from pspflow.mechanics.plasticity.slip import SlipSystems
from pspflow.mechanics.plasticity.tension import (
    MAX_STEPS,
    RATE_SENSITIVITY,
    TOLERANCE,
    in_plane_directions,
    tension,
)


class InPlane(NamedTuple):
    """Response of a sheet to tension in its plane, float64 (k,) each."""

    yield_stress: NDArray[np.float64]
    """In units of the critical resolved shear stress; times it in MPa: in MPa."""
    r_value: NDArray[np.float64]
    """Strain in width over strain in thickness; infinite where the thickness stays."""


@refuses_masks
def yield_stress_and_r_value(
    orientations: ArrayLike,
    weights: ArrayLike | None,
    angles_rad: ArrayLike,
    *,
    slip: str | SlipSystems = "fcc",
    rate_sensitivity: float = RATE_SENSITIVITY,
    tolerance: float = TOLERANCE,
    max_steps: int = MAX_STEPS,
    orthorhombic: bool = False,
) -> InPlane:
    """Compute yield stress and r-value (Lankford coefficient) over the angle to X in the plane XY.

    X is the rolling direction and Z the normal of the sheet.

    Parameters
    ----------
    orientations
        Bunge-Euler angles phi1, Phi, phi2 in radians, (n, 3).
    weights
        Volume fractions, (n,), of sum 1; None: all alike.
    angles_rad
        Angles from X towards Y in radians, (k,).
    slip, rate_sensitivity, tolerance, max_steps, orthorhombic
        As in `tension`.

    Raises
    ------
    ValueError
        As `tension`; or if the angles are no finite numbers in one row, or too large for radians.
    PlasticityConvergenceError
        If a direction does not converge.
    """
    angles = real(angles_rad, "angles_rad")
    if angles.ndim != 1 or not angles.size or not np.isfinite(angles).all():
        raise ValueError(f"angles_rad must be finite numbers in one row, got {angles_rad!r}")
    if np.abs(angles).max() > 4 * np.pi:
        raise ValueError(
            f"angles_rad must be in radians, but the largest is {np.abs(angles).max():.4g}, beyond "
            "4 pi: convert degrees with numpy.radians"
        )
    response = tension(
        orientations,
        weights,
        in_plane_directions(angles),
        slip=slip,
        rate_sensitivity=rate_sensitivity,
        tolerance=tolerance,
        max_steps=max_steps,
        orthorhombic=orthorhombic,
    )
    with np.errstate(divide="ignore"):
        return InPlane(response.stress, response.first / response.second)
