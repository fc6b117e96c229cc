"""Grey levels of one sheet are on one scale, or the sheet is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.microstructure.catalogue import Source
from pspflow.microstructure.catalogue.levels import (
    count_levels,
    doubtful_levels,
    mixed_levels,
)

TOP = (1 << 16) - 1


def camera(bits, seed=0, exposure=1.0, shape=(128, 160)):
    """Return what a camera of some bits gives: (rows, columns) int, 0 to 2^bits - 1."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), 2)
    unit = (noise - noise.min()) / np.ptp(noise) * exposure
    return np.rint(unit * ((1 << bits) - 1)).astype(np.int64)


ALIGNED = {
    "shifted": lambda levels, bits: levels << (16 - bits),
    "repeated": lambda levels, bits: levels << (16 - bits) | levels >> max(2 * bits - 16, 0),
    "rounded": lambda levels, bits: np.rint(levels * (TOP / ((1 << bits) - 1))).astype(np.int64),
    "cut": lambda levels, bits: levels * TOP // ((1 << bits) - 1),
}


def found(*images, check=mixed_levels):
    """Return the sentences about a sheet of these images."""
    sources = [
        Source(*pixels.shape, str(pixels.dtype), str(i), str(i), levels=count_levels(pixels))
        for i, pixels in enumerate(images)
    ]
    rows = pd.RangeIndex(2, 2 + len(images), name="row")
    return list(check(pd.DataFrame(index=rows), sources))


def deep(levels):
    """Store levels as uint16."""
    return levels.astype(np.uint16)


@pytest.mark.data(
    "micrographs", "refused", "10, 12 or 14 bits aligned low in one 16-bit file, high in another"
)
@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("how", ALIGNED)
@pytest.mark.parametrize("exposure", [0.2, 1.0])
def test_two_alignments_are_refused(bits, how, exposure):
    """One range of grey levels would leave a few levels to the low one."""
    low = deep(camera(bits, 1, exposure))
    high = deep(ALIGNED[how](camera(bits, 2), bits))
    for images, rows in (((low, high), "2 and 3"), ((high, high, low), "4 and 2")):
        (sentence,) = found(*images)
        assert sentence.startswith(f"Sheet rows {rows}: {bits}-bit grey levels in 16-bit files")
        assert sentence.endswith(f"multiply the levels of the latter by {1 << (16 - bits)}.")


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
@pytest.mark.parametrize("how", ALIGNED)
def test_one_alignment_is_accepted(bits, how):
    """Dark and bright images of one camera, aligned high, are on one scale."""
    assert not found(
        *(
            deep(ALIGNED[how](camera(bits, seed, exposure), bits))
            for seed, exposure in enumerate((1, 0.3, 0.05))
        )
    )


@pytest.mark.data("micrographs", "read", "12-bit levels in 16-bit files, all aligned alike")
@pytest.mark.parametrize("bits", [10, 12, 14])
def test_low_alignment_is_accepted(bits):
    """As long as all images have it."""
    assert not found(deep(camera(bits, 0)), deep(camera(bits, 1, 0.2)))


def test_a_dark_image_of_16_bits_is_accepted():
    """Its levels lie close, and so do those of the bright one."""
    assert not found(deep(camera(16, 0)), deep(camera(16, 1, 0.05)))


def test_marks_and_defects_do_not_hide_an_alignment():
    """A scale bar of white, or single odd pixels, change nothing."""
    high = ALIGNED["shifted"](camera(12), 12)
    high[5, 5:60] = TOP
    high[60:63, 7] = (77, 1001, 33333)
    low = camera(12, 1)
    low[5, 5:60] = TOP
    assert len(found(deep(high), deep(low))) == 1


@pytest.mark.data("micrographs", "refused", "8-bit levels in a 16-bit file beside deeper ones")
@pytest.mark.parametrize("other", [camera(16), camera(14), camera(8, 3) * 257, camera(8, 3) * 256])
def test_eight_bits_in_sixteen(other):
    """Levels to 255 among levels to 65535 are all black."""
    (sentence,) = found(deep(camera(8, 1)), deep(other))
    assert sentence.startswith("Sheet rows 2 and 3: ")


