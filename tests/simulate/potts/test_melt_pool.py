"""Melt pools: their outlines, their distances, and what they cover on a lattice, as configured."""

import numpy as np
import pytest
from scipy.special import beta

from pspflow.simulate.potts.melt_pool import ASPECTS, EXPONENTS, DoubleEllipse, Teardrop
from pspflow.simulate.potts.zones import EllipseZone, MarginZone, imprint

POOLS = [DoubleEllipse(30.0, 8.0, 40.0), *(Teardrop(40.0, case) for case in ASPECTS)]


def area(pool):
    """Integrate the length of a pool over lines across it, by the midpoint rule."""
    v = (np.arange(4000) + 0.5) / 4000 * pool.width / 2
    back, front = pool.span(v)
    return 2 * (front - back).mean() * pool.width / 2


@pytest.mark.parametrize("pool", POOLS)
def test_a_pool_is_as_long_and_wide_as_configured(pool):
    """Along the axis from the tail to the front; no line crosses it beside its width."""
    back, front = pool.span(np.array([0.0, pool.width / 2 - 1e-6, pool.width / 2 + 1e-6]))
    assert back[0] == pytest.approx(-pool.tail)
    assert front[0] == pytest.approx(pool.front)
    assert abs(front[1]) < 0.2
    assert abs(back[1]) < 0.2
    assert np.isnan([back[2], front[2]]).all()


def test_areas_are_the_analytic_ones():
    """Half ellipses, and the integral of a beta function."""
    ellipse = POOLS[0]
    assert area(ellipse) == pytest.approx(np.pi / 4 * 30 * 48, rel=1e-3)
    for pool in POOLS[1:]:
        p, q = EXPONENTS[pool.case]
        widest = p / (p + q)
        expected = pool.width * pool.length * beta(p + 1, q + 1)
        assert area(pool) == pytest.approx(expected / (widest**p * (1 - widest) ** q), rel=1e-3)


def test_teardrops_have_the_documented_lengths_and_blunt_fronts():
    """1.4, 1.8 and 2.2 widths, in the order of the cases; the front is shorter than the tail."""
    assert [pool.length for pool in POOLS[1:]] == [56, 72, 88]
    assert all(pool.front < pool.tail for pool in POOLS[1:])


@pytest.mark.parametrize("pool", POOLS)
def test_distances_are_those_to_the_outline(pool):
    """Against a dense outline of points on spans; 0 within, exact on both axes."""
    v = np.sin(np.linspace(0, np.pi / 2, 3000)) * pool.width / 2
    back, front = pool.span(v[:-1])
    outline = np.concatenate([np.stack([side, v[:-1]], -1) for side in (back, front)])
    points = np.random.default_rng(0).uniform(-1.5, 1.5, (300, 2)) * [pool.tail, pool.width]
    gaps = np.hypot(*(points[:, None] - outline).T)
    gaps = np.minimum(gaps, np.hypot(*(points[:, None] * [1, -1] - outline).T)).min(axis=0)
    behind, before = pool.span(points[:, 1])
    within = (points[:, 0] > behind) & (points[:, 0] < before)
    found = pool.distance(points[:, 0], points[:, 1])
    np.testing.assert_allclose(found, np.where(within, 0, gaps), atol=0.05)
    on_axes = pool.distance(
        np.array([pool.front + 3, -pool.tail - 2, 0.0]), np.array([0, 0, pool.width])
    )
    np.testing.assert_allclose(on_axes, [3, 2, pool.width / 2], atol=1e-3)


def test_mobility_falls_as_configured():
    """exp(-a d) around the ellipse, 1 - d / width around the teardrop, and 0 beyond."""
    ellipse, teardrop = POOLS[0], POOLS[3]
    zone = EllipseZone(ellipse, DoubleEllipse(40.0, 12.0, 60.0), 0.1)
    u = np.array([ellipse.front, ellipse.front + 2, ellipse.front + 4])
    np.testing.assert_allclose(zone.mobility(u, np.zeros(3)), np.exp([0, -0.2, -0.4]), rtol=1e-6)
    margin = MarginZone(teardrop, 20.0)
    u = teardrop.front + np.array([0.0, 5.0, 20.0, 30.0])
    np.testing.assert_allclose(margin.mobility(u, np.zeros(4)), [1, 0.75, 0, 0], atol=1e-3)


def test_an_imprint_keeps_to_the_lattice_and_lists_what_can_change():
    """Rows beside the plate are left out; every mobile or outer molten site is listed once."""
    zone = EllipseZone(POOLS[0], DoubleEllipse(40.0, 12.0, 60.0), 0.1)
    found = imprint(zone, 10.0, 25)
    assert found.first_row == 0
    assert len(found.spans) == 25
    listed = {tuple(each) for each in found.candidates.tolist()}
    assert len(listed) == len(found.candidates)
    v = np.arange(25) - 10.0
    for shift in (0.0, 0.4, 0.99):
        for row, column in np.ndindex(25, 80):
            u = column - 62 - shift
            zone_back, zone_front, back, front = found.spans[row]
            if zone_back < u < zone_front and not back < u < front:
                assert (row, column - 62) in listed, (v[row], u)
    assert (10, -15) not in listed


def test_a_pool_beside_the_plate_leaves_no_trace():
    """No rows, and no candidates."""
    found = imprint(MarginZone(POOLS[1], 5.0), 100.0, 20)
    assert len(found.spans) == len(found.candidates) == 0
