"""Isotropic linear elasticity in Voigt notation: 11, 22, 33, 23, 13, 12, engineering shear."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Moduli = NDArray[np.float64]


def bulk_modulus(young_gpa: ArrayLike, poisson: ArrayLike) -> Moduli:
    """Return the bulk modulus in GPa of isotropic materials; shapes broadcast."""
    return np.asarray(young_gpa, np.float64) / (3 * (1 - 2 * np.asarray(poisson, np.float64)))


def shear_modulus(young_gpa: ArrayLike, poisson: ArrayLike) -> Moduli:
    """Return the shear modulus in GPa of isotropic materials; shapes broadcast."""
    return np.asarray(young_gpa, np.float64) / (2 * (1 + np.asarray(poisson, np.float64)))


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
