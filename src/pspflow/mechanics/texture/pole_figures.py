"""Pole figures: where lattice planes of a family face in the specimen, in multiples of random."""

from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.transform import Rotation
from scipy.special import lpmv

from pspflow.arrays import real, refuses_masks
from pspflow.mechanics.texture.gsh import DEGREES, check_texture
from pspflow.mechanics.texture.harmonics import CRYSTAL_ORDERS, harmonics
from pspflow.mechanics.texture.kernel import concentration, pole_density
from pspflow.mechanics.texture.orientations import (
    Floats,
    check_orientations,
    check_weights,
    quaternions,
)
from pspflow.mechanics.texture.symmetry import cubic_operators

FAMILIES = ((1, 1, 1), (1, 0, 0), (1, 1, 0))
"""Miller indices of the figures that rolling textures are judged by."""
HALF_WIDTH_RAD = np.deg2rad(10)
BLOCK = 200_000
"""Densities that are computed at once, in a processor's cache."""
TABULATED = 1 << 18
"""Steps in which the density is tabulated: at a half width of 5°, they differ by a thousandth."""
MANY = 20_000
"""Poles beyond which neighbours are merged."""
CELLS_PER_HALF_WIDTH = 8


def pole_grid(size: int) -> Floats:
    """Return directions on an equal-area (Lambert) projection of the upper hemisphere.

    Parameters
    ----------
    size
        Number of points across, at least 2. All stand for the same solid angle.

    Returns
    -------
    Unit vectors in specimen axes (rolling, transverse, normal), float64 of shape
    ``(size, size, 3)``: row i has the x of cell i from -1 to 1 times the radius, column j the y.
    NaN outside the circle.

    Raises
    ------
    ValueError
        If the size is below 2.
    """
    if size < 2:
        raise ValueError(f"size must be at least 2, got {size}")
    centres = (2 * np.arange(size) + 1) / size - 1
    x, y = np.meshgrid(centres, centres, indexing="ij")
    square = np.where(x**2 + y**2 <= 1, x**2 + y**2, np.nan)
    level = np.sqrt(2 - square)
    return np.stack([x * level, y * level, 1 - square], axis=-1)


