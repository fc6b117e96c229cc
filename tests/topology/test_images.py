"""Persistence images compared with persim; their mass, fast path and error sentences."""

import numpy as np
import persim
import pytest
from scipy.ndimage import gaussian_filter
from scipy.special import ndtr

from pspflow.topology import (
    PersistenceImager,
    close_essential_class,
    persistence_images,
    persistence_pairs,
)

WEIGHTS = ("persistence", "uniform")
every_weight = pytest.mark.parametrize("weight", WEIGHTS)


def stack(n=3, size=32, dtype=np.uint8):
    """Return smooth random images that span the grey levels of an integer dtype."""
    noise = np.random.default_rng(0).normal(size=(n, size, size))
    smooth = gaussian_filter(noise, (0, 1, 1))
    unit = (smooth - smooth.min()) / np.ptp(smooth)
    return np.round(unit * np.iinfo(dtype).max).astype(dtype)


def persim_images(image, imager):
    """Return persim's H0 and H1 images; the essential class dies at the maximum."""
    reference = persim.PersistenceImager(
        birth_range=imager.birth_range,
        pers_range=imager.persistence_range,
        pixel_size=(imager.birth_range[1] - imager.birth_range[0]) / imager.resolution,
        weight="persistence" if imager.weight == "persistence" else lambda b, p: np.ones_like(b),
        weight_params={"n": 1.0} if imager.weight == "persistence" else {},
        kernel_params={"sigma": imager.sigma**2 * np.eye(2)},
    )
    assert reference.resolution == (imager.resolution, imager.resolution)
    h0, h1 = persistence_pairs(image)
    h0[np.isinf(h0)] = image.max()
    return np.stack([reference.transform(h0), reference.transform(h1)])


@every_weight
@pytest.mark.parametrize("resolution", [5, 10])
def test_equals_persim_on_uint8(weight, resolution):
    """Both homology dimensions equal persim's images, defaults spelt out."""
    images = stack()
    imager = PersistenceImager(resolution, (0, 255), (0, 255), 255 / resolution / 2, weight)
    actual = persistence_images(images, resolution=resolution, weight=weight)
    expected = np.stack([persim_images(image, imager) for image in images])
    assert actual.shape == (3, 2, resolution, resolution)
    assert actual.dtype == np.float64
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-10)


@every_weight
def test_equals_persim_on_floats(weight):
    """The general path equals persim off the defaults: ranges apart from zero, another sigma."""
    images = stack() / 255
    imager = PersistenceImager(8, (0.25, 0.75), (0.125, 0.625), 0.07, weight)
    actual = persistence_images(
        images,
        resolution=8,
        birth_range=(0.25, 0.75),
        persistence_range=(0.125, 0.625),
        sigma=0.07,
        weight=weight,
    )
    expected = np.stack([persim_images(image, imager) for image in images])
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-10)


@every_weight
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tables_equal_the_general_path(weight, dtype):
    """Integer images give what the same grey levels give as floats."""
    images = stack(dtype=dtype)
    ranges = {"birth_range": (0, np.iinfo(dtype).max), "persistence_range": (0, 9000)}
    np.testing.assert_allclose(
        persistence_images(images, weight=weight, **ranges),
        persistence_images(images.astype(np.float64), weight=weight, **ranges),
        rtol=1e-12,
    )


@pytest.mark.parametrize("scale", [1 / 255, 257])
def test_units_cancel(scale):
    """With the default ranges an image scaled to another dtype differs by the weight's unit."""
    images = stack()
    scaled = images * scale if scale < 1 else images.astype(np.uint16) * np.uint16(scale)
    np.testing.assert_allclose(
        persistence_images(scaled), scale * persistence_images(images), rtol=1e-9
    )


@every_weight
def test_mass(weight):
    """A grid wide enough holds the whole weight of the pairs."""
    image = stack(1)[0]
    imager = PersistenceImager(64, (-100, 355), (-100, 355), 5, weight)
    h0, h1 = persistence_pairs(image)
    for pairs in (close_essential_class(h0, image.max()), h1):
        weights = pairs[:, 1] - pairs[:, 0] if weight == "persistence" else np.ones(len(pairs))
        np.testing.assert_allclose(imager.transform(pairs).sum(), weights.sum(), rtol=1e-12)


def test_one_pair():
    """Axis 0 is birth and axis 1 persistence, and sigma is a standard deviation."""
    imager = PersistenceImager(4, (0, 8), (0, 4), 0.5, "persistence")
    image = imager.transform([[5.0, 6.5]])
    assert np.unravel_index(image.argmax(), image.shape) == (2, 1)
    birth_mass = ndtr((6 - 5) / 0.5) - ndtr((4 - 5) / 0.5)
    persistence_mass = ndtr((2 - 1.5) / 0.5) - ndtr((1 - 1.5) / 0.5)
    np.testing.assert_allclose(image[2, 1], 1.5 * birth_mass * persistence_mass, rtol=1e-12)


@pytest.mark.parametrize("pairs", [np.empty((0, 2)), []])
def test_no_pairs(pairs):
    """An empty diagram is an image of zeros."""
    image = PersistenceImager.for_dtype(np.uint8).transform(pairs)
    np.testing.assert_array_equal(image, np.zeros((10, 10)))


