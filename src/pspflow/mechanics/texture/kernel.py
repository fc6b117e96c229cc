"""The de la Vallée Poussin kernel: the spread of orientations around one.

Its density at a rotation by ω is B cos^2κ(ω/2) in multiples of random: a bell without tails, whose
draws, pole figures and harmonics are known in closed form. It differs little from the von
Mises–Fisher distribution of the same half width.

References
----------
Schaeben 1997, "A simple standard orientation density function: the hyperspherical de la Vallée
Poussin kernel", Physica Status Solidi B 200, 367.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, betaln

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.orientations import Floats

LARGEST_HALF_WIDTH_RAD = np.pi / 2
SMALLEST_HALF_WIDTH_RAD = 1e-3


@refuses_masks
def concentration(half_width_rad: ArrayLike) -> Floats:
    """Return κ of the kernel whose density falls to one half at a rotation by the half width.

    Parameters
    ----------
    half_width_rad
        Half widths at half maximum in radians, of any shape, from .001 to π/2.

    Raises
    ------
    ValueError
        If one is out of range.
    """
    widths = np.asarray(half_width_rad, np.float64)
    if not ((widths >= SMALLEST_HALF_WIDTH_RAD) & (widths <= LARGEST_HALF_WIDTH_RAD)).all():
        raise ValueError(
            "half_width_rad must be from .001 to π/2: convert degrees to radians with numpy.deg2rad"
        )
    return np.log(0.5) / (2 * np.log(np.cos(widths / 2)))


@refuses_masks
def kernel_density(angles_rad: ArrayLike, half_width_rad: float) -> Floats:
    """Return the density of orientations at a rotation away from the centre.

    Parameters
    ----------
    angles_rad
        Angles of rotation from the centre in radians, any shape.
    half_width_rad
        As in `concentration`.

    Returns
    -------
    Multiples of random, float64 of the shape of the angles.
    """
    kappa = concentration(half_width_rad)
    # the mean over all rotations, (2/π) ∫ sin²(ω/2) cos^2κ(ω/2) dω, is 1
    log_norm = betaln(1.5, 0.5) - betaln(1.5, kappa + 0.5)
    return np.exp(log_norm) * np.abs(np.cos(np.asarray(angles_rad) / 2)) ** (2 * kappa)


@refuses_masks
def pole_density(cosines: ArrayLike, half_width_rad: float) -> Floats:
    """Return the density of poles at an angle from the pole of the centre.

    Parameters
    ----------
    cosines
        Cosines of the angles between both poles, any shape.
    half_width_rad
        As in `concentration`.

    Returns
    -------
    Multiples of random, float64 of the shape of the cosines.
    """
    kappa = concentration(half_width_rad)
    half = np.clip((1 + np.asarray(cosines, np.float64)) / 2, 0, 1)
    return (1 + kappa) * half**kappa


@refuses_masks
def damping(degrees: ArrayLike, half_width_rad: float) -> Floats:
    """Return the factor by which the spread reduces harmonics of each degree.

    Parameters
    ----------
    degrees
        Degrees l, whole numbers, any shape.
    half_width_rad
        As in `concentration`.

    Returns
    -------
    The mean over the kernel of sin((2l + 1) ω/2) / ((2l + 1) sin(ω/2)), float64.
    """
    kappa = concentration(half_width_rad)
    order = np.asarray(degrees, np.int64)
    # the factors follow from the mean of Legendre polynomials over the kernel's pole figure
    factors = [1.0]
    for degree in range(1, int(order.max(initial=0)) + 1):
        factors.append(factors[-1] * float((kappa - degree + 1) / (kappa + degree + 1)))
    return np.array(factors)[order]


@refuses_masks
def angle_quantiles(shares: ArrayLike, half_width_rad: ArrayLike) -> Floats:
    """Return the angles that a share of the kernel's rotations lies below.

    Parameters
    ----------
    shares
        From 0 to 1, broadcast against the half widths.
    half_width_rad
        As in `concentration`.

    Returns
    -------
    Angles in radians, float64. Of uniform random shares, they are draws from the kernel.
    """
    # sin²(ω/2) has a beta distribution
    sine_squared = betaincinv(1.5, concentration(half_width_rad) + 0.5, np.asarray(shares))
    return 2 * np.arcsin(np.sqrt(sine_squared))
