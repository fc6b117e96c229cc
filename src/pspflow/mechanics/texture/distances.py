"""Distances between textures, and what they are for two samples of one texture.

Two measures, since each is blind to something. Coefficients compare what l ≤ 12 resolves, about
15°. Transport asks how far grains must turn on average so that one texture becomes the other; it
sees all details, but needs samples. It is the least mean over all pairings of equally many draws
from both, found exactly (linear sum assignment). A mean over samples is never 0: draws from one
texture have a distance too, by which every other is to be judged.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.gsh import SCALE, check_coefficients, coefficients
from pspflow.mechanics.texture.orientations import Floats, check_orientations, check_weights
from pspflow.mechanics.texture.symmetry import disorientation_angles, symmetrise

DRAWS = 500
ASYMMETRY_DRAWS = 300
TURNS = 19
"""Random turns of which the largest distance is at a level of 5 %."""


class Distances(NamedTuple):
    """How far two textures are apart, both as if they were orthorhombic."""

    coefficients: float
    """Root mean square of the difference between ODFs up to l = 12, in multiples of random."""
    transport_rad: float
    """Mean rotation of grains that turns a sample of one into a sample of the other, in radians."""


class Asymmetry(NamedTuple):
    """How far a texture is from the orthorhombic one that `symmetrise` makes of it."""

    transport_rad: float
    """Mean rotation of grains between samples of both, in radians; only crystals are symmetric."""
    ruler_rad: float
    """The largest of 19 such rotations after every grain was turned by a random element of the
    specimen's symmetry: no asymmetry is seen below this (at a level of 5 %)."""


@refuses_masks
def coefficient_distance(first: ArrayLike, second: ArrayLike) -> Floats:
    """Compute the root mean square of the difference between ODFs, in multiples of random.

    Parameters
    ----------
    first, second
        Coefficients, shapes ``(..., 36)``, broadcast against each other.

    Returns
    -------
    Float64 of shape ``(...)``.

    Raises
    ------
    ValueError
        As `check_coefficients`.
    """
    difference = check_coefficients(first) - check_coefficients(second)
    return np.linalg.norm(difference * SCALE, axis=-1)


@refuses_masks
def transport_distance(first: ArrayLike, second: ArrayLike) -> float:
    """Compute the mean rotation that turns one set of grains into another, as if orthorhombic.

    Parameters
    ----------
    first, second
        Bunge–Euler angles in radians, shapes ``(n, 3)``: equally many, of equal weight. 500 take
        .2 s, 1,000 .6 s.

    Returns
    -------
    Radians: the least mean over all pairings, exactly.

    Raises
    ------
    ValueError
        As `check_orientations`, or if the numbers differ.
    """
    one, other = check_orientations(first), check_orientations(second)
    if len(one) != len(other):
        raise ValueError(
            f"first and second must hold equally many orientations, got {len(one)} and {len(other)}"
        )
    variants = symmetrise(other)[0]
    return _paired(disorientation_angles(one, variants).reshape(len(one), 4, -1).min(axis=1))


@refuses_masks
def texture_distances(
    first: ArrayLike,
    second: ArrayLike,
    rng: np.random.Generator,
    first_weights: ArrayLike | None = None,
    second_weights: ArrayLike | None = None,
    draws: int = DRAWS,
) -> Distances:
    """Compare two textures.

    Parameters
    ----------
    first, second
        Bunge–Euler angles in radians, shapes ``(n, 3)`` and ``(m, 3)``.
    rng
        Source of randomness, for the transport distance.
    first_weights, second_weights
        Volume fractions, shapes ``(n,)`` and ``(m,)``, of sum 1; None for equal ones.
    draws
        Number of grains drawn from each texture; 500 take .2 s, 1,000 .6 s.

    Raises
    ------
    ValueError
        As `check_orientations` and `check_weights`, or if there are no draws.
    """
    textures = [
        (check_orientations(angles), check_weights(weights, len(check_orientations(angles))))
        for angles, weights in ((first, first_weights), (second, second_weights))
    ]
    apart = coefficient_distance(*(coefficients(*texture) for texture in textures))
    samples = [_drawn(*texture, draws, rng) for texture in textures]
    return Distances(float(apart), transport_distance(*samples))


@refuses_masks
def sampling_distances(
    orientations: ArrayLike,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    draws: int = DRAWS,
) -> Distances:
    """Compare two independent samples of one texture: the ruler for `texture_distances`.

    Textures that are no farther apart in transport than this are one texture, as far as so many
    draws can tell. In coefficients, it is the ruler for two textures that are known from so many
    grains each.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.
    rng
        Source of randomness.
    weights
        Volume fractions, shape ``(n,)``, of sum 1; None for equal ones.
    draws
        Number of grains of each sample.

    Raises
    ------
    ValueError
        As `texture_distances`.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    samples = [_drawn(angles, shares, draws, rng) for _ in range(2)]
    apart = coefficient_distance(*(coefficients(sample) for sample in samples))
    return Distances(float(apart), transport_distance(*samples))


@refuses_masks
def specimen_asymmetry(
    orientations: ArrayLike,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    draws: int = ASYMMETRY_DRAWS,
) -> Asymmetry:
    """Measure what is lost where a texture is described by orthorhombic coefficients.

    Few grains are never symmetric: a random texture of 20 is far from what `symmetrise` makes of
    it. Whether that is more than chance, random turns of the same grains tell, which are as
    probable as the grains themselves if the texture is orthorhombic.

    Parameters
    ----------
    orientations, rng, weights
        As in `sampling_distances`.
    draws
        Most grains that are paired, each once; 300 take 1 s.

    Raises
    ------
    ValueError
        As `texture_distances`.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    count = min(draws, max(1, int(1 / np.square(shares).sum())))
    symmetric = _drawn(*symmetrise(angles, shares), count, rng)
    given = angles[rng.choice(len(angles), count, replace=False, p=shares)]
    variants = symmetrise(given)[0].reshape(-1, count, 3)
    apart = disorientation_angles(variants.reshape(-1, 3), symmetric).reshape(4, count, count)
    grains = np.arange(count)
    turned = [_paired(apart[rng.integers(4, size=count), grains]) for _ in range(TURNS)]
    return Asymmetry(_paired(apart[0]), max(turned))


def _drawn(angles: Floats, shares: Floats, draws: int, rng: np.random.Generator) -> Floats:
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    return angles[rng.choice(len(angles), draws, p=shares)]


def _paired(angles: Floats) -> float:
    """Return the least mean over all pairings of rows with columns."""
    return float(angles[linear_sum_assignment(angles)].mean())
