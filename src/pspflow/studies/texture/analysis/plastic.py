"""How a texture yields: in the plane of the sheet, and by its 54 anisotropy parameters."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import refuses_masks
from pspflow.mechanics import (
    PARAMETER_NAMES,
    InPlane,
    PlasticityConvergenceError,
    anisotropy_parameters,
    yield_stress_and_r_value,
)
from pspflow.mechanics.plasticity.tension import RATE_SENSITIVITY

Floats = NDArray[np.float64]
ANGLES_DEG: Final = tuple(range(0, 91, 5))
"""Angles to the rolling direction in the plane of the sheet."""
LARGEST_R: Final = 1e4
"""Larger r-values are infinite: strains are right to 1e-4."""


class Plastic(NamedTuple):
    """What the Taylor model says of a texture; NaN where it found no equilibrium."""

    tension: InPlane
    """At `ANGLES_DEG`, float64 of shape ``(19,)`` each."""
    parameters: Floats
    """The 54 of `PARAMETER_NAMES`."""
    failures: tuple[str, ...]
    """Why something is NaN: one sentence for each tension that did not converge."""

    @property
    def planar_anisotropy(self) -> float:
        """Planar anisotropy Δr = (r₀ + r₉₀ − 2 r₄₅) / 2."""
        zero, middle, end = (self.tension.r_value[ANGLES_DEG.index(angle)] for angle in (0, 45, 90))
        return float((zero + end - 2 * middle) / 2)

    @property
    def mean_r_value(self) -> float:
        """Normal anisotropy (r₀ + 2 r₄₅ + r₉₀) / 4."""
        zero, middle, end = (self.tension.r_value[ANGLES_DEG.index(angle)] for angle in (0, 45, 90))
        return float((zero + 2 * middle + end) / 4)


@refuses_masks
def plastic_response(
    orientations: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    slip: str = "fcc",
    rate_sensitivity: float = RATE_SENSITIVITY,
    orthorhombic: bool = False,
) -> Plastic:
    """Compute yield stress and r-value in the plane of the sheet, and the anisotropy parameters.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.
    weights
        Volume fractions, shape ``(n,)``; None for equal ones.
    slip, rate_sensitivity, orthorhombic
        As in `anisotropy_parameters`: orthorhombic takes each orientation for its equivalents in
        the specimen too, which symmetrises the texture.

    Raises
    ------
    ValueError
        As `anisotropy_parameters`; what does not converge is told in the result.
    """
    failures: list[str] = []

    def pulled(angles: Sequence[int]) -> InPlane:
        return yield_stress_and_r_value(
            orientations,
            weights,
            np.radians(angles),
            slip=slip,
            rate_sensitivity=rate_sensitivity,
            orthorhombic=orthorhombic,
        )

    try:
        tension = pulled(ANGLES_DEG)
    except PlasticityConvergenceError:
        tension = InPlane(*np.full((2, len(ANGLES_DEG)), np.nan))
        for place, angle in enumerate(ANGLES_DEG):
            try:
                one = pulled([angle])
            except PlasticityConvergenceError as error:
                failures.append(f"At {angle}° to the rolling direction, {error}")
            else:
                tension.yield_stress[place], tension.r_value[place] = (
                    one.yield_stress[0],
                    one.r_value[0],
                )
    # the thickness stays, but for rounding
    tension.r_value[np.abs(tension.r_value) > LARGEST_R] = np.inf
    parameters = np.full(len(PARAMETER_NAMES), np.nan)
    try:
        parameters = anisotropy_parameters(
            orientations,
            weights,
            slip=slip,
            rate_sensitivity=rate_sensitivity,
            orthorhombic=orthorhombic,
        )
    except PlasticityConvergenceError as error:
        failures.append(f"There are no anisotropy parameters: {error}")
    return Plastic(tension, parameters, tuple(failures))
