"""Candidate textures that fill the hull of single crystals: mixtures of crystals with a spread.

A recipe says what a candidate is mixed from; it is small. Candidates are made from recipes where
they are needed, in batches of any size: the same recipe gives the same orientations.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.gsh import COUNT, coefficients
from pspflow.mechanics.texture.kernel import concentration
from pspflow.mechanics.texture.orientations import Floats, bunge_angles, product, quaternions
from pspflow.mechanics.texture.sampling import (
    random_orientations,
    spread_rotations,
    uniform_orientations,
)

HALF_WIDTHS_RAD = (np.deg2rad(5), np.deg2rad(30))
"""Below 5°, Taylor models converge badly; at 30°, a crystal is nearly random."""


class Recipes(NamedTuple):
    """What candidates are mixed from."""

    centres: Floats
    """Bunge–Euler angles of the crystals in radians, shape ``(n, largest, 3)``; 0 where unused."""
    shares: Floats
    """Volume fractions of the crystals, shape ``(n, largest)``; 0 where unused, the last ones."""
    half_widths_rad: Floats
    """Spread around the crystals (half width at half maximum), shape ``(n,)``."""

    def part(self, start: int, stop: int) -> "Recipes":
        """Return some of the recipes: a batch."""
        return Recipes(*(each[start:stop] for each in self))


class Candidates(NamedTuple):
    """Textures as orientations and as coefficients."""

    orientations: Floats
    """Bunge–Euler angles in radians, shape ``(n, grains, 3)``."""
    weights: Floats
    """Volume fractions of the grains, shape ``(n, grains)``, rows of sum 1."""
    coefficients: Floats
    """Shape ``(n, 36)``, those of the orthorhombically symmetrised orientations."""


def draw_recipes(
    singles: int,
    mixtures: int,
    largest: int,
    rng: np.random.Generator,
    half_widths_rad: tuple[float, float] = HALF_WIDTHS_RAD,
) -> Recipes:
    """Draw the recipes of a pool: single crystals first, then mixtures.

    Crystals of the first are evenly spread, from a random start. The mixtures have 1 … `largest`
    random crystals, each number equally often, in shares that are uniform among all possible ones.
    Every candidate has one spread, uniform in its logarithm.

    Parameters
    ----------
    singles, mixtures
        Numbers of candidates; Park et al. 2023, whose data Buzzy et al. take as pool, have 13,408
        and 61,482.
    largest
        Largest number of crystals in a mixture.
    rng
        Source of randomness.
    half_widths_rad
        Least and largest spread, as in `concentration`.

    Raises
    ------
    ValueError
        If there are no candidates, a number is negative, `largest` is below 1 or a spread is out of
        range.
    """
    if min(singles, mixtures) < 0 or singles + mixtures < 1 or largest < 1:
        raise ValueError(
            "singles and mixtures must be 0 or more, not both 0, and largest at least 1, got "
            f"{singles}, {mixtures} and {largest}"
        )
    concentration(half_widths_rad)
    count = singles + mixtures
    centres = np.zeros((count, largest, 3))
    shares = np.zeros((count, largest))
    if singles:
        start = quaternions(random_orientations(1, rng))
        even = bunge_angles(product(start, quaternions(uniform_orientations(singles))))
        # in random order, so that any part of them is even too
        centres[:singles, 0] = rng.permutation(even)
        shares[:singles, 0] = 1
    if mixtures:
        crystals = random_orientations(mixtures * largest, rng).reshape(mixtures, largest, 3)
        numbers = rng.integers(1, largest, mixtures, endpoint=True)
        used = np.arange(largest) < numbers[:, None]
        parts = np.where(used, rng.exponential(size=(mixtures, largest)), 0)
        centres[singles:] = np.where(used[..., None], crystals, 0)
        shares[singles:] = parts / parts.sum(axis=1, keepdims=True)
    low, high = np.log(half_widths_rad)
    return Recipes(centres, shares, np.exp(rng.uniform(low, high, count)))


@refuses_masks
def make_candidates(recipes: Recipes, grains: int) -> Candidates:
    """Make candidates from their recipes, without randomness: 1.5 ms each of 500 grains.

    Grains are divided among the crystals of a candidate as their shares are, but each has one at
    least; those of a crystal stand for its spread evenly (`spread_rotations`) and share its volume.
    The anisotropy parameters of 128 grains in 1 to 6 crystals are then 1.4 % from those of 2,000.

    Parameters
    ----------
    recipes
        From `draw_recipes`, or a part of them.
    grains
        Number of orientations of each candidate, at least the number of its crystals.

    Returns
    -------
    The candidates in the order of their recipes; each is independent of the others.

    Raises
    ------
    ValueError
        If there are fewer grains than crystals.
    """
    numbers = np.count_nonzero(recipes.shares, axis=1)
    if grains < numbers.max(initial=1):
        raise ValueError(
            f"grains must be at least the number of crystals in a mixture, {numbers.max()}, got "
            f"{grains}"
        )
    count = len(numbers)
    orientations, weights = np.empty((count, grains, 3)), np.empty((count, grains))
    found = np.empty((count, COUNT))
    for index, number in enumerate(numbers):
        centres = quaternions(recipes.centres[index, :number])
        sizes = _divided(grains, recipes.shares[index, :number])
        width = float(recipes.half_widths_rad[index])
        turns = {size: spread_rotations(size, width) for size in set(sizes.tolist())}
        spread = [product(c, turns[size]) for c, size in zip(centres, sizes.tolist(), strict=True)]
        orientations[index] = bunge_angles(np.concatenate(spread))
        weights[index] = np.repeat(recipes.shares[index, :number] / sizes, sizes)
        found[index] = coefficients(orientations[index], weights[index])
    return Candidates(orientations, weights, found)


def _divided(grains: int, shares: Floats) -> NDArray[np.int64]:
    """Divide grains in proportion to shares, with at least one for each."""
    wanted = shares * (grains - len(shares))
    sizes = np.floor(wanted).astype(np.int64)
    # what is left goes to those that lost most by rounding down
    missing = grains - len(shares) - int(sizes.sum())
    sizes[np.argsort(sizes - wanted, kind="stable")[:missing]] += 1
    return sizes + 1
