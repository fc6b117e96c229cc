"""How a picture is turned to be seen: the orientation that TIFF and EXIF tags name."""

import numpy as np

TAG = 274
"""Code of the tag in TIFF and EXIF."""
AS_STORED = 1
"""The first row stored is the upper edge, the first column the left one."""


def valid(value: object) -> int:
    """Return an orientation of 1 to 8; any other value means as stored, as in every viewer."""
    return value if isinstance(value, int) and 1 <= value <= 8 else AS_STORED


def lies_across(orientation: int) -> bool:
    """Say whether stored rows are seen as columns."""
    return orientation >= 5


def turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn a stored picture as it is seen.

    Parameters
    ----------
    pixels
        (rows, columns) as stored.
    orientation
        1 to 8: the value says which edges of what is seen are the first row and column stored.

    Returns
    -------
    ndarray
        (rows, columns) as seen, contiguous, of the same dtype.
    """
    if lies_across(orientation):
        pixels = pixels.T
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