def test_constant_images():
    """A constant image has no persistence, so its images are zero."""
    images = np.full((2, 4, 4), 9, dtype=np.uint8)
    np.testing.assert_array_equal(persistence_images(images), np.zeros((2, 2, 10, 10)))


def test_empty_stack():
    """No images give an array without rows, of the right shape."""
    assert persistence_images(np.empty((0, 4, 4), np.uint8)).shape == (0, 2, 10, 10)


def test_infinite_death():
    """The essential class dies at each image's own maximum, or is left out."""
    images = np.full((2, 5, 5), 10, dtype=np.uint8)
    images[0, 2, 2], images[1, 2, 2] = 200, 90
    imager = PersistenceImager.for_dtype(np.uint8)
    closed = persistence_images(images)[:, 0]
    np.testing.assert_allclose(closed[0], imager.transform([[10, 200]]))
    np.testing.assert_allclose(closed[1], imager.transform([[10, 90]]))
    assert not persistence_images(images, infinite_death="drop")[:, 0].any()


@pytest.mark.parametrize("convention", ["T", "V"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_backends_agree(convention, dtype):
    """The libraries give the same bits, since pairs come in one order; the kernel sums in its own.

    A library's pairs pass through the same formula, so this checks the kernel's shorter way.
    """
    images = stack(2, dtype=np.uint8).astype(dtype)
    ranges = {"birth_range": (0, 255), "persistence_range": (0, 255)}
    by_gudhi, by_ripser, exact = (
        persistence_images(images, convention=convention, backend=backend, **ranges)
        for backend in ("gudhi", "ripser", "exact")
    )
    np.testing.assert_array_equal(by_gudhi, by_ripser)
    np.testing.assert_allclose(exact, by_gudhi, rtol=1e-12)


@every_weight
@pytest.mark.parametrize("infinite_death", ["max", "drop"])
def test_options_reach_the_kernel(weight, infinite_death):
    """Every option has the same effect on the fused path as on the general one."""
    images = stack(2)
    options = {
        "weight": weight,
        "infinite_death": infinite_death,
        "resolution": 7,
        "birth_range": (20, 180),
        "persistence_range": (10, 120),
        "sigma": 9,
    }
    np.testing.assert_allclose(
        persistence_images(images, **options),
        persistence_images(images, backend="gudhi", **options),
        rtol=1e-11,
    )


def test_convention_reaches_the_pairs():
    """Images of convention V differ from those of T."""
    images = stack(1)
    assert not np.allclose(persistence_images(images), persistence_images(images, convention="V"))


def test_an_image_does_not_depend_on_its_neighbours():
    """A stack gives the rows its images give alone: nothing is fitted to the batch."""
    images = stack()
    alone = [persistence_images(image[None])[0] for image in images]
    np.testing.assert_array_equal(persistence_images(images), np.stack(alone))


def test_read_only_images():
    """A memory-mapped or cached stack is accepted as it is."""
    images = stack(1)
    expected = persistence_images(images)
    images.flags.writeable = False
    np.testing.assert_array_equal(persistence_images(images), expected)


def test_strided_images():
    """Every other image of a stack, turned, is accepted as it is."""
    images = stack(4)
    turned = images[::2].transpose(0, 2, 1)
    np.testing.assert_allclose(
        persistence_images(turned), persistence_images(images)[::2], rtol=1e-12
    )


def test_byte_order():
    """A big-endian stack, as some TIFF files hold, gives the images of a native one."""
    images = stack(1, dtype=np.uint16)
    swapped = persistence_images(images.astype(">u2"))
    np.testing.assert_array_equal(swapped, persistence_images(images))


def test_rejects_nan():
    """A NaN pixel is refused."""
    images = np.zeros((2, 4, 4))
    images[1, 0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        persistence_images(images)


def test_rejects_infinite_pairs():
    """An infinite death is refused where persim would return NaN."""
    with pytest.raises(ValueError, match="essential class"):
        PersistenceImager.for_dtype(np.uint8).transform([[0.0, np.inf]])


def test_rejects_a_dtype_without_a_range():
    """Ranges are guessed only where a dtype has conventional grey levels."""
    images = stack(1).astype(np.int32)
    with pytest.raises(ValueError, match="int32 has no default range"):
        persistence_images(images)
    given_ranges = persistence_images(images, birth_range=(0, 255), persistence_range=(0, 255))
    np.testing.assert_allclose(given_ranges, persistence_images(stack(1)), rtol=1e-12)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"resolution": 0}, "resolution must be"),
        ({"sigma": 0.0}, "sigma must be"),
        ({"birth_range": (5, 5)}, "range must be"),
        ({"persistence_range": (0, np.inf)}, "range must be"),
        ({"weight": "linear"}, "'persistence' or 'uniform'"),
        ({"infinite_death": "255"}, "'max' or 'drop'"),
    ],
)
def test_rejects_options(option, message):
    """An invalid option is refused and named."""
    with pytest.raises(ValueError, match=message):
        persistence_images(stack(1), **option)


def test_rejects_a_single_image():
    """A single image is refused: its shape could be mistaken for that of a stack."""
    with pytest.raises(ValueError, match="stack"):
        persistence_images(stack(1)[0])
