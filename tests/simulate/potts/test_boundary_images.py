"""Drawings of grain boundaries: dark where the geometry says, at any size."""

import numpy as np
import pytest

from pspflow.simulate.potts import boundary_image


def drawn_by_hand(labels, image_px, line, periodic):
    """Look at every interface from every pixel's centre: dark within half a line of it."""
    rows, columns = labels.shape
    y = (np.arange(image_px[0]) + 0.5)[:, None] * rows / image_px[0]
    x = (np.arange(image_px[1]) + 0.5) * columns / image_px[1]
    if periodic:
        labels, y, x = np.tile(labels, (3, 3)), y + rows, x + columns
    dark = np.zeros(image_px, bool)
    for i, j in zip(*np.nonzero(labels[:, 1:] != labels[:, :-1]), strict=True):
        dark |= (abs(x - j - 1) <= line / 2) & (abs(y - i - 0.5) <= 0.5 + line / 2)
    for i, j in zip(*np.nonzero(labels[1:] != labels[:-1]), strict=True):
        dark |= (abs(y - i - 1) <= line / 2) & (abs(x - j - 0.5) <= 0.5 + line / 2)
    return np.where(dark, 0, 255)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize(
    ("image_px", "line"), [((12, 14), 1.0), ((33, 40), 0.7), ((50, 31), 2.4), ((6, 7), 0.3)]
)
def test_pixels_near_an_interface_are_dark(periodic, image_px, line):
    """Whatever the size of the drawing, and the width of the line."""
    labels = np.random.default_rng(0).integers(0, 2, (2, 6, 7))
    found = boundary_image(labels, image_px, line, periodic=periodic)
    assert found.dtype == np.uint8
    for image, spins in zip(found, labels, strict=True):
        np.testing.assert_array_equal(image, drawn_by_hand(spins, image_px, line, periodic))


def test_a_line_is_as_wide_as_configured():
    """Two pixels a site, and a line of one site: one dark pixel at either side; edges are white."""
    labels = np.repeat([[[1, 1, 2, 2]]], 3, axis=1)
    image = boundary_image(labels, (6, 8), 1.0, periodic=False)[0]
    np.testing.assert_array_equal(image, np.tile([255, 255, 255, 0, 0, 255, 255, 255], (6, 1)))


def test_margins_are_cut_from_the_drawing():
    """As the report crops: the image with margins, of as many pixels a site, without its ends."""
    labels = np.random.default_rng(1).integers(0, 3, (3, 8, 20))
    whole = boundary_image(labels, (16, 40), 1.0, periodic=False)
    inner = boundary_image(labels, (16, 20), 1.0, periodic=False, margin_sites=5)
    np.testing.assert_array_equal(inner, whole[:, :, 10:30])


def test_blocks_are_averaged():
    """The mean of each block, rounded."""
    labels = np.random.default_rng(2).integers(0, 3, (2, 5, 6))
    fine = boundary_image(labels, (40, 48), 0.6, periodic=True).astype(float)
    coarse = boundary_image(labels, (40, 48), 0.6, periodic=True, averaging=4)
    np.testing.assert_array_equal(coarse, fine.reshape(2, 10, 4, 12, 4).mean((2, 4)).round())


def test_what_cannot_be_drawn_is_refused():
    """Blocks that do not fit, and margins without sites between them."""
    labels = np.zeros((1, 4, 6), np.int32)
    with pytest.raises(ValueError, match="does not divide"):
        boundary_image(labels, (8, 9), 1.0, periodic=True, averaging=4)
    with pytest.raises(ValueError, match="margins must leave a site"):
        boundary_image(labels, (8, 8), 1.0, periodic=True, margin_sites=3)
