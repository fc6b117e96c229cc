"""Figures of evidence pages are small files of the same picture."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from pspflow.report.pictures import MOST_BYTES, NARROWEST_PX, WIDEST_PX, small_png


def png(pixels):
    """Write pixels as PNG."""
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def test_a_noisy_picture_is_made_small():
    """What compresses worst fits too, in its proportions."""
    noise = np.random.default_rng(0).integers(256, size=(1000, 2100, 3), dtype=np.uint8)
    made = small_png(png(noise))
    assert len(made) <= MOST_BYTES
    picture = Image.open(BytesIO(made))
    assert picture.width / picture.height == pytest.approx(2.1, rel=0.01)


def test_a_tall_picture_of_noise_fits_with_fewer_colours():
    """As a sheet of many rows of chips is: a report does not fail for it."""
    noise = np.random.default_rng(0).integers(256, size=(2300, 700, 3), dtype=np.uint8)
    made = small_png(png(noise))
    assert len(made) <= MOST_BYTES
    assert Image.open(BytesIO(made)).width == NARROWEST_PX


def test_a_plain_chart_keeps_its_size_and_its_colours():
    """A picture that fits is reduced to the width of a page and no further."""
    chart = np.full((900, 2100, 3), 255, np.uint8)
    chart[100:200] = (0, 114, 178)
    picture = Image.open(BytesIO(small_png(png(chart)))).convert("RGB")
    assert picture.width == WIDEST_PX
    assert picture.getpixel((700, 100)) == (0, 114, 178)


def test_what_cannot_be_made_small_is_an_error():
    """Nothing is left out silently."""
    noise = np.random.default_rng(0).integers(256, size=(400, 400, 3), dtype=np.uint8)
    with pytest.raises(ValueError, match="exceeds 1000 bytes"):
        small_png(png(noise), 1000)
