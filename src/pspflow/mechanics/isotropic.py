"""Isotropic linear elasticity in Voigt notation: 11, 22, 33, 23, 13, 12, engineering shear."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import real, refuses_masks

Moduli = NDArray[np.float64]


@refuses_masks
def bulk_modulus(young_gpa: ArrayLike, poisson: ArrayLike) -> Moduli:
    """Return the bulk modulus in GPa of isotropic materials; shapes broadcast; errors as below."""
    return _finite(young_gpa, "young_gpa") / (3 * (1 - 2 * _ratio(poisson)))


@refuses_masks
def shear_modulus(young_gpa: ArrayLike, poisson: ArrayLike) -> Moduli:
    """Return the shear modulus in GPa of isotropic materials; shapes broadcast; errors as below."""
    return _finite(young_gpa, "young_gpa") / (2 * (1 + _ratio(poisson)))


@refuses_masks
def isotropic_stiffness(young_gpa: ArrayLike, poisson: ArrayLike) -> Moduli:
    """Return the stiffness of isotropic materials.

    Parameters
    ----------
    young_gpa, poisson
        Young's moduli in GPa and Poisson's ratios, of shapes that broadcast to ``(...)``.

    Returns
    -------
    Float64 of shape ``(..., 6, 6)`` in GPa, Voigt order 11, 22, 33, 23, 13, 12, for strains with
    engineering shear.

    Raises
    ------
    ValueError
        If a number is masked, NaN or infinite, or a Poisson's ratio is not between -1 and 0.5.

    Examples
    --------
    >>> isotropic_stiffness(120.0, 0.3)[0].round(2).tolist()
    [161.54, 69.23, 69.23, 0.0, 0.0, 0.0]
    """
    bulk = bulk_modulus(young_gpa, poisson)[..., None, None]
    shear = shear_modulus(young_gpa, poisson)[..., None, None]
    trace = np.array([1, 1, 1, 0, 0, 0], np.float64)
    volumetric = np.outer(trace, trace)
    deviatoric = np.diag([2.0, 2, 2, 1, 1, 1]) - 2 / 3 * volumetric
    return bulk * volumetric + shear * deviatoric


@refuses_masks
def local_stress(
    phases: NDArray[np.integer],
    young_gpa: ArrayLike,
    poisson: ArrayLike,
    strain: NDArray[np.floating],
) -> Moduli:
    """Return the mean stress of each voxel of a structure, which its mean strain decides.

    Parameters
    ----------
    phases
        Phase ids from 0, shape ``(nx, ny, nz)``.
    young_gpa, poisson
        Young's modulus in GPa and Poisson's ratio of each phase id, shape ``(phases,)``.
    strain
        Mean strain of each voxel with engineering shear, shape ``(6, nx, ny, nz)``, as
        `pspflow.mechanics.strain_field` returns it.

    Returns
    -------
    Float64 in GPa, of the shape of `strain`, components 11, 22, 33, 23, 13, 12. Where the strains
    are in equilibrium, its mean is the effective stiffness times the macroscopic strain.

    Raises
    ------
    ValueError
        As `isotropic_stiffness`, or if the shapes do not fit.
    """
    if strain.shape != (6, *phases.shape):
        raise ValueError(
            f"strain must be of shape {(6, *phases.shape)}, 6 components of the voxels of phases, "
            f"got {strain.shape}"
        )
    stress = np.empty(strain.shape)
    for phase, stiffness in enumerate(isotropic_stiffness(young_gpa, poisson)):
        of_phase = phases == phase
        stress[:, of_phase] = stiffness @ strain[:, of_phase]
    return stress


def _finite(values: ArrayLike, name: str) -> Moduli:
    array = real(values, name)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, but it holds NaN or infinity: give every value")
    return array


def _ratio(poisson: ArrayLike) -> Moduli:
    array = _finite(poisson, "poisson")
    wrong = (array <= -1) | (array >= 0.5)
    if wrong.any():
        raise ValueError(f"poisson must be between -1 and 0.5, but it holds {array[wrong][0]:g}")
    return array
