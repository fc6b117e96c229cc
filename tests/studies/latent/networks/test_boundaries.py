"""Boundaries as distances, and back."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import label

from pspflow.studies.latent.networks.boundaries import WHITE, Boundaries

from .small_set import grain_images


@pytest.fixture(scope="module")
def images():
    """Draw boundaries of a few images of Voronoi cells."""
    return grain_images(6, size=64, grains=14)


def test_levels_and_width_are_the_datas(images):
    """Lines come back as dark, and as much of the image, as they were."""
    fitted = Boundaries.of(images)
    assert (fitted.dark, fitted.light) == (20, 240)
    drawn = fitted.drawn(fitted.distances(images))
    assert set(np.unique(drawn)) == {20, 240}
    assert (drawn == 20).mean() == pytest.approx((images == 20).mean(), rel=0.3)


def test_distances_are_those_to_the_nearest_line(images):
    """Zero on lines, one pixel beside them, and at most the white level."""
    fitted = Boundaries.of(images)
    distances = fitted.distances(images) * fitted.reach_px / WHITE
    assert (distances[images == 20] == 0).all()
    beside = (images == 240) & (np.roll(images, 1, axis=2) == 20)
    beside[:, :, 0] = False
    np.testing.assert_allclose(distances[beside], 1, atol=fitted.reach_px / WHITE)


def test_lines_come_back_in_place(images):
    """Most grains come back, and nearly all lines lie within two pixels of one."""
    fitted = Boundaries.of(images)
    drawn = fitted.drawn(fitted.distances(images))
    for before, after in zip(images, drawn, strict=True):
        far = fitted.distances(before[None])[0][after == 20] * fitted.reach_px / WHITE > 2.5
        assert far.mean() < 0.1
        assert label(after == 240)[1] >= 0.7 * label(before == 240)[1]


def test_drawn_lines_divide_the_image(images):
    """Of any distances at all, every line ends at another one or at the edge."""
    noise = np.random.default_rng(2).integers(0, 256, (1, 40, 40)).astype(np.uint8)
    fitted = replace(Boundaries.of(images), width_px=1)
    lines = fitted.ridges(noise[0])
    grains, _ = label(~lines)
    padded = np.pad(grains, 1)
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    near = np.stack([np.roll(padded, shift, (0, 1))[1:-1, 1:-1] for shift in shifts])
    several = [len(set(near[:, y, x]) - {0}) > 1 for y, x in np.argwhere(lines)]
    assert np.mean(several) > 0.99


def test_the_depth_that_keeps_the_share_of_lines(images):
    """Distances with noise need a larger one than distances without."""
    fitted = Boundaries.of(images)
    exact = fitted.distances(images)
    rng = np.random.default_rng(3)
    noisy = np.clip(exact + rng.normal(0, 15, exact.shape), 0, 255).astype(np.uint8)
    chosen = fitted.with_depth(images, noisy)
    assert chosen.depth > fitted.with_depth(images, exact).depth
    assert Boundaries.from_values(chosen.values()) == chosen


def test_images_without_lines_are_refused():
    """One grey level has no boundary."""
    with pytest.raises(ValueError, match="no lines"):
        Boundaries.of(np.full((2, 8, 8), 7, np.uint8))
