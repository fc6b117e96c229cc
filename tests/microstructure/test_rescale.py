"""Rescaling keeps ranges and filters before it reduces; one grey range serves a sheet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from pspflow.microstructure.rescale import fit_grey_range, resize, to_uint8

every_dtype = pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])


def smooth(dtype, shape=(40, 60)):
    """Return a smooth image that uses most of a dtype's range, and values below 0 for floats."""
    noise = gaussian_filter(np.random.default_rng(0).normal(size=shape), 4)
    unit = (noise - noise.min()) / np.ptp(noise)
    if dtype is np.float32:
        return (unit * 8 - 3).astype(dtype)
    return np.round(unit * np.iinfo(dtype).max).astype(dtype)


@every_dtype
def test_identity(dtype):
    """The same size gives the same pixels."""
    pixels = smooth(dtype)
    np.testing.assert_array_equal(resize(pixels, *pixels.shape), pixels)


@every_dtype
@pytest.mark.parametrize("size", [(20, 30), (80, 120), (13, 200), (1, 1)])
def test_size_type_and_range(dtype, size):
    """Size is as asked, type is kept, and no value leaves the range of the input."""
    noise = np.random.default_rng(0).choice([smooth(dtype).min(), smooth(dtype).max()], (40, 60))
    resized = resize(noise, *size)
    assert resized.shape == size
    assert resized.dtype == dtype
    assert noise.min() <= resized.min()
    assert resized.max() <= noise.max()


@every_dtype
def test_there_and_back(dtype):
    """A smooth image, enlarged and reduced again, hardly changes: no shift, no loss of depth."""
    pixels = smooth(dtype)
    back = resize(resize(pixels, 80, 120), 40, 60).astype(np.float64)
    tolerance = max(np.ptp(pixels) * 0.01, 1.0 if pixels.dtype.kind == "u" else 0.0)
    assert np.abs(back - pixels).max() <= tolerance


@every_dtype
def test_crops_that_share_memory(dtype):
    """A crop, which shares memory with its image, is resized as its copy is."""
    crop = smooth(dtype)[3:33, 5:45]
    np.testing.assert_array_equal(resize(crop, 15, 20), resize(crop.copy(), 15, 20))


@every_dtype
def test_reducing_does_not_alias(dtype):
    """A checkerboard reduced fourfold becomes flat grey."""
    white = 200
    board = (np.indices((64, 64)).sum(axis=0) % 2 * white).astype(dtype)
    inner = resize(board, 16, 16)[2:-2, 2:-2].astype(float)
    np.testing.assert_allclose(inner, white / 2, atol=2)


@every_dtype
@pytest.mark.parametrize("size", [(7, 9), (90, 80)])
def test_constant_stays(dtype, size):
    """A constant image stays constant."""
    assert (resize(np.full((40, 40), 77, dtype), *size) == 77).all()


def test_grey_range_of_a_ramp():
    """On a ramp of all 16-bit levels, the range leaves out exactly the tails."""
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    low, high = fit_grey_range(lambda: [ramp], tail=0.01)
    assert abs(low - 0.01 * 65536) <= 1
    assert abs(high - 0.99 * 65536) <= 1
    assert fit_grey_range(lambda: [ramp], tail=0.0) == (0.0, 65535.0)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
@pytest.mark.parametrize("tail", [1e-4, 0.01, 0.2])
def test_grey_range_equals_quantiles(dtype, tail):
    """The range is that of the quantiles, to a bin."""
    pixels = smooth(dtype, (300, 300))
    low, high = fit_grey_range(lambda: [pixels], tail)
    bins = 2 * (float(pixels.max()) - float(pixels.min())) / 2**16 + 1e-6
    values = np.sort(pixels, axis=None).astype(float)
    left_out = round(tail * values.size)
    assert values[left_out - 1] - bins <= low <= values[left_out + 1] + bins
    assert values[-left_out - 2] - bins <= high <= values[-left_out] + bins


@pytest.mark.parametrize("hot", [65535, 1e6, 1e30])
def test_grey_range_ignores_hot_pixels(hot):
    """A few hot pixels, however bright, do not set the range."""
    dtype = np.uint16 if hot == 65535 else np.float32
    pixels = np.random.default_rng(0).integers(100, 400, (200, 200)).astype(dtype)
    pixels[0, :3] = hot
    low, high = fit_grey_range(lambda: [pixels])
    assert 99 <= low <= 101
    assert 398 <= high <= 401


def test_grey_range_does_not_depend_on_the_pieces():
    """The range does not depend on the order of images or on how pixels are divided among them."""
    pixels = smooth(np.uint16, (120, 60))
    pieces = np.array_split(pixels, 7)[::-1]
    empty = [np.empty((0, 60), np.uint16)]
    assert fit_grey_range(lambda: [pixels]) == fit_grey_range(lambda: [*pieces, *empty])


@pytest.mark.parametrize("value", [0, 7, 65535])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_degenerate_range(value, dtype):
    """A sheet of one level has a range of zero width, which causes no division by zero."""
    pixels = np.full((9, 9), value, dtype)
    low, high = fit_grey_range(lambda: [pixels])
    assert low == high == value
    with np.errstate(all="raise"):
        mapped = to_uint8(np.array([value - 1.0, value, value + 1.0]), low, high)
    assert mapped.tolist() == [0, 0, 255]


def test_almost_constant_sheet():
    """A sheet of one level except for a few pixels still maps to 8 bits, in order."""
    pixels = np.full((300, 300), 1000, np.uint16)
    pixels[0, :2] = (999, 3000)
    low, high = fit_grey_range(lambda: [pixels])
    with np.errstate(all="raise"):
        mapped = to_uint8(pixels, low, high)
    assert mapped[0, 0] <= mapped[5, 5] <= mapped[0, 1]
    assert mapped[0, 0] < mapped[0, 1]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30),
    st.floats(-1e5, 1e5),
    st.just(0.0) | st.floats(1e-9, 1e5),
)
def test_to_uint8_is_monotone(values, low, width):
    """Brighter stays at least as bright; the range ends at 0 and 255, the rest is clipped."""
    high = low + width
    mapped = to_uint8(np.sort(values), low, high)
    assert mapped.dtype == np.uint8
    assert (np.diff(mapped.astype(int)) >= 0).all()
    if high > low:
        assert to_uint8(np.array([low - 1, low, high, high + 1]), low, high).tolist() == [
            *(0, 0, 255, 255)
        ]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_to_uint8_keeps_8_bits(dtype):
    """The range 0 to 255 maps 8-bit levels to themselves."""
    levels = np.arange(256, dtype=dtype)
    np.testing.assert_array_equal(to_uint8(levels, 0, 255), np.arange(256))
