"""Images laid side by side."""

import numpy as np

from pspflow.report.mosaics import mosaic


def test_a_mosaic_holds_every_image_in_its_place():
    """Rows first, with white between, and white where images run out."""
    images = np.arange(5, dtype=np.uint8)[:, None, None].repeat(4, 1).repeat(6, 2)
    sheet = mosaic(images, 3)
    assert sheet.shape == (2 * 4 + 1, 3 * 6 + 2)
    assert [sheet[0, 0], sheet[0, 7], sheet[0, 14], sheet[5, 0], sheet[5, 7]] == [0, 1, 2, 3, 4]
    assert (sheet[4] == 255).all()
    assert (sheet[5:, 14:] == 255).all()
