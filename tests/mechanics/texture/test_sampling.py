"""Sets of orientations compared with the distributions that they stand for."""

import numpy as np
import pytest

from pspflow.mechanics.texture.gsh import DEGREES, SCALE, basis, coefficients
from pspflow.mechanics.texture.kernel import angle_quantiles, damping
from pspflow.mechanics.texture.orientations import bunge_angles, product, quaternions
from pspflow.mechanics.texture.sampling import (
    random_orientations,
    scattered_orientations,
    spread_rotations,
    uniform_orientations,
)

CENTRE = np.array([[0.4, 0.7, 1.1]])


def rms(values):
    return float(np.linalg.norm(values * SCALE))


def expected(width):
    return (2 * DEGREES + 1) * basis(CENTRE)[0] * damping(DEGREES, width)


def test_uniform_orientations_are_more_even_than_random_ones():
    """The spiral integrates low degrees almost exactly."""
    low = DEGREES <= 6
    even = coefficients(uniform_orientations(500))
    drawn = coefficients(random_orientations(500, np.random.default_rng(0)))
    assert rms(even * low) < 0.01
    assert rms(drawn * low) > 0.05
    assert rms(coefficients(uniform_orientations(20_000))) < 0.002


def test_random_orientations():
    """Coefficients of a random texture are 0 within the scatter of a mean of so many."""
    drawn = coefficients(random_orientations(20_000, np.random.default_rng(0))) * SCALE
    assert np.abs(drawn).max() < 4 / np.sqrt(20_000)
    assert np.linalg.norm(drawn) == pytest.approx(np.sqrt(36 / 20_000), rel=0.3)


@pytest.mark.parametrize("degrees", [5, 20])
def test_scatter_has_the_stated_half_width(degrees):
    """Coefficients of the draws are those of the kernel, within the scatter of the mean."""
    width, count = np.deg2rad(degrees), 20_000
    drawn = scattered_orientations(
        np.repeat(CENTRE, count, axis=0), width, np.random.default_rng(0)
    )
    assert rms(coefficients(drawn) - expected(width)) < 2 * np.sqrt(36 / count)


def test_each_centre_may_have_its_own_half_width():
    """The spread is of the centre that it is given for."""
    centres = np.zeros((400, 3))
    widths = np.repeat(np.deg2rad([2, 30]), 200)
    units = quaternions(scattered_orientations(centres, widths, np.random.default_rng(0)))
    angles = 2 * np.arccos(np.minimum(np.abs(units[:, 3]), 1))
    for half, width in ((angles[:200], widths[0]), (angles[200:], widths[-1])):
        assert np.median(half) == pytest.approx(angle_quantiles(0.5, width), rel=0.15)


@pytest.mark.parametrize("count", [500, 501])
def test_spread_rotations_stand_for_the_kernel(count):
    """They come much nearer to the kernel than as many draws, and their mean is the centre."""
    width = np.deg2rad(7)
    turns = spread_rotations(count, width)
    np.testing.assert_allclose(turns[:, :3].sum(0), 0, atol=1e-12)
    found = coefficients(bunge_angles(product(quaternions(CENTRE), turns)))
    drawn = scattered_orientations(
        np.repeat(CENTRE, count, axis=0), width, np.random.default_rng(0)
    )
    assert rms(found - expected(width)) < 0.05
    assert rms(found - expected(width)) < rms(coefficients(drawn) - expected(width)) / 2
    np.testing.assert_array_equal(spread_rotations(1, width), [[0, 0, 0, 1]])


@pytest.mark.parametrize(
    "draw",
    [
        uniform_orientations,
        lambda count: random_orientations(count, np.random.default_rng(0)),
        lambda count: spread_rotations(count, 0.1),
    ],
)
def test_no_orientations(draw):
    """A count below 1 is refused."""
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        draw(0)
