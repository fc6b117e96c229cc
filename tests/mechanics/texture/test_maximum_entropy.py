"""The smoothest texture with given coefficients."""

import pickle

import numpy as np
import pytest

from pspflow.mechanics.texture.gsh import SCALE, basis, coefficients
from pspflow.mechanics.texture.maximum_entropy import (
    COUNT,
    FIRST_COUNTS,
    MaximumEntropyError,
    first_smooth_texture,
    maximum_entropy_texture,
)
from pspflow.mechanics.texture.sampling import (
    random_orientations,
    scattered_orientations,
    uniform_orientations,
)


def spread(seed, count, half_width_deg):
    rng = np.random.default_rng(seed)
    centres = np.repeat(random_orientations(count, rng), 500, axis=0)
    return scattered_orientations(centres, np.deg2rad(half_width_deg), rng)


@pytest.mark.parametrize(
    ("count", "half_width_deg"), [(1, 5), (1, 10), (3, 5), (8, 5), (5, 10), (3, 30)]
)
def test_coefficients_are_met(count, half_width_deg):
    """From sharp to nearly random, the weighted orientations have the coefficients."""
    wanted = coefficients(spread(count, count, half_width_deg))
    texture = maximum_entropy_texture(wanted)
    found = coefficients(texture.orientations, texture.weights)
    assert texture.weights.min() > 0
    assert np.linalg.norm((found - wanted) * SCALE) < 2e-5
    assert texture.distance == pytest.approx(np.linalg.norm((found - wanted) * SCALE), abs=1e-12)


def test_exponential_textures_return():
    """Weights of the family are unique: those that the coefficients were made from come back."""
    grid = uniform_orientations(COUNT)
    multipliers = np.random.default_rng(0).normal(size=36) / 3
    weights = np.exp(basis(grid) / SCALE @ multipliers)
    weights /= weights.sum()
    texture = maximum_entropy_texture(coefficients(grid, weights))
    # what weighs least is left out
    kept = (grid[:, None, 0] == texture.orientations[None, :, 0]).any(1)
    assert weights[~kept].sum() < 1e-5
    np.testing.assert_allclose(texture.weights, weights[kept], rtol=1e-3, atol=1e-9)


def test_random_texture_is_uniform():
    """Without information, all orientations weigh the same."""
    texture = maximum_entropy_texture(np.zeros(36))
    assert len(texture.weights) == COUNT
    np.testing.assert_allclose(texture.weights, 1 / COUNT, rtol=0.05)


def test_no_texture_has_the_coefficients():
    """Outside the hull the error says how far; the remedy is the nearest texture."""
    crystal = coefficients(random_orientations(1, np.random.default_rng(0)))
    with pytest.raises(MaximumEntropyError, match=r"outside the hull .* use those of nearest") as e:
        maximum_entropy_texture(1.2 * crystal)
    again = pickle.loads(pickle.dumps(e.value))
    assert (str(again), again.outside) == (str(e.value), e.value.outside)
    assert 0 < e.value.outside < 0.2 * np.linalg.norm(crystal * SCALE) + 1e-3


def test_a_crystal_is_too_sharp():
    """At the boundary of the hull there is no texture of maximum entropy on a grid."""
    crystal = coefficients(random_orientations(1, np.random.default_rng(0)))
    with pytest.raises(MaximumEntropyError, match="too sharp for 4000 orientations"):
        maximum_entropy_texture(crystal)


def test_more_orientations_resolve_sharper_textures():
    """The count is the remedy that the error names."""
    wanted = coefficients(spread(3, 1, 3))
    with pytest.raises(MaximumEntropyError, match="give a larger count"):
        maximum_entropy_texture(wanted, 1000)
    assert maximum_entropy_texture(wanted, 16_000).distance < 2e-5


def test_the_first_coefficients_that_have_a_texture():
    """Those outside the hull are passed over; more orientations come before the next ones."""
    crystal = coefficients(random_orientations(1, np.random.default_rng(0)))
    sharp = coefficients(spread(3, 1, 3.5))
    with pytest.raises(MaximumEntropyError, match="too sharp for 1000"):
        maximum_entropy_texture(sharp, FIRST_COUNTS[0])
    texture, wanted = first_smooth_texture([1.2 * crystal, sharp, 0.5 * crystal])
    assert wanted is sharp
    assert texture.distance < 2e-5
    with pytest.raises(MaximumEntropyError, match="lie outside"):
        first_smooth_texture([1.2 * crystal])
    with pytest.raises(ValueError, match="to try, got none"):
        first_smooth_texture([])
