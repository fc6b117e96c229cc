"""Images and grid on different scales: refused, or counted in the log; never void in silence."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pspflow.topology import PersistenceImageLayer, persistence_images

GREY = {"birth_range": (0, 255), "persistence_range": (0, 255)}
UNIT = {"birth_range": (0, 1), "persistence_range": (0, 1)}
SIXTEEN = {"birth_range": (0, 65535), "persistence_range": (0, 65535)}


def unit(n=3, size=20):
    """Return images of fractions on 0 to 1, without ties."""
    return np.random.default_rng(0).random((n, size, size))


def layer(ranges=GREY, **options):
    low, high = ranges["persistence_range"]
    return PersistenceImageLayer(10, sigma=(high - low) / 20, **ranges, **options)


def tensor(images, dtype=torch.float32):
    return torch.tensor(images, dtype=dtype)


OTHER_SCALES = {
    "0 to 1": unit(),
    "0 to 1, with overshoot": 1.2 * unit() - 0.1,
    "-1 to 1": 2 * unit() - 1,
    "-1 to 1, with overshoot": 2.4 * unit() - 1.2,
    "standardised": (unit() - 0.5) * np.sqrt(12),
    "10 bits": 1023 * unit(),
    "12 bits": 4095 * unit(),
    "16 bits": 65535 * unit(),
    "signed 8 bits": 255 * unit() - 200,
}


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("name", OTHER_SCALES)
def test_eight_bits_of_the_layer_refuse_other_scales(name, dtype):
    """What 256 levels would round or clip to nothing is refused, in training and out of it."""
    images = tensor(np.minimum(OTHER_SCALES[name], 65504), dtype)
    with pytest.raises(ValueError, match="levels"):
        layer()(images)
    with pytest.raises(ValueError, match="levels"):
        layer()(images[:, None].requires_grad_())


@pytest.mark.parametrize(
    ("name", "ranges"),
    [
        ("0 to 1", UNIT),
        ("16 bits", SIXTEEN),
        ("16 bits", GREY),
        ("12 bits", GREY),
        ("0 to 1", SIXTEEN),
    ],
)
def test_a_grid_on_the_scale_of_the_images_does_not_hide_the_levels(name, ranges):
    """The grid may fit the images: the layer's own levels must fit both."""
    with pytest.raises(ValueError, match="levels"):
        layer(ranges)(tensor(OTHER_SCALES[name]))


@pytest.mark.parametrize(
    ("images", "ranges"),
    [
        (unit(), GREY),
        (2 * unit() - 1, GREY),
        (unit(), SIXTEEN),
        (255 * unit(), UNIT),
        (100 * unit(), UNIT),
        (65535 * unit(), GREY),
        (65535 * unit(), UNIT),
        (500 + unit(), GREY),
    ],
)
def test_a_grid_on_another_scale_is_refused(images, ranges):
    """Without levels, and as arrays: pairs that all fall beside the grid or into one pixel."""
    with pytest.raises(ValueError, match="scale of the images"):
        layer(ranges, levels=None)(tensor(images))
    with pytest.raises(ValueError, match="scale of the images"):
        persistence_images(images, **ranges)


@pytest.mark.parametrize(
    ("images", "ranges"),
    [
        ((255 * unit()).astype(np.uint8), UNIT),
        ((255 * unit()).astype(np.uint8), SIXTEEN),
        ((4095 * unit()).astype(np.uint16), GREY),
        ((65535 * unit()).astype(np.uint16), GREY),
        ((65535 * unit()).astype(np.int32), GREY),
        ((255 * unit()).astype(np.int16), UNIT),
    ],
)
def test_a_grid_on_another_scale_than_integers_is_refused(images, ranges):
    """Integers say their scale; ranges that are not on it give nothing."""
    with pytest.raises(ValueError, match="scale of the images"):
        persistence_images(images, **ranges)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("low", "high"), [(0, 255), (0, 100), (-1, 1), (0, 4095), (0, 60000), (-128, 127), (-2, 2)]
)
def test_floats_beyond_0_to_1_need_ranges(low, high, dtype):
    """Their image over the default range would be exactly 0; with ranges it is that of the data."""
    images = ((high - low) * unit() + low).astype(dtype)
    with pytest.raises(ValueError, match="3 of 3 leave that range"):
        persistence_images(images)
    ranges = {"birth_range": (low, high), "persistence_range": (0, high - low)}
    given_ranges = persistence_images(images, **ranges)
    expected = persistence_images((images.astype(float) - low) / (high - low)) * (high - low)
    np.testing.assert_allclose(given_ranges, expected, rtol=1e-6, atol=1e-6 * (high - low))


