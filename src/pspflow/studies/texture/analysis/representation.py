"""Orientations that stand for a texture, and how near to it they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture import (
    check_orientations,
    check_weights,
    coefficient_distance,
    coefficients,
    fitted_weights,
    representative_orientations,
    transport_distance,
)
from pspflow.mechanics.texture.distances import Distances

Floats = NDArray[np.float64]
MOST_PAIRED = 500
"""Grains that are paired for the transport distance; 500 take .2 s."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Orientations that stand for a texture."""

    orientations: Floats
    """Bunge–Euler angles in radians, shape ``(count, 3)``: some of those of the texture."""
    weights: Floats
    """Volume fractions, shape ``(count,)``, of sum 1."""
    reached: Distances
    """How far the sample is from the texture; in transport from as many random draws of it."""
    ruler: Distances
    """The same for as many random draws instead of the sample."""


@refuses_masks
def sample_texture(
    orientations: ArrayLike,
    weights: ArrayLike | None,
    count: int,
    rng: np.random.Generator,
    *,
    weighted: bool = False,
) -> Sample:
    """Choose orientations whose ODF is that of a texture.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``, taken as they are: no symmetry of the
        specimen is applied.
    weights
        Volume fractions, shape ``(n,)``, of sum 1; None for equal ones.
    count
        Number of orientations that are wanted.
    rng
        Source of randomness.
    weighted
        Whether weights are fitted so that the 36 coefficients come out as exactly as they can
        (100 orientations are enough for that); else all weigh the same.

    Raises
    ------
    ValueError
        As `representative_orientations`.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    chosen = representative_orientations(angles, shares, count, rng)
    wanted = coefficients(angles, shares)
    even = np.full(count, 1 / count)
    fitted = fitted_weights(chosen, wanted) if weighted else even
    # of a handful of orientations, equal weights can be nearer
    apart = [
        float(coefficient_distance(wanted, coefficients(chosen, each))) for each in (even, fitted)
    ]
    best = fitted if apart[1] < apart[0] else even
    paired = min(count, MOST_PAIRED)
    drawn, first, second = (_drawn(angles, shares, paired, rng) for _ in range(3))
    random = angles[rng.choice(len(angles), count, p=shares)]
    return Sample(
        chosen,
        best,
        Distances(min(apart), transport_distance(_spread(chosen, best, paired, rng), drawn)),
        Distances(
            float(coefficient_distance(wanted, coefficients(random))),
            transport_distance(first, second),
        ),
    )


def _drawn(angles: Floats, shares: Floats, count: int, rng: np.random.Generator) -> Floats:
    return angles[rng.choice(len(angles), count, p=shares)]


def _spread(angles: Floats, shares: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Draw in equal steps of volume: of equally many of equal weight, each once."""
    order = rng.permutation(len(angles))
    filled = np.cumsum(shares[order])
    place = (np.arange(count) + 0.5) / count * filled[-1]
    return angles[order[np.searchsorted(filled, place)]]
