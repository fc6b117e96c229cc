"""Blending windows: everything is covered, nothing is added, no window shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.microstructure.blend import blend, window_shares, window_starts

sizes = st.sampled_from([1, 2, 4, 8, 16])


@given(sizes, st.integers(0, 50))
def test_windows_lie_inside_and_overlap_by_half(size, more):
    """Windows start at 0, increase, end with the axis, and neighbours overlap by at least half."""
    starts = window_starts(size + more, size)
    assert starts[0] == 0
    assert starts[-1] == more
    steps = np.diff(starts)
    assert (steps > 0).all()
    assert (steps <= max(1, size // 2)).all()


@given(sizes, st.integers(0, 50))
def test_shares_are_positive_and_add_up_to_one(size, more):
    """Every pixel of the axis is covered, and the shares of its windows sum to 1."""
    shares = window_shares(size + more, size)
    assert (shares > 0).all()
    total = np.zeros(size + more)
    for start, share in zip(window_starts(size + more, size), shares, strict=True):
        total[start : start + size] += share
    np.testing.assert_allclose(total, 1, rtol=1e-12)


@given(sizes, st.integers(0, 20), st.integers(0, 20), st.integers(1, 9))
def test_an_identity_gives_the_image_back(size, down, across, batch):
    """Unchanged windows blend to the image, grey level for grey level."""
    shape = (size + down, size + across)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    made = blend(pixels, size, lambda windows: windows, batch)
    assert made.dtype == np.float32
    np.testing.assert_array_equal(np.rint(made), pixels)
    np.testing.assert_allclose(made, pixels, atol=1e-4)


def test_a_single_window_is_kept_to_the_last_bit():
    """An image of one window becomes the changed window, without rounding."""
    pixels = np.random.default_rng(1).random((16, 16), dtype=np.float32)
    np.testing.assert_array_equal(blend(pixels, 16, np.sqrt, 1), np.sqrt(pixels))


def test_batches_do_not_change_the_result_and_bound_it():
    """No batch is larger than asked, every window is changed once, and the order is kept."""
    pixels = np.random.default_rng(2).random((40, 24))
    seen = []

    def change(windows):
        seen.append(len(windows))
        return windows * windows[:, :1, :1]

    whole = blend(pixels, 8, change, 1000)
    assert seen == [9 * 5]
    seen.clear()
    np.testing.assert_array_equal(blend(pixels, 8, change, 7), whole)
    assert max(seen) == 7
    assert sum(seen) == 9 * 5


def test_windows_that_differ_leave_no_seam():
    """Flat windows of random grey blend without a jump where a window begins or ends."""
    rng = np.random.default_rng(3)
    size = 64

    def change(windows):
        return np.ones_like(windows) * rng.random((len(windows), 1, 1))

    made = blend(np.zeros((5 * size, 4 * size)), size, change, 10)
    steepest = np.pi / size  # of a raised cosine from 0 to 1 over half a window
    for axis in (0, 1):
        assert np.abs(np.diff(made, axis=axis)).max() <= steepest


@pytest.mark.parametrize("shape", [(15, 40), (40, 15)])
def test_an_image_smaller_than_a_window_is_refused(shape):
    """An image smaller than a window is an error; it is not padded."""
    with pytest.raises(ValueError, match="an axis of 15 pixels is shorter than a window of 16"):
        blend(np.zeros(shape), 16, lambda windows: windows, 4)