@pytest.mark.parametrize("ranges", [{}, {"birth_range": (0, 255)}, {"persistence_range": (0, 255)}])
def test_one_image_out_of_many_is_refused(ranges):
    """One image on another scale does not hide among others on 0 to 1."""
    images = unit(5)
    images[3] *= 255
    with pytest.raises(ValueError, match="1 of 5 leave that range"):
        persistence_images(images, **ranges)
    grey = 255 * unit(5)
    grey[3] *= 257
    with pytest.raises(ValueError, match="in 1 of 5 images most of them"):
        layer()(tensor(grey))


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_few_bits_in_16_need_ranges(bits):
    """12-bit data in uint16 would fall into one pixel of the grid of 16 bits."""
    images = ((2**bits - 1) * unit()).astype(np.uint16)
    with pytest.raises(ValueError, match=f"{bits} bits: give birth_range"):
        persistence_images(images)
    top = 2**bits - 1
    assert persistence_images(images, birth_range=(0, top), persistence_range=(0, top)).any()


def test_hot_pixels_are_no_sign_of_16_bits(caplog):
    """8 bits in uint16 with one hot pixel would fall into one pixel of the grid: said, by count."""
    images = (255 * unit()).astype(np.uint16)
    images[0, 3, 4] = 65535
    persistence_images(images)
    assert f"only 1 of {images.size} pixels need more than 12 bits" in caplog.text
    caplog.clear()
    drawn = persistence_images(images, **GREY)
    clean = np.where(images > 255, 255, images)
    np.testing.assert_array_equal(drawn[1:], persistence_images(clean, **GREY)[1:])
    assert f"1 of {images.size} pixels are as large as 65535, as hot ones are" in caplog.text
    persistence_images((65535 * unit() ** 8).astype(np.uint16))
    assert "12 bits" not in caplog.text


def test_constant_images_do_not_decide_on_the_scale_of_others():
    """A blank image at another level has no persistence, and is no reason to refuse a stack."""
    images = unit()
    stack = np.concatenate([images, np.full((1, *images.shape[1:]), 200.0)])
    drawn = persistence_images(stack)
    np.testing.assert_array_equal(drawn[:-1], persistence_images(images))
    assert not drawn[-1].any()


def test_what_a_filter_overshoots_is_no_other_scale():
    """Resampled floats leave 0 to 1 by a little, and are images on 0 to 1."""
    assert persistence_images(1.1 * unit() - 0.05).any()
    with torch.no_grad():
        assert layer()(tensor(270 * unit() - 7)).any()


@pytest.mark.parametrize(
    "images",
    [
        (unit() > 0.5).astype(np.float64),  # binary: whole levels
        np.floor(3 * unit()),
        3 * np.rint(unit()) + 120,
        120 + 0.3 * unit(),  # nearly constant
        100 * unit(),
        np.full((3, 20, 20), 0.5),
        np.full((3, 20, 20), 9.0),
        np.full((3, 20, 20), 300.0),
    ],
)
def test_ordinary_images_are_not_refused(images, caplog):
    """Whole levels, low contrast and constant images are legitimate in a grid of grey levels."""
    layer()(tensor(images))
    persistence_images(images, **GREY)
    if np.ptp(images) == 0:
        persistence_images(images)
    assert not [r for r in caplog.records if "scale" in r.message and images.max() < 255]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.float32, bool])
@pytest.mark.parametrize("level", [0, 1])
def test_constant_images_fit_every_grid(dtype, level):
    """A constant image has no persistence on any scale."""
    images = np.full((2, 6, 7), level, dtype=dtype)
    for ranges in (GREY, UNIT, SIXTEEN):
        assert not persistence_images(images, **ranges).any()


