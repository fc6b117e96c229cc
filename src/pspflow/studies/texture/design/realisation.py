"""Orientations of a designed texture: the smoothest that have its coefficients."""

from typing import Final, NamedTuple

from pspflow.mechanics.texture import (
    coefficient_distance,
    coefficients,
    first_smooth_texture,
    nearest_texture,
)
from pspflow.studies.texture.design.quantities import Floats

KEPT: Final = (1.0, 0.99, 0.98, 0.95, 0.9, 0.8, 0.6)
"""What is left of the coefficients as a random texture is mixed in, until a smooth one exists."""


class Realisation(NamedTuple):
    """A texture as orientations."""

    orientations: Floats
    """Bunge–Euler angles in radians, `n x 3`; the symmetry of the specimen is not applied."""
    weights: Floats
    """Volume fractions, `n`, of sum 1."""
    coefficients: Floats
    """Those of the orientations, 36."""
    moved: float
    """Distance from the coefficients that were given (root mean square of ODFs)."""


class InHull(NamedTuple):
    """Coefficients of a texture, and how far those that were given are from any texture's."""

    coefficients: Floats
    """36."""
    distance: float
    """Root mean square of ODFs, in multiples of random; 0 inside the hull."""


def in_hull(given: Floats) -> InHull:
    """Move coefficients (36,) that no texture has to those of the nearest texture."""
    point = nearest_texture(given)
    return InHull(given, 0.0) if point.inside else InHull(point.coefficients, point.distance)


def realised(given: Floats) -> Realisation:
    """Make orientations of maximum entropy with given coefficients (36,) inside the hull.

    At its boundary there are sharp textures alone, for which no weights are found: a random texture
    is then mixed in, as little as will do.

    Raises
    ------
    MaximumEntropyError
        If the coefficients lie far outside the hull.
    """
    made, _ = first_smooth_texture(share * given for share in KEPT)
    found = coefficients(made.orientations, made.weights)
    moved = float(coefficient_distance(given, found))
    return Realisation(made.orientations, made.weights, found, moved)
