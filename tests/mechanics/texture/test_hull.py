"""Which coefficients a texture can have."""

import numpy as np
import pytest

from pspflow.mechanics.texture.gsh import DEGREES, SCALE, basis, coefficients, odf
from pspflow.mechanics.texture.hull import INSIDE, check_in_hull, nearest_texture
from pspflow.mechanics.texture.sampling import random_orientations, uniform_orientations


def mixture(seed, count):
    rng = np.random.default_rng(seed)
    return coefficients(random_orientations(count, rng), rng.dirichlet(np.ones(count)))


@pytest.mark.parametrize("count", [1, 2, 3, 6, 12, 40])
@pytest.mark.parametrize("seed", range(3))
def test_mixtures_are_inside(seed, count):
    """Whatever crystals are mixed, also between the points of the grid, a texture is found."""
    wanted = mixture(seed, count)
    point = nearest_texture(wanted)
    assert point.inside
    check_in_hull(wanted)
    assert point.weights.min() > 0
    assert point.weights.sum() == pytest.approx(1)
    found = coefficients(point.orientations, point.weights)
    np.testing.assert_allclose(found, point.coefficients, atol=1e-12)
    assert np.linalg.norm((found - wanted) * SCALE) == pytest.approx(point.distance)


def test_random_texture_is_inside():
    """All coefficients 0 are those of a random texture."""
    assert nearest_texture(np.zeros(36)).distance < 1e-9


@pytest.mark.parametrize("factor", [1.02, 1.2, 3.0])
def test_beyond_a_single_crystal(factor):
    """Along the ray of a crystal the hull ends at the crystal; the nearest point may lie beside."""
    crystal = (2 * DEGREES + 1) * basis([[0.3, 0.7, 0.2]])[0]
    size = np.linalg.norm(crystal * SCALE)
    point = nearest_texture(factor * crystal)
    assert not point.inside
    assert point.distance <= (factor - 1) * size + INSIDE
    assert point.bound == pytest.approx(point.distance, abs=INSIDE)
    with pytest.raises(ValueError, match=rf"by {point.distance:.3g} .*nearest texture"):
        check_in_hull(factor * crystal)


def test_the_nearest_point_separates():
    """A plane at the nearest point has all crystals on one side, and the target on the other."""
    wanted = 1.5 * mixture(0, 3)
    point = nearest_texture(wanted)
    normal = (wanted - point.coefficients) * SCALE / point.distance
    crystals = basis(uniform_orientations(20_000)) / SCALE
    limit = float(point.coefficients * SCALE @ normal)
    assert (crystals @ normal).max() <= limit + INSIDE
    assert float(wanted * SCALE @ normal) == pytest.approx(limit + point.distance)


def test_distance_is_that_of_odfs():
    """It is the root mean square of the difference between both ODFs."""
    wanted = 1.5 * mixture(1, 3)
    point = nearest_texture(wanted)
    grid = uniform_orientations(20_000)
    difference = odf(wanted, grid) - odf(point.coefficients, grid)
    assert np.sqrt(np.mean(difference**2)) == pytest.approx(point.distance, rel=1e-2)


def test_one_texture_at_a_time():
    """A stack of textures is refused."""
    with pytest.raises(ValueError, match="one texture at a time"):
        nearest_texture(np.zeros((2, 36)))
