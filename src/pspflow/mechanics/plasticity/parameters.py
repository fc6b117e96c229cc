"""The 54 anisotropy parameters of a texture (paper, section 2.1), and which of them are free."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import real, refuses_masks
from pspflow.mechanics.plasticity.slip import SlipSystems
from pspflow.mechanics.plasticity.tension import (
    MAX_STEPS,
    RATE_SENSITIVITY,
    TOLERANCE,
    Directions,
    in_plane_directions,
    tension,
)

ANGLES_DEG = (0, 15, 30, 45, 60, 75)
PLANES = {"xy": (0, 1), "yz": (1, 2), "zx": (2, 0)}
"""Each plane's axes: the angle goes from the first to the second."""
DIRECTION_NAMES = tuple(f"{plane}_{angle}" for plane in PLANES for angle in ANGLES_DEG)
COUNT = len(DIRECTION_NAMES)
PARAMETER_NAMES = (
    *(f"stress_{name}" for name in DIRECTION_NAMES),
    *(f"strain{axis}_{name}" for name in DIRECTION_NAMES for axis in (1, 2)),
)
"""Names of the 54 parameters, in their order."""
INDEPENDENT_NAMES = (
    *PARAMETER_NAMES[1:COUNT],
    *(name for name in PARAMETER_NAMES if name.startswith("strain1")),
)
"""Names of the 35 independent parameters, in their order."""


def anisotropy_directions() -> Directions:
    """Return the 18 directions: planes XY, YZ and ZX, each at 0 to 75 degrees in steps of 15."""
    planes = [in_plane_directions(np.radians(ANGLES_DEG), *axes) for axes in PLANES.values()]
    return Directions(*(np.concatenate(part) for part in zip(*planes, strict=True)))


@refuses_masks
def anisotropy_parameters(
    orientations: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    slip: str | SlipSystems = "fcc",
    rate_sensitivity: float = RATE_SENSITIVITY,
    tolerance: float = TOLERANCE,
    max_steps: int = MAX_STEPS,
    orthorhombic: bool = False,
) -> NDArray[np.float64]:
    """Compute the 54 anisotropy parameters of a texture with a Taylor model.

    A plastic work of 0.4 MPa is done in uniaxial tension in each of 18 directions. The yield
    stresses are divided by that in X. The lateral strain increments are multiplied by the yield
    stress in X and divided by the work: normalised stress times normalised axial strain increment
    is then 1, and the two lateral increments of a direction add up to -1 / its normalised stress,
    since volume is conserved. The work itself cancels, as nothing hardens.

    Parameters
    ----------
    orientations
        Bunge-Euler angles phi1, Phi, phi2 in radians, (n, 3), taken as they are: for the labels
        of an orthorhombic texture give the symmetrised set, or `orthorhombic`.
    weights
        Volume fractions, (n,), of sum 1; None: all alike.
    slip, rate_sensitivity, tolerance, max_steps, orthorhombic
        As in `tension`.

    Returns
    -------
    Float64 (54,), named by `PARAMETER_NAMES`: 18 normalised yield stresses in the planes XY, YZ, ZX
    at 0 to 75 degrees from the plane's first axis, then for each direction in turn the normalised
    lateral strain increments along axis 1, in the plane, and axis 2, normal to it.

    Raises
    ------
    ValueError
        As `tension`.
    PlasticityConvergenceError
        If a direction does not converge.

    References
    ----------
    Directions, work and normalisation: paper, section 2.1. Taylor 1938, "Plastic strain in metals",
    J. Inst. Metals 62, 307; rate-sensitive slip: Asaro and Needleman 1985, Acta Metall. 33, 923.
    """
    response = tension(
        orientations,
        weights,
        anisotropy_directions(),
        slip=slip,
        rate_sensitivity=rate_sensitivity,
        tolerance=tolerance,
        max_steps=max_steps,
        orthorhombic=orthorhombic,
    )
    stress = response.stress / response.stress[0]
    return all_outputs(np.concatenate([stress[1:], response.first / stress]))


@refuses_masks
def independent_outputs(parameters: ArrayLike) -> NDArray[np.float64]:
    """Pick the independent of the 54 parameters: 17 stresses and 18 first lateral increments.

    Parameters
    ----------
    parameters
        (..., 54), as of `anisotropy_parameters`.

    Returns
    -------
    Float64 (..., 35), named by `INDEPENDENT_NAMES`.

    Raises
    ------
    ValueError
        If there are not 54, the stress in X is not 1, a stress is not positive, or lateral
        increments do not add up to -1 / stress.
    """
    values = real(parameters, "parameters")
    _check_width(values, "parameters", len(PARAMETER_NAMES))
    stress, first, second = values[..., :COUNT], values[..., COUNT::2], values[..., COUNT + 1 :: 2]
    if not np.allclose(stress[..., 0], 1, rtol=0, atol=1e-6):
        raise ValueError("parameters must be normalised: the first one, the stress in X, is not 1")
    _check_positive(stress, "parameters")
    off = np.abs(first + second + 1 / stress)
    if not (off <= 1e-6).all():
        name = DIRECTION_NAMES[int(np.argmax(~(off <= 1e-6))) % COUNT]
        raise ValueError(
            "parameters must conserve volume: the lateral strain increments of direction "
            f"{name} do not add up to -1 / its stress"
        )
    return np.concatenate([stress[..., 1:], first], axis=-1)


@refuses_masks
def all_outputs(independent: ArrayLike) -> NDArray[np.float64]:
    """Reconstruct the 54 parameters: the inverse of `independent_outputs`.

    Parameters
    ----------
    independent
        (..., 35), as of `independent_outputs`.

    Returns
    -------
    Float64 (..., 54).

    Raises
    ------
    ValueError
        If there are not 35, or a stress is not positive.
    """
    values = real(independent, "independent")
    _check_width(values, "independent", len(INDEPENDENT_NAMES))
    given, first = values[..., : COUNT - 1], values[..., COUNT - 1 :]
    _check_positive(given, "independent")
    stress = np.concatenate([np.ones_like(given[..., :1]), given], axis=-1)
    lateral = np.stack([first, -1 / stress - first], axis=-1)
    return np.concatenate([stress, lateral.reshape(*stress.shape[:-1], -1)], axis=-1)


def _check_width(values: np.ndarray, name: str, width: int) -> None:
    if not values.ndim or values.shape[-1] != width:
        raise ValueError(f"{name} must have {width} values a texture, got shape {values.shape}")


def _check_positive(stress: np.ndarray, name: str) -> None:
    if not (stress > 0).all():
        raise ValueError(f"{name} must hold positive stresses, but the smallest is {stress.min()}")
