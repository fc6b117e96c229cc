"""Otsu's thresholds: those of scikit-image, and how far an image is from one peak."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter
from skimage.filters import threshold_otsu

from pspflow.microstructure.otsu import LEVELS, ONE_PEAK, eight_bit, light_phase, otsu_thresholds


@settings(max_examples=25)
@given(arrays(np.uint8, (2, 5, 7)))
def test_as_good_as_any_other_threshold(levels):
    """Brute force over all thresholds finds none that divides the grey levels better."""
    for image, found, separability in zip(levels, *otsu_thresholds(levels), strict=True):
        pixels, best = image.astype(np.float64), 0.0
        for threshold in range(LEVELS):
            light = pixels > threshold
            if light.any() and not light.all():
                share = light.mean()
                step = pixels[light].mean() - pixels[~light].mean()
                best = max(best, share * (1 - share) * step**2)
                if threshold == found:
                    reached = share * (1 - share) * step**2
        if best == 0:
            assert found == image[0, 0]
            assert np.isnan(separability)
        else:
            assert reached == pytest.approx(best)
            assert separability == pytest.approx(best / pixels.var())


def test_thresholds_of_scikit_image():
    """Of images of every kind: two peaks, one peak, few levels, a gap in the histogram."""
    rng = np.random.default_rng(0)
    two = 80 + 90 * (gaussian_filter(rng.normal(size=(40, 32, 48)), (0, 3, 3)) > 0)
    images = np.concatenate(
        [
            np.clip(two + rng.normal(0, 20, two.shape), 0, 255),
            np.clip(rng.normal(128, 40, two.shape), 0, 255),
            rng.choice([3, 90, 91, 250], two.shape),
            rng.integers(0, 3, two.shape) // 2 * 200,
        ]
    ).astype(np.uint8)
    expected = [threshold_otsu(image) for image in images]
    np.testing.assert_array_equal(otsu_thresholds(images)[0], expected)


def test_the_lowest_of_equal_thresholds():
    """Any threshold from 10 to 199 divides 10 from 200."""
    levels = np.array([[[10, 200], [200, 10]]], np.uint8)
    assert [each.tolist() for each in otsu_thresholds(levels)] == [[10], [1.0]]


@pytest.mark.parametrize("blur_px", [0, 1, 2])
@pytest.mark.parametrize("deviation", [3, 30])
def test_noise_alone_has_one_peak(deviation, blur_px):
    """Gaussian noise of any width, sharp or blurred, has nearly 2/π; never above the limit."""
    noise = np.random.default_rng(0).normal(size=(20, 128, 128))
    noise = gaussian_filter(noise, (0, blur_px, blur_px))
    images = (128 + deviation * noise / noise.std()).round().clip(0, 255).astype(np.uint8)
    found = otsu_thresholds(images)[1]
    assert found.mean() == pytest.approx(2 / np.pi, abs=0.01)
    assert found.max() < ONE_PEAK


@pytest.mark.parametrize("share", [0.5, 0.65, 0.75])
def test_two_phases_have_two_peaks(share):
    """Four standard deviations apart they pass, two they do not: there is one peak."""
    rng = np.random.default_rng(0)
    phases = rng.random((5, 128, 128)) < share
    near, far = (
        otsu_thresholds((100 + 10 * (apart * phases + noise)).round().astype(np.uint8))[1]
        for apart, noise in ((2, rng.normal(size=phases.shape)), (4, rng.normal(size=phases.shape)))
    )
    assert near.max() < ONE_PEAK + 0.01
    assert far.min() > ONE_PEAK + 0.05


def test_the_limit_is_that_of_equal_gaussians():
    """Two of them, two standard deviations apart, from the density itself."""
    x = np.linspace(-8, 8, 100001)
    density = np.exp(-((x - 1) ** 2) / 2) + np.exp(-((x + 1) ** 2) / 2)
    density /= density.sum()
    assert (density @ np.abs(x)) ** 2 / (density @ x**2) == pytest.approx(ONE_PEAK, abs=5e-5)


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32, np.float64])
def test_other_depths_become_256_levels(dtype):
    """Each image by its own range; thresholds are scikit-image's to within a level."""
    rng = np.random.default_rng(0)
    images = np.stack([rng.normal(500, 60, (16, 16)), rng.normal(3000, 5, (16, 16))]).astype(dtype)
    levels = eight_bit(images)
    assert levels.min(axis=(1, 2)).tolist() == [0, 0]
    assert levels.max(axis=(1, 2)).tolist() == [255, 255]
    assert (np.diff(levels[0].ravel()[np.argsort(images[0].ravel())].astype(int)) >= 0).all()
    for image, threshold in zip(images, otsu_thresholds(levels)[0], strict=True):
        width = (float(image.max()) - float(image.min())) / LEVELS
        ours = image.min() + (threshold + 1.0) * width
        assert abs(ours - threshold_otsu(image)) <= width + (image.dtype.kind != "f")
    assert not eight_bit(np.full((1, 2, 2), 7, dtype)).any()


def test_what_is_no_image_is_refused():
    """No levels, complex numbers, NaN."""
    with pytest.raises(ValueError, match="uint8, got"):
        otsu_thresholds(np.zeros((2, 3, 3)))
    with pytest.raises(ValueError, match="real numbers"):
        eight_bit(np.zeros((1, 2, 2), complex))
    with pytest.raises(ValueError, match="NaN or infinite"):
        eight_bit(np.array([[[0, np.nan]]]))


def test_every_chip_has_its_own_threshold():
    """A brighter micrograph has the same phases."""
    chip = np.random.default_rng(0).integers(0, 200, (12, 15)).astype(np.uint8)
    found = light_phase(np.stack([chip, chip + 55]), level=0.0)
    np.testing.assert_array_equal(found[0], chip > threshold_otsu(chip))
    np.testing.assert_array_equal(found[1], found[0])


def test_chips_of_one_grey_level_are_of_one_phase():
    """Which one, the level decides: a network may make such chips, and they count."""
    chips = np.stack([np.full((8, 8), grey, np.uint8) for grey in (20, 200)])
    found = light_phase(chips, level=100.0)
    assert not found[0].any()
    assert found[1].all()


def test_other_arrays_are_refused():
    """Floats have no scale."""
    with pytest.raises(ValueError, match="uint8"):
        light_phase(np.zeros((1, 8, 8)), 0.5)