@refuses_masks
def pole_figure(
    orientations: ArrayLike,
    family: tuple[int, int, int],
    directions: ArrayLike,
    weights: ArrayLike | None = None,
    half_width_rad: float = HALF_WIDTH_RAD,
) -> Floats:
    """Compute the density of poles of a family, each spread by the de la Vallée Poussin kernel.

    Both ends of an axis count. Of more than 20,000 poles, those in cells of an eighth of the half
    width are merged first, which changes densities by about a thousandth of the maximum.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``, as they are: symmetrise them for an
        orthorhombic figure.
    family
        Miller indices, as (1, 1, 1).
    directions
        Unit vectors in the specimen, shape ``(..., 3)``, as from `pole_grid`; NaN is passed on.
    weights
        Volume fractions, shape ``(n,)``, of sum 1; None for equal ones.
    half_width_rad
        Rotation at which the density of an orientation falls to one half, in radians.

    Returns
    -------
    Multiples of random, float64 of shape ``(...)``; the mean over the sphere is 1.

    Raises
    ------
    ValueError
        As `check_orientations`, `check_weights` and `concentration`, if all indices are 0 or the
        directions are no unit vectors.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    concentration(half_width_rad)
    places = _directions(directions)
    axes = _axes(family)
    turns = Rotation.from_quat(quaternions(angles)).as_matrix()
    poles = (turns @ axes.T).transpose(0, 2, 1).reshape(-1, 3)
    volumes = np.repeat(shares / len(axes), len(axes))
    if len(poles) > MANY:
        poles, volumes = _merged(poles, volumes, half_width_rad / CELLS_PER_HALF_WIDTH)
    flat = places.reshape(-1, 3)
    density = np.zeros(len(flat))
    inside = np.isfinite(flat).all(axis=1)
    known = _tabulated(half_width_rad)
    step = max(1, BLOCK // max(1, len(flat)))
    for start in range(0, len(poles), step):
        block = slice(start, start + step)
        cosines = np.abs(poles[block] @ flat[inside].T)
        density[inside] += volumes[block] @ known[(cosines * TABULATED + 0.5).astype(np.int32)]
    density[~inside] = np.nan
    return density.reshape(places.shape[:-1])


@refuses_masks
def pole_figure_of_coefficients(
    coefficients: ArrayLike, family: tuple[int, int, int], directions: ArrayLike
) -> Floats:
    """Compute the density of poles of a family from the coefficients of a texture.

    The series is cut at l = 12, so that sharp textures get negative densities.

    Parameters
    ----------
    coefficients
        Shape ``(36,)``.
    family, directions
        As in `pole_figure`.

    Returns
    -------
    As `pole_figure`.

    Raises
    ------
    ValueError
        As `check_texture` and `pole_figure`.
    """
    wanted = check_texture(coefficients)
    places = _directions(directions)
    table = harmonics()
    pole = _axes(family)[:1]
    density = np.ones(places.shape[:-1])
    # odd degrees differ in sign between both ends of an axis
    for index in np.flatnonzero(DEGREES % 2 == 0):
        degree, order = int(DEGREES[index]), int(table.orders[index])
        cubic = sum(
            amplitude * _harmonic(degree, int(m), pole)[0]
            for m, amplitude in zip(CRYSTAL_ORDERS, table.crystal_vectors[index], strict=True)
            if m <= degree
        )
        factor = 4 * np.pi / (2 * degree + 1) * wanted[index] * cubic
        density += factor * _harmonic(degree, order, places)
    return density


@lru_cache
def _tabulated(half_width_rad: float) -> Floats:
    """Return densities of an axis, both ends of it, over the size of the cosine from 0 to 1."""
    cosines = np.arange(TABULATED + 2) / TABULATED
    ends = [pole_density(sign * cosines, half_width_rad) for sign in (1, -1)]
    return np.mean(ends, axis=0)


def _harmonic(degree: int, order: int, directions: Floats) -> Floats:
    """Return √2 Re Y at unit vectors (..., 3), or Y where the order is 0."""
    norm = factorial(degree - order) / factorial(degree + order) * (2 if order else 1)
    azimuth = np.arctan2(directions[..., 1], directions[..., 0])
    legendre = lpmv(order, degree, np.clip(directions[..., 2], -1, 1))
    return np.sqrt((2 * degree + 1) / (4 * np.pi) * norm) * legendre * np.cos(order * azimuth)


def _axes(family: tuple[int, int, int]) -> Floats:
    """Return the unit vectors of a family, one of each pair of opposite ones."""
    indices = np.asarray(family, np.float64)
    if indices.shape != (3,) or not indices.any():
        raise ValueError(f"family must hold three Miller indices, not all 0, got {family}")
    every = np.rint(Rotation.from_quat(cubic_operators()).apply(indices))
    first = np.argmax(every != 0, axis=1)
    every *= np.sign(every[np.arange(len(every)), first])[:, None]
    return np.unique(every, axis=0) / np.linalg.norm(indices)


def _directions(directions: ArrayLike) -> Floats:
    places = real(directions, "directions")
    if places.ndim == 0 or places.shape[-1] != 3:
        raise ValueError(f"directions must hold vectors, shape (..., 3), got shape {places.shape}")
    if (np.abs(np.square(places).sum(axis=-1) - 1) > 1e-6).any():
        raise ValueError("directions must be unit vectors: divide each by its length")
    return places


def _merged(poles: Floats, volumes: Floats, cell: float) -> tuple[Floats, Floats]:
    """Return the mean pole and the volume of each cell of a hemisphere that holds any."""
    upper = np.where(poles[:, 2:] < 0, -poles, poles)
    # equal-area projection: cells have the same size everywhere
    flat = upper[:, :2] / np.sqrt((1 + upper[:, 2:]) / 2)
    columns = int(4 / cell) + 2
    row, column = np.floor((flat + 2) / cell).astype(np.int64).T
    _, places = np.unique(row * columns + column, return_inverse=True)
    total: Floats = np.bincount(places, volumes).astype(np.float64)
    middle = np.stack([np.bincount(places, volumes * part) for part in upper.T], axis=1)
    kept = total > 0
    length = np.linalg.norm(middle[kept], axis=1, keepdims=True)
    return middle[kept] / length, total[kept]
