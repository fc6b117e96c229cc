"""The exponent of growth, where it is known."""

import numpy as np
import pytest

from pspflow.simulate import growth_exponent


def test_a_power_law_has_its_exponent():
    """Whatever factor an image has, and whatever lies outside the range."""
    times = np.array([1.0, 20, 50, 300, 1000])
    areas = np.array([[2.0], [3.0], [5.0]]) * times**0.8
    areas[:, 0] = 1
    assert growth_exponent(times, areas, 20, 1000) == pytest.approx((0.8, 0.8, 0.8))


def test_the_interval_covers_as_often_as_it_says():
    """Of 400 samples of 20 images with scatter, 95 % within 4 points."""
    rng = np.random.default_rng(0)
    times = np.geomspace(20, 1000, 8)
    covered = 0
    for _ in range(400):
        noise = rng.normal(0, 0.1, (20, 8)).cumsum(axis=1)
        areas = times**0.9 * np.exp(noise - 0.005 * np.arange(1, 9))
        found = growth_exponent(times, areas, 20, 1000)
        covered += found.low < 0.9 < found.high
    assert abs(covered / 400 - 0.95) < 0.04


@pytest.mark.parametrize(("images", "to_time"), [(1, 100), (2, 30)])
def test_a_slope_needs_two_times_and_two_images(images, to_time):
    with pytest.raises(ValueError, match="needs 2 times and 2 images"):
        growth_exponent([20, 50, 100], np.ones((images, 3)), 20, to_time)
