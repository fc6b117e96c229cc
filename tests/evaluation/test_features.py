"""Features of chips compared with slow and simple versions."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d
from skimage.filters import gabor_kernel

from pspflow.evaluation import features
from pspflow.evaluation.features import (
    BANDWIDTH_OCTAVES,
    FREQUENCIES,
    ORIENTATIONS,
    grey_histograms,
    standardise,
    texture_features,
    two_point_curves,
)

FILTERS = [(frequency, theta) for frequency in FREQUENCIES for theta in ORIENTATIONS]
every_feature = pytest.mark.parametrize(
    "function", [grey_histograms, two_point_curves, texture_features]
)


def chips(n=3, rows=32, columns=32, smoothing=1.0):
    """Return smooth random chips."""
    noise = np.random.default_rng(0).normal(size=(n, rows, columns))
    smooth = gaussian_filter(noise, (0, smoothing, smoothing))
    return np.clip(128 + 40 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def stripes(frequency, theta, amplitude=50.0):
    """Return one chip of a plane wave."""
    y, x = np.mgrid[:32, :32]
    wave = np.sin(2 * np.pi * frequency * (x * np.cos(theta) + y * np.sin(theta)))
    return np.round(128 + amplitude * wave).astype(np.uint8)[None]


@every_feature
def test_chips_are_independent(function, monkeypatch):
    """A chip's features do not depend on other chips of the stack or on the batches."""
    images = chips(5)
    whole = function(images)
    assert whole.dtype == np.float64
    monkeypatch.setattr(features, "_BATCH_PIXELS", 2 * 32 * 32)
    np.testing.assert_allclose(function(images), whole, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(function(images[3:4]), whole[3:4], rtol=1e-6, atol=1e-9)


@every_feature
def test_no_chips(function):
    """No chips give no rows, of the usual length."""
    assert function(chips()[:0]).shape == (0, function(chips()).shape[1])


@every_feature
@pytest.mark.parametrize("images", [chips()[0], chips().astype(np.float64)])
def test_refusals(function, images):
    """A single image, or grey levels of another dtype, are refused."""
    with pytest.raises(ValueError, match="uint8"):
        function(images)


def test_histograms():
    """Every row sums to one and holds the share of each level."""
    images = chips()
    shares = grey_histograms(images)
    assert shares.shape == (3, 256)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_allclose(shares @ np.arange(256), images.mean(axis=(1, 2)))


@pytest.mark.parametrize("shape", [(9, 9), (8, 11)])
def test_curves_equal_a_loop_over_pairs(shape):
    """The transform equals counting every pair of pixels, and nothing wraps around."""
    image = chips(1, *shape)[0].astype(np.float64)
    centred = image - image.mean()
    rows, columns = shape
    reach = min(shape) // 2
    rings = [[] for _ in range(reach + 1)]
    for down in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            products = [
                centred[i, j] * centred[i + down, j + across]
                for i in range(max(0, -down), rows - max(0, down))
                for j in range(max(0, -across), columns - max(0, across))
            ]
            radius = round(np.hypot(down, across))
            if radius <= reach:
                rings[radius].append(np.mean(products))
    expected = [np.mean(ring) for ring in rings]
    actual = two_point_curves(image.astype(np.uint8)[None])
    np.testing.assert_allclose(actual, [expected], rtol=1e-9, atol=1e-9)


def test_curves_of_known_structures():
    """Radius 0 is the variance; noise has nothing beyond, a coarser structure reaches further."""
    noise = np.random.default_rng(0).integers(0, 256, (50, 32, 32), dtype=np.uint8)
    curves = two_point_curves(noise)
    np.testing.assert_allclose(curves[:, 0], noise.var(axis=(1, 2)))
    assert np.abs(curves[:, 1:].mean(axis=0)).max() < 0.01 * curves[:, 0].mean()
    fine, coarse = (two_point_curves(chips(20, smoothing=s)).mean(axis=0) for s in (1, 2))
    assert fine[3] / fine[0] < coarse[3] / coarse[0]


def test_curves_of_mirrored_chips():
    """Turning, mirroring or brightening a chip does not change its curve."""
    images = chips()
    for same in (images[:, ::-1], np.rot90(images, axes=(1, 2)), images // 2 + 100):
        reference = images if same.max() == images.max() else images // 2
        np.testing.assert_allclose(
            two_point_curves(same), two_point_curves(reference), rtol=1e-9, atol=1e-9
        )


def test_textures_equal_a_plain_convolution():
    """The transform equals filtering pixel by pixel where the filter lies within the chip."""
    images = chips(2, 32, 36)
    actual = texture_features(images)
    for image, row in zip(images.astype(np.float64), actual, strict=True):
        for at, (frequency, theta) in enumerate(FILTERS):
            kernel = gabor_kernel(frequency, theta, bandwidth=BANDWIDTH_OCTAVES)
            magnitude = np.abs(convolve2d(image - image.mean(), kernel, mode="valid"))
            expected = np.log1p([magnitude.mean(), magnitude.std()])
            np.testing.assert_allclose(row[[at, at + len(FILTERS)]], expected, rtol=1e-4)
        np.testing.assert_allclose(row[-2:], [image.mean(), image.std()])


@pytest.mark.parametrize(("frequency", "theta"), FILTERS)
def test_textures_depend_on_scale_and_orientation(frequency, theta):
    """Stripes give the largest response of the filter with their frequency and direction."""
    means = texture_features(stripes(frequency, theta))[0, : len(FILTERS)]
    assert FILTERS[means.argmax()] == (frequency, theta)


def test_textures_of_blank_and_brighter_chips():
    """A blank chip has finite features, and brightness changes the grey mean alone."""
    blank = texture_features(np.full((1, 32, 32), 90, np.uint8))
    np.testing.assert_allclose(blank, [[0.0] * 32 + [90, 0]], atol=1e-5)
    images = chips() // 2
    change = texture_features(images + 100) - texture_features(images)
    np.testing.assert_allclose(change, np.tile([0.0] * 32 + [100, 0], (3, 1)), atol=1e-4)


def test_textures_of_small_chips():
    """Filters that do not fit into a chip are left out instead of wrapped around."""
    assert texture_features(chips(1, 25, 25)).shape == (1, 34)
    assert 2 < texture_features(chips(1, 12, 12)).shape[1] < 34


def test_standardise():
    """The reference itself is centred and scaled; a constant feature is only centred."""
    reference = np.random.default_rng(0).normal(5, 3, (100, 3))
    reference[:, 1] = 7
    scaled = standardise(reference, reference)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0), [1, 0, 1])
    other = standardise(np.array([[5.0, 9.0, 5.0]]), reference)
    assert other[0, 1] == 2
