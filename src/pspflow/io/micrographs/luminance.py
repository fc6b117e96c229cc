"""Colour to grey, the same way for every format."""

import numpy as np

from pspflow.arrays import refuses_masks

WEIGHTS = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in luminance (ITU-R BT.601, as in most software)."""


@refuses_masks
def luminance(pixels: np.ndarray) -> np.ndarray:
    """Turn colour into luminance; grey that is stored as colour comes back unchanged.

    Parameters
    ----------
    pixels
        (rows, columns, samples): grey and transparency, or red, green, blue and optionally
        transparency; transparency is ignored.

    Returns
    -------
    ndarray
        (rows, columns) of the same dtype.
    """
    if pixels.shape[-1] < 3:
        return pixels[..., 0]
    grey = np.zeros(pixels.shape[:2])
    for sample, weight in enumerate(WEIGHTS):
        grey += np.multiply(weight, pixels[..., sample], dtype=np.float64)
    return (np.rint(grey) if pixels.dtype.kind == "u" else grey).astype(pixels.dtype)
