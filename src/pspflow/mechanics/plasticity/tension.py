"""Uniaxial tension of a texture in many directions."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import refuses_masks
from pspflow.mechanics.plasticity.grains import grains_of
from pspflow.mechanics.plasticity.newton import pull_all
from pspflow.mechanics.plasticity.orthorhombic import ALL, Part, parts, turned
from pspflow.mechanics.plasticity.slip import SlipSystems, slip_systems
from pspflow.mechanics.plasticity.tensors import tension_frame
from pspflow.mechanics.texture.orientations import check_orientations, check_weights

RATE_SENSITIVITY = 0.05
"""m of the slip law; not given in the paper."""
TOLERANCE = 1e-4
"""Residual at which lateral strain increments are right to 1e-4, yield stresses to 1e-6."""
MAX_STEPS = 200
GROWTH = np.e
"""Factor between the exponents that lead to 1 / m."""
SMALLEST_SENSITIVITY = 0.01


class Directions(NamedTuple):
    """Directions of tension: unit vectors in specimen axes X, Y, Z, all (k, 3)."""

    along: NDArray[np.float64]
    first: NDArray[np.float64]
    """First lateral axis."""
    second: NDArray[np.float64]
    """Second lateral axis."""


class Tension(NamedTuple):
    """Response to uniaxial tension in k directions, float64 (k,) each."""

    stress: NDArray[np.float64]
    """Yield stress in units of the critical resolved shear stress."""
    first: NDArray[np.float64]
    """Strain along the first lateral axis, for an axial strain of 1."""
    second: NDArray[np.float64]
    """Strain along the second lateral axis, for an axial strain of 1."""


class PlasticityConvergenceError(RuntimeError):
    """No equilibrium was found for tension in one direction.

    Parameters
    ----------
    direction
        Unit vector in specimen axes.
    residual, tolerance
        Relative residual that was reached, and that was wanted.
    steps
        Newton steps made.

    Attributes
    ----------
    direction, residual, steps
        As given.
    """

    def __init__(
        self, direction: tuple[float, float, float], residual: float, tolerance: float, steps: int
    ) -> None:
        x, y, z = direction
        super().__init__(
            f"tension along ({x:.3f}, {y:.3f}, {z:.3f}) found no equilibrium in {steps} steps: the "
            f"relative residual is {residual:.2g}, not {tolerance:g}. Spread the orientations by a "
            "degree, or use a larger rate_sensitivity or tolerance."
        )
        self.direction = direction
        self.residual = residual
        self.steps = steps


@refuses_masks
def in_plane_directions(angles_rad: ArrayLike, axis: int = 0, towards: int = 1) -> Directions:
    """Directions in the plane of two specimen axes; the first lateral axis lies in it as well.

    Parameters
    ----------
    angles_rad
        From the first axis to the second, radians, (k,).
    axis, towards
        Numbers of the two axes: 0, 1, 2 for X, Y, Z.
    """
    angles = np.asarray(angles_rad, np.float64)[:, None]
    axes = np.eye(3)
    cos, sin = np.cos(angles), np.sin(angles)
    return Directions(
        cos * axes[axis] + sin * axes[towards],
        cos * axes[towards] - sin * axes[axis],
        np.broadcast_to(axes[3 - axis - towards], (len(angles), 3)).copy(),
    )


def exponents_to(rate_sensitivity: float) -> NDArray[np.int64]:
    """List the exponents ``(n,)`` of the slip law from 1 to 1 / rate_sensitivity, int64.

    Raises
    ------
    ValueError
        If 1 / rate_sensitivity is no whole number from 1 to 100.
    """
    last = round(1 / rate_sensitivity) if rate_sensitivity > 0 else 0
    if (
        not last
        or rate_sensitivity < SMALLEST_SENSITIVITY * (1 - 1e-9)
        or abs(last * rate_sensitivity - 1) > 1e-6
    ):
        raise ValueError(
            "rate_sensitivity must be 1 divided by a whole number, from 1 to 0.01 (0.05 is 1/20), "
            f"got {rate_sensitivity}"
        )
    count = int(np.ceil(np.log(last) / np.log(GROWTH) - 0.1)) + 1
    return np.unique(np.rint(np.geomspace(1, last, max(count, 2)))).astype(np.int64)


@refuses_masks
def tension(
    orientations: ArrayLike,
    weights: ArrayLike | None,
    directions: Directions,
    *,
    slip: str | SlipSystems = "fcc",
    rate_sensitivity: float = RATE_SENSITIVITY,
    tolerance: float = TOLERANCE,
    max_steps: int = MAX_STEPS,
    orthorhombic: bool = False,
) -> Tension:
    """Compute the response of a texture to uniaxial tension (Taylor model, rigid-plastic).

    Every grain has the strain rate of the specimen, slips at (|tau| / tau0)^(1/m) sgn(tau), and the
    mean stress is uniaxial. All directions have the same axial strain rate: the reference rate.
    There is no hardening, so that neither yield stresses nor ratios of strains depend on how far a
    texture is strained, as long as it does not turn.

    Parameters
    ----------
    orientations
        Bunge-Euler angles phi1, Phi, phi2 in radians, (n, 3).
    weights
        Volume fractions, (n,), of sum 1; None: all alike.
    directions
        Directions of tension and their lateral axes.
    slip
        Name of slip systems ("fcc", "bcc"), or slip systems.
    rate_sensitivity
        m, 1 divided by a whole number.
    tolerance
        On the root of the mean square of the grains' missing strain rates, relative to the rate.
    max_steps
        Newton steps allowed in each direction.
    orthorhombic
        Each orientation stands for its three equivalents in an orthorhombic specimen too. The
        results are those of all four to rounding, in half the time for directions in the planes of
        X, Y and Z.

    Raises
    ------
    ValueError
        If orientations, weights, slip systems or the rate sensitivity are not what they must be.
    PlasticityConvergenceError
        If a direction does not converge.
    """
    exponents = exponents_to(rate_sensitivity)
    systems = slip_systems(slip)
    frames = np.array([tension_frame(*axes) for axes in zip(*directions, strict=True)])
    results = np.empty((len(frames), 4))
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    whole = [Part(np.arange(len(frames)), (), ALL)]
    for part in parts(directions.along, directions.second) if orthorhombic else whole:
        if len(part.at):
            copies = 1 + len(part.turns)
            grains = grains_of(
                np.concatenate([angles, *(turned(angles, axis) for axis in part.turns)]),
                np.tile(shares / copies, copies),
                systems,
            )
            results[part.at] = pull_all(
                *grains, frames[part.at], part.free, exponents, tolerance, max_steps
            )
    stress, first, residual, steps = results.T
    for k in np.flatnonzero(~(residual <= tolerance)):
        x, y, z = directions.along[k].tolist()
        raise PlasticityConvergenceError((x, y, z), float(residual[k]), tolerance, int(steps[k]))
    return Tension(stress, first, -1 - first)
