"""Images laid side by side."""

from typing import Final

import numpy as np

from pspflow.arrays import refuses_masks

GAP_SHARE: Final = 0.04
"""Width of the white gap between images, over an image's."""


@refuses_masks
def mosaic(images: np.ndarray, across: int, between: int = 255) -> np.ndarray:
    """Lay images side by side and below each other on white, or on another grey.

    Parameters
    ----------
    images
        (n, rows, columns) or (n, rows, columns, 3) uint8; fewer than fill the last row leave white.
    across
        Images in a row.
    between
        Grey level around them: images of black lines on white need one that shows where they end.

    Returns
    -------
    ndarray
        uint8, with as many colours as the images.
    """
    count, rows, columns, *colours = images.shape
    gap = max(1, round(GAP_SHARE * columns))
    down = -(-count // across)
    shape = (down * (rows + gap) - gap, across * (columns + gap) - gap, *colours)
    sheet = np.full(shape, between, np.uint8)
    for number, image in enumerate(images):
        row, column = divmod(number, across)
        top, left = row * (rows + gap), column * (columns + gap)
        sheet[top : top + rows, left : left + columns] = image
    return sheet