@pytest.mark.data("micrographs", "refused", "floats on 0 to 1 beside floats on 0 to 255 or 65535")
@pytest.mark.parametrize(
    "tops", [(1, 255), (255, 1), (1, 65535), (255, 65535), (0.3, 255), (1, 4095)]
)
def test_two_ranges_of_floats(tops):
    """They differ by the unit, not by the exposure."""
    images = [camera(16, i) / TOP * top for i, top in enumerate(tops)]
    (sentence,) = found(*(image.astype(np.float32) for image in images))
    assert sentence.startswith("Sheet rows ")
    assert "save all images in one range" in sentence


@pytest.mark.parametrize("tops", [(1, 0.1), (1, 1.3), (255, 40), (65535, 20000), (3, 90), (1, 8)])
def test_exposures_of_floats(tops):
    """Dark and bright images in one range are accepted."""
    assert not found(
        *((camera(16, i) / TOP * top).astype(np.float32) for i, top in enumerate(tops))
    )


@pytest.mark.data("micrographs", "refused", "masks of 0 and 1 beside grey images of 8 bits")
def test_masks_among_grey_images():
    """0 and 1 would both be black."""
    mask = (camera(8) > 128).astype(np.uint8)
    (sentence,) = found(camera(8, 1).astype(np.uint8), mask)
    assert sentence.startswith("Sheet row 3: the image has the levels 0 and 1 alone")
    assert not found(mask, mask)
    assert not found(mask * 255, camera(8, 1).astype(np.uint8))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (3, 3), (700, 900)])
def test_any_shape_is_counted(dtype, shape):
    """Crops of a few pixels, or of many, have levels."""
    levels = count_levels(
        camera(8, shape=shape, exposure=0.9).astype(dtype)
        if shape != (1, 1)
        else np.ones(shape, dtype)
    )
    assert levels.low <= levels.high
    assert levels.count >= 1


def phases(levels, seed=0):
    """Return an image (rows, columns) uint16 without noise, of these levels alone."""
    rng = np.random.default_rng(seed)
    return rng.choice(np.array(levels, np.uint16), (96, 128))


@pytest.mark.data(
    "micrographs", "refused", "16-bit files without noise, aligned low in one and high in another"
)
@pytest.mark.parametrize("bits", [8, 10, 12, 14])
@pytest.mark.parametrize("count", [8, 13, 40])
def test_two_alignments_without_noise_are_refused(bits, count):
    """Simulated and segmented images have few levels, far apart in either alignment."""
    levels = np.linspace(1, (1 << bits) - 1, count).astype(int)
    (sentence,) = found(phases(levels), phases(levels << (16 - bits), 1))
    assert sentence.startswith("Sheet rows 2 and 3: ")
    assert not found(phases(levels), phases(levels, 1))
    assert not found(phases(levels << (16 - bits)), phases(levels << (16 - bits), 1))


@pytest.mark.data(
    "micrographs", "warned", "a few grey levels that are far lower in one file than in another"
)
@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        (np.uint16, [100, 901, 3000], [1600, 14416, 48000]),  # 12 bits, low and high
        (np.uint16, [0, 255], [0, 65535]),
        (np.uint16, [0, 128, 255], [0, 32896, 65535]),
        (np.uint16, [0, 1, 2, 3], [0, 85, 170, 255]),
        (np.uint8, [0, 1, 2, 3], [0, 85, 170, 255]),
    ],
)
def test_few_levels_on_two_scales_are_warned_of(dtype, low, high):
    """Nothing would be left of the darker phases; by so few levels that is no proof."""
    images = phases(low).astype(dtype), phases(high).astype(dtype)
    assert not found(*images)
    (sentence,) = found(*images, check=doubtful_levels)
    assert sentence.startswith("Sheet rows 2 and 3: ")
    assert not found(images[0], images[0], check=doubtful_levels)
    assert not found(images[1], images[1], check=doubtful_levels)


def test_masks_of_0_and_1_among_16_bit_images_are_refused():
    """They would be black."""
    (sentence,) = found(phases([0, 1]), deep(camera(16)))
    assert sentence.startswith("Sheet row 2: the image has the levels 0 and 1 alone")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_dark_images_are_not_doubted(dtype):
    """One domain is darker than the other."""
    bits = 8 * np.dtype(dtype).itemsize
    dark, bright = camera(bits, 0, 0.1).astype(dtype), camera(bits, 1).astype(dtype)
    assert not found(dark, bright)
    assert not found(dark, bright, check=doubtful_levels)
