"""The smoothest texture with given coefficients.

Many textures have the same coefficients up to l = 12. Of all weights on evenly spread orientations
that give them, those of maximum entropy add nothing that the coefficients do not say: they are
proportional to exp(Σ λ T̂). Newton's method finds λ, the minimum of a convex function of 36 numbers.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.gsh import SCALE, basis, check_texture
from pspflow.mechanics.texture.hull import INSIDE, nearest_texture
from pspflow.mechanics.texture.orientations import Floats
from pspflow.mechanics.texture.sampling import uniform_orientations

COUNT = 4000
"""Orientations: 3.4° apart, since symmetry makes 96 of each."""
TOLERANCE = 1e-6
"""Largest distance from the coefficients, and largest volume that is left out."""
ITERATIONS = 200
SUFFICIENT = 1e-4
SMALLEST_STEP = 1e-8
FIRST_COUNTS = (1000, 4000)
"""Orientations that `first_smooth_texture` tries: more for a sharp texture only. Both give
parameters about 1 % from those of the grains that the coefficients were computed from."""


class MaximumEntropyError(RuntimeError):
    """No texture of maximum entropy was found: the coefficients are those of no or a sharp one.

    Parameters
    ----------
    residual
        Distance from the coefficients that was reached, as in `HullPoint.distance`.
    outside
        Distance of the coefficients from the hull of single crystals.
    count
        Number of orientations that were tried.
    """

    def __init__(self, residual: float, outside: float, count: int) -> None:
        self.residual, self.outside, self.count = residual, outside, count
        super().__init__(
            f"the coefficients lie outside the hull of single crystals by {outside:.3g} (root mean "
            "square in multiples of random), so no texture has them: use those of nearest_texture"
            if outside > INSIDE
            else f"the coefficients are those of a texture too sharp for {count} orientations: "
            "give a larger count, or use the few crystals of nearest_texture"
        )

    def __reduce__(self) -> tuple[type, tuple[float, float, int]]:
        """Let another process raise it here."""
        return type(self), (self.residual, self.outside, self.count)


class SmoothTexture(NamedTuple):
    """A texture of maximum entropy."""

    orientations: Floats
    """Bunge–Euler angles in radians, shape ``(n, 3)``."""
    weights: Floats
    """Volume fractions, shape ``(n,)``, above 0, of sum 1: very unequal, so do not resample."""
    distance: float
    """From the coefficients that were given, as in `HullPoint.distance`."""


@refuses_masks
def maximum_entropy_texture(coefficients: ArrayLike, count: int = COUNT) -> SmoothTexture:
    """Find the orientation distribution of maximum entropy with given coefficients.

    It is orthorhombic in its coefficients alone: symmetrise it before properties are computed.

    Parameters
    ----------
    coefficients
        Shape ``(36,)``, inside the hull of single crystals. The default count is enough for a
        crystal with a spread of half width 5°, four times as many for 3°.
    count
        Number of orientations before those are left out that together weigh less than 1e-6.

    Raises
    ------
    MaximumEntropyError
        If Newton's method does not converge, as for coefficients outside the hull.
    ValueError
        As `check_texture`, or if the count is below 1.
    """
    target = check_texture(coefficients) * SCALE
    orientations = uniform_orientations(count)
    corners = basis(orientations) / SCALE
    weights = _newton(corners - target)
    distance = float(np.linalg.norm(weights @ corners - target))
    if not distance <= TOLERANCE:
        raise MaximumEntropyError(distance, nearest_texture(coefficients).distance, count)
    order = np.argsort(weights)
    kept = np.sort(order[np.cumsum(weights[order]) > TOLERANCE])
    shares = weights[kept] / weights[kept].sum()
    distance = float(np.linalg.norm(shares @ corners[kept] - target))
    return SmoothTexture(orientations[kept], shares, distance)


@refuses_masks
def first_smooth_texture(tries: Iterable[Floats]) -> tuple[SmoothTexture, Floats]:
    """Find the texture of maximum entropy of the first coefficients that have one.

    On the hull there are sharp textures alone, for which no weights are found; as much of a random
    texture as will do can be mixed in by trying (1 - share) times the coefficients.

    Parameters
    ----------
    tries
        Coefficients, shape ``(36,)`` each, the ones to be preferred first.

    Returns
    -------
    texture, coefficients
        The texture, and those of `tries` that it has.

    Raises
    ------
    MaximumEntropyError
        If none has one: that of the last.
    ValueError
        As `check_texture`, or if there is nothing to try.
    """
    last: Exception = ValueError("there must be coefficients to try, got none")
    for wanted in tries:
        for count in FIRST_COUNTS:
            try:
                return maximum_entropy_texture(wanted, count), wanted
            except MaximumEntropyError as error:
                last = error
    raise last


def _newton(offsets: Floats) -> Floats:
    """Return weights ∝ exp(offsets @ λ) whose mean offset is 0, or the last ones before it fails.

    Parameters
    ----------
    offsets
        Orthonormal coefficients of the crystals less those wanted, shape ``(n, 36)``.
    """
    multipliers = np.zeros(offsets.shape[1])
    value, weights = _dual(offsets @ multipliers)
    for _ in range(ITERATIONS):
        slope = weights @ offsets
        if np.linalg.norm(slope) <= TOLERANCE / 100:
            break
        curvature = (offsets.T * weights) @ offsets - np.outer(slope, slope)
        # near the boundary of the hull few crystals remain, and the curvature loses rank
        curvature[np.diag_indices_from(curvature)] += 1e-12 * np.trace(curvature) + 1e-300
        step = -np.linalg.solve(curvature, slope)
        length, gain = 1.0, float(slope @ step)
        while length > SMALLEST_STEP:
            trial, moved = _dual(offsets @ (multipliers + length * step))
            if trial <= value + SUFFICIENT * length * gain:
                break
            length /= 2
        else:
            break
        multipliers += length * step
        value, weights = trial, moved
    return weights


def _dual(exponents: Floats) -> tuple[float, Floats]:
    """Return the logarithm of the sum of exponentials, and their shares."""
    largest = exponents.max()
    shares = np.exp(exponents - largest)
    total = shares.sum()
    return float(largest + np.log(total)), shares / total