@settings(deadline=None, max_examples=40)
@given(
    scale=st.sampled_from([1.0, 255.0, 4095.0, 65535.0]),
    grid=st.sampled_from([1.0, 255.0, 4095.0, 65535.0]),
    seed=st.integers(0, 100),
)
def test_either_the_scales_agree_or_an_error_says_so(scale, grid, seed):
    """Of all pairs of scales, those that differ are refused; equal ones give equal images."""
    images = np.random.default_rng(seed).random((2, 12, 12))
    ranges = {"birth_range": (0, grid), "persistence_range": (0, grid)}
    expected = persistence_images(images)
    if scale == grid:
        actual = persistence_images(scale * images, **ranges)
        np.testing.assert_allclose(actual, scale * expected, rtol=1e-9, atol=1e-9 * scale)
    elif scale < grid and scale > 1:
        # dark images of many levels are no error: a smaller part of the grid is used
        assert persistence_images(scale * images, **ranges).any()
    else:
        with pytest.raises(ValueError, match="scale of the images"):
            persistence_images(scale * images, **ranges)


def test_the_gradient_on_0_to_1_has_the_right_direction():
    """A step along the layer's gradient changes the loss as predicted, on 0 to 1 without levels."""
    exact = layer(UNIT, levels=None)
    images = tensor(unit(1), torch.float64).requires_grad_()
    loss = exact(images).square().sum()
    loss.backward()
    with torch.no_grad():
        step = 1e-5 * images.grad / images.grad.norm()
        change = exact(images + step).square().sum() - loss
        assert change == pytest.approx(1e-5 * float(images.grad.norm()), rel=0.02)


def test_clipped_pixels_are_counted_once(caplog):
    """Pixels that the levels clip are counted in the log, and training is not flooded with it."""
    images = tensor(255 * unit())
    images[0, 2, 3], images[1, 4, 5], images[1, 4, 6] = -40, 300, 301
    made = layer()
    for _ in range(3):
        made(images)
    (record,) = caplog.records
    assert "3 of 1200 pixels are outside the grey levels 0 to 255 and are clipped" in record.message
    assert "-40 to 301" in record.message


def test_an_image_of_fractions_among_others_is_said(caplog):
    """An image on 0 to 1 in a batch of grey levels is rounded to nothing, and the log says so."""
    images = tensor(255 * unit())
    images[1] /= 255
    layer()(images)
    assert "1 of 3 images hold fractions of a grey level" in caplog.text


def test_dequantised_and_saturated_images_are_not_said(caplog):
    """Half a level beyond the ends, as `from_levels` and `to_grey` make it, is no loss."""
    rng = np.random.default_rng(1)
    grey = rng.choice([0, 128, 255], (3, 20, 20))
    layer()(tensor(grey + rng.random(grey.shape) - 0.5))
    layer()(tensor(grey + rng.random(grey.shape)))
    assert not caplog.records


def test_lost_weight_is_counted(caplog):
    """Ranges that hold some pairs and miss many are used, and the log counts what they miss."""
    images = 1000 * unit()
    with caplog.at_level("WARNING"):
        persistence_images(images, birth_range=(0, 300), persistence_range=(0, 700))
        assert not caplog.records
        persistence_images(images, birth_range=(0, 300), persistence_range=(0, 300))
    assert "pairs and" in caplog.text
    assert "of their weight in 3 images" in caplog.text


@pytest.mark.parametrize(
    ("images", "ranges"),
    [
        (1e-6 * unit(), {}),
        (1e-3 * unit(), UNIT),
        (np.floor(256 * unit()).astype(np.uint16), SIXTEEN),
        (np.floor(256 * unit()).astype(np.int32), SIXTEEN),
    ],
)
def test_images_that_fill_little_of_the_grid_are_said(images, ranges, caplog):
    """Lengths in metres, or 8 bits in a grid of 16: all pairs share a pixel, as dark images do."""
    persistence_images(images, **ranges)
    assert "a small part of the grid" in caplog.text
    caplog.clear()
    persistence_images((3 * unit()).astype(np.uint8), **GREY)
    assert not caplog.records


def test_a_window_that_holds_the_pairs_is_silent(caplog):
    """A grid fitted to the pairs of 8-bit chips gives no word, as in the workflow."""
    images = (60 + 100 * unit()).astype(np.uint8)
    persistence_images(images, birth_range=(60, 130), persistence_range=(0, 100))
    layer({"birth_range": (60, 130), "persistence_range": (0, 100)})(tensor(images))
    assert not caplog.records


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", OTHER_SCALES)
def test_devices_refuse_the_same(name):
    """Images on a GPU are refused as those on a CPU are."""
    with pytest.raises(ValueError, match="levels"):
        layer().cuda()(tensor(OTHER_SCALES[name]).cuda())
