"""Bounds on the stiffness of a composite, computed from its volume fractions alone.

Phases are isotropic. All but Hashin and Shtrikman's bounds hold for any arrangement of the phases:
as quadratic forms, Reuss ≤ effective ≤ Voigt.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import refuses_masks
from pspflow.mechanics.checks import check_moduli, check_numbers
from pspflow.mechanics.isotropic import (
    Moduli,
    bulk_modulus,
    isotropic_stiffness,
    shear_modulus,
)


class Bounds(NamedTuple):
    """Lower and upper bounds on the moduli of an isotropic composite, in GPa."""

    bulk_lower: float
    bulk_upper: float
    shear_lower: float
    shear_upper: float


@refuses_masks
def voigt_stiffness(fractions: ArrayLike, young_gpa: ArrayLike, poisson: ArrayLike) -> Moduli:
    """Average the phases' stiffnesses (equal strain): the upper bound.

    Parameters
    ----------
    fractions
        Volume fractions, shape ``(phases,)``, not negative, of sum 1.
    young_gpa, poisson
        Young's moduli in GPa and Poisson's ratios, shape ``(phases,)``.

    Returns
    -------
    Float64 of shape ``(6, 6)`` in GPa, Voigt order 11, 22, 33, 23, 13, 12.

    Raises
    ------
    ValueError
        If the lengths differ, the fractions are negative or do not sum to 1, or a modulus is out of
        range.

    References
    ----------
    Hill 1952, "The elastic behaviour of a crystalline aggregate", Proc. Phys. Soc. A 65, 349.
    """
    weights, young, nu = _checked(fractions, young_gpa, poisson)
    return np.tensordot(weights, isotropic_stiffness(young, nu), axes=1)


@refuses_masks
def reuss_stiffness(fractions: ArrayLike, young_gpa: ArrayLike, poisson: ArrayLike) -> Moduli:
    """Average the phases' compliances (equal stress) and invert: the lower bound.

    Parameters, result, errors and reference are those of `voigt_stiffness`.
    """
    weights, young, nu = _checked(fractions, young_gpa, poisson)
    compliances = np.linalg.inv(isotropic_stiffness(young, nu))
    return np.linalg.inv(np.tensordot(weights, compliances, axes=1))


@refuses_masks
def hill_stiffness(fractions: ArrayLike, young_gpa: ArrayLike, poisson: ArrayLike) -> Moduli:
    """Return the mean of both averages: an estimate, not a bound.

    Parameters, result, errors and reference are those of `voigt_stiffness`.
    """
    voigt = voigt_stiffness(fractions, young_gpa, poisson)
    return (voigt + reuss_stiffness(fractions, young_gpa, poisson)) / 2


@refuses_masks
def hashin_shtrikman_bounds(
    fractions: ArrayLike, young_gpa: ArrayLike, poisson: ArrayLike
) -> Bounds:
    """Return the closest bounds that volume fractions give for an isotropic composite.

    An anisotropic structure, or a small cell of an isotropic one, may lie outside.

    Parameters
    ----------
    fractions, young_gpa, poisson
        As in `voigt_stiffness`.

    Raises
    ------
    ValueError
        As in `voigt_stiffness`.

    References
    ----------
    Hashin and Shtrikman 1963, "A variational approach to the theory of the elastic behaviour of
    multiphase materials", J. Mech. Phys. Solids 11, 127. Walpole 1966, J. Mech. Phys. Solids 14,
    151, for phases of which one has the higher bulk and another the higher shear modulus.
    """
    weights, young, nu = _checked(fractions, young_gpa, poisson)
    bulk, shear = bulk_modulus(young, nu), shear_modulus(young, nu)

    def bound(extreme_bulk: float, extreme_shear: float) -> tuple[float, float]:
        to_bulk = 4 / 3 * extreme_shear
        ratio = (9 * extreme_bulk + 8 * extreme_shear) / (extreme_bulk + 2 * extreme_shear)
        to_shear = extreme_shear / 6 * ratio
        return (
            float(1 / np.sum(weights / (bulk + to_bulk)) - to_bulk),
            float(1 / np.sum(weights / (shear + to_shear)) - to_shear),
        )

    present = weights > 0
    lower = bound(bulk[present].min(), shear[present].min())
    upper = bound(bulk[present].max(), shear[present].max())
    return Bounds(lower[0], upper[0], lower[1], upper[1])


def _checked(
    fractions: ArrayLike, young_gpa: ArrayLike, poisson: ArrayLike
) -> tuple[Moduli, Moduli, Moduli]:
    young, nu = check_moduli(young_gpa, poisson)
    weights = check_numbers(fractions, "fractions")
    if weights.shape != young.shape:
        raise ValueError(
            f"fractions must hold one number per phase, shape {young.shape}, got {weights.shape}"
        )
    if not (weights >= 0).all() or abs(weights.sum() - 1) > 1e-6:
        raise ValueError(f"fractions must not be negative and sum to 1, got {weights.tolist()}")
    return weights, young, nu
