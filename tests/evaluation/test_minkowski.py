"""Minkowski functionals: shapes of known size, and another library's Betti numbers."""

import gudhi
import numpy as np
import pytest

from pspflow.evaluation.minkowski import minkowski_densities


def betti(phase):
    """Count regions and holes of pixels that are connected by edges and corners."""
    cells = gudhi.CubicalComplex(top_dimensional_cells=np.where(phase, 0.0, 1.0))
    cells.compute_persistence(min_persistence=-1)
    return cells.persistent_betti_numbers(0.0, 0.5)[:2]


def test_euler_characteristics_are_regions_less_holes():
    """On noise, by GUDHI's homology of the cubical complex."""
    phases = (
        np.random.default_rng(0).random((20, 24, 31)) < np.linspace(0.1, 0.9, 20)[:, None, None]
    )
    regions, holes = np.array([betti(phase) for phase in phases]).T
    found = minkowski_densities(phases)[:, 2] * phases[0].size
    np.testing.assert_allclose(found, regions - holes, atol=1e-9)


def test_a_disc_has_its_area_and_circumference():
    """Crofton's length of a disc is within 2 % of the circle's."""
    y, x = np.mgrid[-100:101, -100:101]
    area, length, euler = minkowski_densities((x**2 + y**2 <= 80**2)[None])[0] * x.size
    assert area == pytest.approx(np.pi * 80**2, rel=0.01)
    assert length == pytest.approx(2 * np.pi * 80, rel=0.02)
    assert euler == pytest.approx(1)


def test_no_chips_have_no_values():
    """An empty set keeps its columns; an array that is no phase is refused."""
    assert minkowski_densities(np.zeros((0, 8, 8), bool)).shape == (0, 3)
    with pytest.raises(ValueError, match="bool"):
        minkowski_densities(np.zeros((1, 8, 8)))
