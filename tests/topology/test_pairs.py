"""Exact persistence pairs compared with an independent algorithm, known values, symmetries."""

import numpy as np
import pytest
from gudhi import CubicalComplex
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from pspflow.topology import close_essential_class, persistence_pairs

CONVENTIONS = ("T", "V")
BACKENDS = ("exact", "gudhi", "ripser")
every_convention = pytest.mark.parametrize("convention", CONVENTIONS)
every_backend = pytest.mark.parametrize("backend", BACKENDS)

# At most nine pixels wide with few grey levels: ties everywhere, every thin shape.
tied_images = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(2, 6)).flatmap(
    lambda size: arrays(np.uint8, size[:2], elements=st.integers(0, size[2] - 1), fill=st.nothing())
)


def reference_pairs(image, convention):
    """Return the sorted pairs of GUDHI's general complex, which shares no code with ours."""
    levels = np.asarray(image, dtype=np.float64)
    if convention == "T":
        cubical = CubicalComplex(top_dimensional_cells=levels)
    else:
        cubical = CubicalComplex(vertices=levels)
    cubical.compute_persistence(min_persistence=0)
    diagrams = (cubical.persistence_intervals_in_dimension(k).reshape(-1, 2) for k in (0, 1))
    return tuple(d[np.lexsort((d[:, 1], d[:, 0]))] for d in diagrams)


def assert_same_pairs(actual, expected):
    for ours, theirs in zip(actual, expected, strict=True):
        assert ours.dtype == np.float64
        np.testing.assert_array_equal(ours, theirs)


def field(size, seed, smoothing):
    return gaussian_filter(np.random.default_rng(seed).normal(size=(size, size)), smoothing)


def to_uint8(image):
    return np.round(255 * (image - image.min()) / np.ptp(image)).astype(np.uint8)


def chips(size):
    """Return a smooth field, bright blobs on noise, and noise, as uint8."""
    noise = np.random.default_rng(1).normal(size=(size, size))
    blobs = np.random.default_rng(2).random((size, size)) > 0.99
    blobs = gaussian_filter(blobs.astype(float), 2)
    return [to_uint8(i) for i in (field(size, 0, 2), blobs / blobs.max() + 0.05 * noise, noise)]


@every_backend
@every_convention
@settings(max_examples=300, deadline=None, derandomize=True)
@given(image=tied_images)
def test_small_tied_images(convention, backend, image):
    """Pairs are those of the general cubical complex, ties and one-pixel-wide images included."""
    assert_same_pairs(
        persistence_pairs(image, convention, backend), reference_pairs(image, convention)
    )


@every_backend
@every_convention
def test_chips(convention, backend):
    """Pairs are exact on images like those of the study."""
    for chip in chips(64):
        assert_same_pairs(
            persistence_pairs(chip, convention, backend), reference_pairs(chip, convention)
        )


@every_backend
@every_convention
def test_float64_is_kept(convention, backend):
    """No backend rounds to float32: levels a float64 ulp apart stay apart."""
    image = 0.1 + np.random.default_rng(3).permutation(400).reshape(20, 20) * np.spacing(0.1)
    assert np.unique(image.astype(np.float32)).size == 1
    assert_same_pairs(
        persistence_pairs(image, convention, backend), reference_pairs(image, convention)
    )


@every_backend
@every_convention
@pytest.mark.parametrize("factor", [1e300, 1e-300, -1.0])
def test_any_magnitude(convention, backend, factor):
    """Huge, tiny and negative levels are handled: duality pads below every one of them."""
    image = factor * (1 + np.random.default_rng(4).integers(0, 6, (12, 12)))
    assert_same_pairs(
        persistence_pairs(image, convention, backend), reference_pairs(image, convention)
    )


@every_backend
@every_convention
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.uint16, np.int64, np.float32])
def test_dtypes(convention, backend, dtype):
    """Unsigned levels do not wrap around when negated, and every real dtype gives float64."""
    image = np.random.default_rng(5).integers(0, 2, (8, 9)).astype(dtype)
    assert_same_pairs(
        persistence_pairs(image, convention, backend), reference_pairs(image, convention)
    )


@every_backend
@every_convention
def test_constant_image(convention, backend):
    """A constant image has one component and nothing else."""
    h0, h1 = persistence_pairs(np.full((5, 4), 7), convention, backend)
    np.testing.assert_array_equal(h0, [[7, np.inf]])
    assert h1.shape == (0, 2)


@every_backend
@every_convention
def test_bright_pixel(convention, backend):
    """A bright pixel inside a dark image is a hole from the dark level to its own."""
    image = np.full((5, 5), 10)
    image[2, 2] = 200
    h0, h1 = persistence_pairs(image, convention, backend)
    np.testing.assert_array_equal(h0, [[10, np.inf]])
    np.testing.assert_array_equal(h1, [[10, 200]])


