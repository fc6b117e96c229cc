"""Sheets of images keep their pixels, and what stands beside them."""

import numpy as np
import pytest

from pspflow.report.sheets import coarse, labelled, sized, titled


def test_images_keep_their_pixels_where_they_fit():
    """Up to repetition; larger ones are averaged over whole blocks."""
    images = np.random.default_rng(0).integers(0, 256, (3, 6, 8), np.uint8)
    assert (sized(images, 8) == images).all()
    assert (sized(images, 17)[:, ::2, 1::2] == images).all()
    halved = sized(images, 5)
    assert halved.shape == (3, 3, 4)
    assert halved[0, 0, 0] == pytest.approx(images[0, :2, :2].mean(), abs=0.51)


def test_coarse_levels_are_near():
    """White stays white, and black black."""
    levels = np.arange(256, dtype=np.uint8)
    found = coarse(levels)
    assert np.abs(found.astype(int) - levels).max() <= 2
    assert (found[0], found[255], len(np.unique(found))) == (0, 255, 65)


def test_every_sheet_stands_under_its_title():
    """In rows, of any shapes; letters are dark, and nothing is drawn over a sheet."""
    sheets = {name: np.full((20, 30), level, np.uint8) for name, level in (("a", 10), ("b", 20))}
    page = titled({**sheets, "a longer title": np.full((40, 30), 30, np.uint8)}, 2)
    for level, pixels in ((10, 600), (20, 600), (30, 1200)):
        assert (page == level).sum() >= pixels
    assert (page[:20, :200] < 128).any()


def test_labels_stand_to_the_left():
    """The widest row and the longest label make the width."""
    page = labelled(
        {"one": np.full((30, 50), 77, np.uint8), "longer": np.full((30, 20), 88, np.uint8)}
    )
    assert (page[:30, -50:] == 77).all()
    assert (page[-30:, -50:-30] == 88).all()
    assert (page[-30:, -30:] == 255).all()
    assert (page[:30, :-55] < 128).any()
    assert (page[-30:, :-55] < 128).any()
