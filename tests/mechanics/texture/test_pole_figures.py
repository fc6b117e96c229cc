"""Pole figures."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pspflow.mechanics.texture.gsh import DEGREES, coefficients
from pspflow.mechanics.texture.kernel import damping
from pspflow.mechanics.texture.pole_figures import (
    FAMILIES,
    pole_figure,
    pole_figure_of_coefficients,
    pole_grid,
)
from pspflow.mechanics.texture.sampling import (
    random_orientations,
    scattered_orientations,
    uniform_orientations,
)
from pspflow.mechanics.texture.symmetry import symmetrise

SOME = random_orientations(20, np.random.default_rng(0))
FAMILY = pytest.mark.parametrize("family", FAMILIES)


def inside(figure):
    return figure[np.isfinite(figure)]


def test_grid_is_equal_area():
    """Points are unit vectors whose heights are evenly distributed, as on a sphere."""
    grid = pole_grid(81)
    flat = grid[np.isfinite(grid[..., 0])]
    np.testing.assert_allclose(np.linalg.norm(flat, axis=1), 1)
    assert len(flat) == pytest.approx(np.pi / 4 * 81**2, rel=0.01)
    heights, _ = np.histogram(flat[:, 2], 10, (0, 1))
    np.testing.assert_allclose(heights, len(flat) / 10, rtol=0.06)
    np.testing.assert_allclose(grid[40, 40], [0, 0, 1], atol=1e-12)
    assert grid[60, 40, 0] > 0.4
    np.testing.assert_allclose(grid[60, 40, 1], 0, atol=1e-12)


@FAMILY
def test_mean_is_one(family):
    """Densities are in multiples of random."""
    assert inside(pole_figure(SOME, family, pole_grid(61))).mean() == pytest.approx(1, abs=0.02)
    even = pole_figure(uniform_orientations(5000), family, pole_grid(21))
    np.testing.assert_allclose(inside(even), 1, atol=0.05)


@pytest.mark.parametrize(
    ("family", "corner", "count"),
    [((1, 1, 1), (1, 1, 1), 4), ((1, 0, 0), (0, 0, 1), 3), ((1, 1, 0), (0, 1, 1), 6)],
)
def test_poles_stand_where_the_lattice_says(family, corner, count):
    """An orientation's poles are its axes, turned from the crystal to the specimen."""
    direction = Rotation.from_euler("ZXZ", SOME[0]).apply(np.array(corner) / np.linalg.norm(corner))
    peak = pole_figure(SOME[:1], family, np.stack([direction, -direction]), None, np.deg2rad(5))
    kappa = np.log(0.5) / (2 * np.log(np.cos(np.deg2rad(2.5))))
    # one of the axes lies here with one of its two ends
    np.testing.assert_allclose(peak, (1 + kappa) / 2 / count, rtol=1e-3)


@FAMILY
def test_coefficients_give_the_same_figure(family):
    """Where the series is complete to rounding, both ways agree: a wide kernel cuts the rest."""
    width, grid = np.deg2rad(45), pole_grid(15)
    orientations, weights = symmetrise(SOME)
    spread = coefficients(orientations, weights) * damping(DEGREES, width)
    np.testing.assert_allclose(
        pole_figure_of_coefficients(spread, family, grid),
        pole_figure(orientations, family, grid, weights, width),
        atol=1e-3,
    )


def test_merging_changes_little():
    """Maps of many points are condensed before the kernel is applied."""
    centres = np.repeat(SOME[:4], 1700, axis=0)
    many = scattered_orientations(centres, np.deg2rad(10), np.random.default_rng(0))
    grid = pole_grid(15)
    merged = pole_figure(many, (1, 1, 1), grid)
    parts = [pole_figure(part, (1, 1, 1), grid) for part in np.array_split(many, 2)]
    exact = np.mean(parts, axis=0)
    assert np.nanmax(np.abs(merged - exact)) < 3e-3 * np.nanmax(exact)


def test_bad_input():
    """No family, no unit vectors, no grid."""
    with pytest.raises(ValueError, match="Miller indices, not all 0"):
        pole_figure(SOME, (0, 0, 0), pole_grid(5))
    with pytest.raises(ValueError, match="divide each by its length"):
        pole_figure(SOME, (1, 1, 1), [[1, 1, 0]])
    with pytest.raises(ValueError, match="size must be at least 2"):
        pole_grid(1)