@every_backend
@every_convention
def test_bright_ring(convention, backend):
    """A bright ring separates inside from outside, and closes the hole when it appears."""
    image = np.full((7, 7), 10)
    image[1:6, 1:6] = 200
    image[2:5, 2:5] = 30
    h0, h1 = persistence_pairs(image, convention, backend)
    np.testing.assert_array_equal(h0, [[10, np.inf], [30, 200]])
    np.testing.assert_array_equal(h1, [[10, 200]])


@every_backend
def test_checkerboard_tells_the_conventions_apart(backend):
    """Dark diagonal neighbours touch in T, enclosing bright pixels, and do not in V."""
    image = np.indices((5, 5)).sum(axis=0) % 2
    h0, h1 = persistence_pairs(image, "T", backend)
    np.testing.assert_array_equal(h0, [[0, np.inf]])
    np.testing.assert_array_equal(h1, [[0, 1]] * 4)
    h0, h1 = persistence_pairs(image, "V", backend)
    np.testing.assert_array_equal(h0, [[0, 1]] * 12 + [[0, np.inf]])
    assert h1.shape == (0, 2)


@every_convention
def test_symmetries(convention):
    """Rotating or transposing an image, in any memory layout, does not change its pairs."""
    image = chips(48)[1]
    expected = persistence_pairs(image, convention)
    for turned in (image.T, np.rot90(image), image[::-1], np.asfortranarray(image)):
        assert_same_pairs(persistence_pairs(turned, convention), expected)


@every_convention
def test_increasing_maps(convention):
    """Pairs follow an increasing map of the grey levels: here a shift and a scale."""
    image = chips(48)[2]
    moved = persistence_pairs(3 * image.astype(np.int64) - 100, convention)
    assert_same_pairs(moved, [3 * d - 100 for d in persistence_pairs(image, convention)])


@every_convention
def test_euler_characteristic(convention):
    """Components minus holes alive at a level are the Euler characteristic of its sublevel set."""
    image = chips(32)[0]
    h0, h1 = persistence_pairs(image, convention)
    for level in (40, 90, 128, 170, 220):
        alive = [np.sum((d[:, 0] <= level) & (level < d[:, 1])) for d in (h0, h1)]
        assert alive[0] - alive[1] == euler_characteristic(image <= level, convention)


def euler_characteristic(mask, convention):
    """Count corners - edges + squares where the pixels are the squares (T) or the corners (V)."""
    join = np.logical_or if convention == "T" else np.logical_and
    padded = np.pad(mask, 1)
    rows = join(padded[:-1], padded[1:])
    cols = join(padded[:, :-1], padded[:, 1:])
    blocks = join(rows[:, :-1], rows[:, 1:])
    return int(mask.sum()) - int(rows.sum()) - int(cols.sum()) + int(blocks.sum())


@every_backend
@every_convention
def test_input_is_left_alone(convention, backend):
    """A read-only image is accepted, and no image is modified."""
    image = field(10, 6, 1)
    before = image.copy()
    image.flags.writeable = False
    persistence_pairs(image, convention, backend)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rejects_pixels_that_are_not_finite(bad):
    """A NaN or infinite pixel is refused: the libraries would return pairs without a warning."""
    image = np.zeros((4, 4))
    image[1, 2] = bad
    with pytest.raises(ValueError, match="finite"):
        persistence_pairs(image)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros(4), "2-D"),
        (np.zeros((2, 2, 2)), "2-D"),
        (np.zeros((0, 3)), "at least one pixel"),
        (np.zeros((2, 2), dtype=complex), "real"),
        (np.array([["a"]]), "real"),
    ],
)
def test_rejects_what_is_no_image(image, message):
    """Anything but a real 2-D image with pixels is refused with the reason."""
    with pytest.raises(ValueError, match=message):
        persistence_pairs(image)


def test_rejects_unknown_choices():
    """An unknown convention or backend is refused and the choices are named."""
    with pytest.raises(ValueError, match="'T' or 'V'"):
        persistence_pairs(np.zeros((2, 2)), convention="t")
    with pytest.raises(ValueError, match="'exact', 'gudhi' or 'ripser'"):
        persistence_pairs(np.zeros((2, 2)), backend="cripser")


@pytest.mark.parametrize("maximum", [1.0, np.nan, -np.inf, np.inf, 8.9])
def test_a_maximum_of_another_image_is_refused(maximum):
    """A maximum below a death would cut finite pairs, and births with them, without a word."""
    h0, _ = persistence_pairs([[1.0, 9.0, 5.0], [9.0, 10.0, 9.0], [6.0, 9.0, 5.0]], "V")
    with pytest.raises(ValueError, match="the highest grey level of the same image"):
        close_essential_class(h0, maximum)
    closed = close_essential_class(h0, 10.0)
    np.testing.assert_array_equal(closed[np.isfinite(h0)], h0[np.isfinite(h0)])
    assert close_essential_class(h0, maximum, "drop").shape == (len(h0) - 1, 2)
