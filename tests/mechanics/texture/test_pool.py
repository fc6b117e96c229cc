"""The pool of candidate textures."""

import numpy as np
import pytest

from pspflow.mechanics.texture.gsh import DEGREES, SCALE, basis, coefficients
from pspflow.mechanics.texture.hull import nearest_texture
from pspflow.mechanics.texture.kernel import damping
from pspflow.mechanics.texture.pool import draw_recipes, make_candidates


def recipes(seed=0, singles=6, mixtures=30, largest=5, **options):
    return draw_recipes(singles, mixtures, largest, np.random.default_rng(seed), **options)


def test_recipes_are_what_was_asked_for():
    """Single crystals, mixtures of every number of crystals, spreads in range."""
    drawn = recipes(mixtures=300)
    assert drawn.centres.shape == (306, 5, 3)
    np.testing.assert_allclose(drawn.shares.sum(1), 1)
    numbers = (drawn.shares > 0).sum(1)
    assert (numbers[:6] == 1).all()
    assert (np.bincount(numbers[6:], minlength=6)[1:] > 30).all()
    # crystals that are not used stand last
    assert (np.diff((drawn.shares > 0).astype(int), axis=1) <= 0).all()
    assert drawn.half_widths_rad.min() >= np.deg2rad(5)
    assert drawn.half_widths_rad.max() <= np.deg2rad(30)


def test_the_seed_decides():
    """The same source of randomness gives the same pool, another one another."""
    for first, again, other in zip(recipes(), recipes(), recipes(1), strict=True):
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)


def test_single_crystals_are_even():
    """Crystals of a pool, and any part of them, fill the space better than random ones."""
    drawn = recipes(singles=600, mixtures=0).centres[:, 0]
    low = DEGREES <= 6
    assert np.linalg.norm(coefficients(drawn) * SCALE * low) < 0.01
    assert not np.array_equal(drawn, recipes(1, singles=600, mixtures=0).centres[:, 0])


def test_batches_change_nothing():
    """A candidate depends on its recipe alone, bit for bit."""
    drawn = recipes()
    whole = make_candidates(drawn, 101)
    parts = [make_candidates(drawn.part(i, i + 7), 101) for i in range(0, 36, 7)]
    for each, pieces in zip(whole, zip(*parts, strict=True), strict=True):
        np.testing.assert_array_equal(each, np.concatenate(pieces))


def test_candidates_have_their_coefficients():
    """Orientations and weights are those of the coefficients; each candidate is a texture."""
    made = make_candidates(recipes(), 60)
    np.testing.assert_allclose(made.weights.sum(1), 1)
    assert made.weights.min() > 0
    for orientations, weights, found in zip(*made, strict=True):
        np.testing.assert_allclose(coefficients(orientations, weights), found, atol=1e-12)
    assert all(nearest_texture(found).inside for found in made.coefficients[::6])


def test_candidates_are_mixtures_of_spread_crystals():
    """Coefficients are the mixture of the crystals' ones, reduced by the spread."""
    drawn = recipes(half_widths_rad=(np.deg2rad(6), np.deg2rad(8)))
    made = make_candidates(drawn, 1000)
    for index, width in enumerate(drawn.half_widths_rad):
        crystals = basis(drawn.centres[index]) / SCALE * damping(DEGREES, width)
        mixed = drawn.shares[index] @ crystals
        error = np.linalg.norm(made.coefficients[index] * SCALE - mixed)
        assert error < 0.1 < np.linalg.norm(mixed)


def test_grains_are_where_the_volume_is():
    """Each crystal has its share of the grains, and one at least: weights are nearly equal."""
    drawn = recipes(mixtures=60)
    weights = make_candidates(drawn, 100).weights
    assert np.median(weights * 100, axis=1) == pytest.approx(1, abs=0.1)
    drawn.shares[:] = [0.9990, 0.0004, 0.0003, 0.0002, 0.0001]
    for rows in make_candidates(drawn, 100).weights:
        np.testing.assert_allclose(rows, [*[0.999 / 96] * 96, 0.0004, 0.0003, 0.0002, 0.0001])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"singles": 0, "mixtures": 0}, "not both 0"),
        ({"singles": -1}, "0 or more"),
        ({"largest": 0}, "largest at least 1"),
        ({"half_widths_rad": (5, 30)}, "convert degrees"),
    ],
)
def test_impossible_pools(change, words):
    """Options that make no pool are refused."""
    with pytest.raises(ValueError, match=words):
        recipes(**change)


def test_every_crystal_needs_a_grain():
    """Fewer grains than crystals are refused with the number needed."""
    with pytest.raises(ValueError, match="number of crystals in a mixture, 5, got 4"):
        make_candidates(recipes(), 4)
