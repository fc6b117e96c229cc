"""Textures as coefficients of symmetrised generalised spherical harmonics (GSH).

Crystals are cubic, specimens orthorhombic, and the series ends at l = 12. It has 37 real functions:
1, 3, 4, 5, 4, 6 and 14 for l = 0, 4, 6, 8, 9, 10 and 12. The coefficient of the first is 1 for
every texture; the other 36 describe it. Buzzy et al. speak of the first 38 coefficients at this
degree. No degree gives 38 (l = 13 gives 43): the count differs, hardly the space.

Names are the paper's: C₄²¹ is l = 4, the second harmonic of the specimen (order 2 in φ1) and the
first of the crystal. Bunge writes the crystal's index first.

Normalisation is that of equations 2 and 3 of the paper, which is Bunge's. The ODF is in multiples
of random, f = 1 + Σ C T̂; the mean of T̂² over all orientations is 1/(2l + 1), and of T̂ T̂' it is
0; a crystal of orientation g has C = (2l + 1) T̂(g). Distances between textures weight C by
1/√(2l + 1): see `SCALE`.

References
----------
Bunge 1982, "Texture Analysis in Materials Science", chapters 4 and 14. Buzzy et al., "Active
learning for the design of polycrystalline textures using conditional normalizing flows", section
2.1.
"""

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import real, refuses_masks
from pspflow.mechanics.texture.harmonics import (
    CRYSTAL_ORDERS,
    DEGREE,
    SPECIMEN_ORDERS,
    harmonics,
)
from pspflow.mechanics.texture.orientations import Floats, check_orientations, check_weights

DEGREES = np.repeat([4, 6, 8, 9, 10, 12], [3, 4, 5, 4, 6, 14])
"""l of each coefficient."""
COUNT = 36
SCALE = 1 / np.sqrt(2 * DEGREES + 1)
"""Coefficients times this are orthonormal: their distance is the root mean square of ODFs'."""
BLOCK = 8192
"""Orientations that are evaluated at once: their work space stays in a processor's cache."""


def names() -> list[str]:
    """Return the names of the coefficients in their order: C4_11, C4_21, C4_31 and so on."""
    table = harmonics()
    parts = zip(table.degrees, table.specimen, table.crystal, strict=True)
    return [f"C{degree}_{u}{v}" for degree, u, v in parts]


@refuses_masks
def basis(orientations: ArrayLike) -> Floats:
    """Evaluate the 36 functions T̂ at orientations: 1e5 of them take about .2 s.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.

    Returns
    -------
    Float64 of shape ``(n, 36)``, the same for orientations that symmetry does not tell apart.

    Raises
    ------
    ValueError
        As `check_orientations`.
    """
    angles = check_orientations(orientations)
    values = np.empty((len(angles), COUNT))
    for start in range(0, len(angles), BLOCK):
        block = slice(start, start + BLOCK)
        values[block] = _block(angles[block])
    return values


def _block(angles: Floats) -> Floats:
    table = harmonics()
    turn1 = angles[:, :1] * SPECIMEN_ORDERS
    turn2 = angles[:, 2:] * CRYSTAL_ORDERS
    tilt = np.cos(angles[:, 1:2] * np.arange(DEGREE + 1))
    index = table.orders // 2
    even = (np.cos(turn2)[:, :, None] * tilt[:, None]).reshape(len(angles), -1) @ table.cosines
    odd = (np.sin(turn2)[:, :, None] * tilt[:, None]).reshape(len(angles), -1) @ table.sines
    return np.cos(turn1)[:, index] * even + np.sin(turn1)[:, index] * odd


@refuses_masks
def coefficients(orientations: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Compute the coefficients of a texture: the weighted mean of those of its crystals.

    They are the coefficients of the orthorhombic texture that `symmetrise` makes: what is not
    orthorhombic in the orientations is lost.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.
    weights
        Volume fractions, shape ``(n,)``, of sum 1; None for equal ones.

    Returns
    -------
    Float64 of shape ``(36,)``; 0 for a random texture.

    Raises
    ------
    ValueError
        As `check_orientations` and `check_weights`.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    total = np.zeros(COUNT)
    for start in range(0, len(angles), BLOCK):
        block = slice(start, start + BLOCK)
        total += shares[block] @ _block(angles[block])
    return (2 * DEGREES + 1) * total


@refuses_masks
def odf(coefficients: ArrayLike, orientations: ArrayLike) -> Floats:
    """Evaluate ODFs at orientations from their coefficients.

    The series is cut at l = 12: sharp textures get negative values, for single crystals down to a
    third of the maximum, and the maximum of a crystal is 30 to 150 instead of infinite.

    Parameters
    ----------
    coefficients
        Shape ``(..., 36)``.
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.

    Returns
    -------
    Multiples of random, float64 of shape ``(..., n)``.

    Raises
    ------
    ValueError
        As `check_coefficients` and `check_orientations`.
    """
    return 1 + check_coefficients(coefficients) @ basis(orientations).T


@refuses_masks
def texture_index(coefficients: ArrayLike) -> Floats:
    """Return the mean square of the ODF over all orientations: 1 if random, more if sharp.

    Parameters
    ----------
    coefficients
        Shape ``(..., 36)``.

    Returns
    -------
    Float64 of shape ``(...)``, from the terms up to l = 12.

    Raises
    ------
    ValueError
        As `check_coefficients`.
    """
    return 1 + np.square(check_coefficients(coefficients) * SCALE).sum(axis=-1)


@refuses_masks
def check_coefficients(coefficients: ArrayLike) -> Floats:
    """Validate coefficients, shape ``(..., 36)``, and return them as float64.

    Raises
    ------
    ValueError
        If the last axis does not hold 36 finite numbers.
    """
    values = real(coefficients, "coefficients")
    if values.ndim == 0 or values.shape[-1] != COUNT:
        raise ValueError(
            f"coefficients must hold {COUNT} numbers per texture, from l = 4 to 12 without the "
            f"constant 1, got shape {values.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError("coefficients must be finite, but they hold NaN or infinity")
    return values


@refuses_masks
def check_texture(coefficients: ArrayLike) -> Floats:
    """Validate the coefficients of one texture, shape ``(36,)``, and return them as float64.

    Raises
    ------
    ValueError
        If they are not 36 finite numbers.
    """
    values = check_coefficients(coefficients)
    if values.ndim != 1:
        raise ValueError(
            f"coefficients must be those of one texture, shape ({COUNT},), got {values.shape}: "
            "give one texture at a time"
        )
    return values
