"""Bring micrographs to one pixel size and one range of grey levels."""

from collections.abc import Callable, Iterable

import numpy as np
from PIL import Image

from pspflow.arrays import refuses_masks, unmasked

BINS = 1 << 16
COARSE = 1 / 128
"""If removing the tails narrows the range below this share of it, it is measured again."""


@refuses_masks
def resize(pixels: np.ndarray, height_px: int, width_px: int) -> np.ndarray:
    """Enlarge or reduce an image with Lanczos windows, which filter before reducing.

    The filter is the one of the UHCSDB curation (latent paper, section 9.1).

    Parameters
    ----------
    pixels
        (rows, columns), uint8, uint16 or float32.
    height_px, width_px
        The new size.

    Returns
    -------
    ndarray
        (height_px, width_px) of the same dtype, inside the range of the input.
    """
    if pixels.shape == (height_px, width_px):
        return pixels
    image = Image.fromarray(pixels if pixels.dtype == np.uint8 else pixels.astype(np.float32))
    resized = np.asarray(image.resize((width_px, height_px), Image.Resampling.LANCZOS))
    if pixels.dtype.kind == "u":
        resized = np.rint(resized) if resized.dtype.kind == "f" else resized
    return np.clip(resized, pixels.min(), pixels.max()).astype(pixels.dtype)


def fit_grey_range(
    images: Callable[[], Iterable[np.ndarray]], tail: float = 5e-4
) -> tuple[float, float]:
    """Fit the range of grey levels that maps all images of a sheet to 8 bits.

    There is one range per sheet, because a stretch of each image would shift the births and deaths
    of persistence pairs differently in every image.

    Parameters
    ----------
    images
        Yields the training pixels, any shape and real dtype, each time it is called: twice, or more
        often where hot pixels are so bright that all others fall into few bins.
    tail
        Share of the pixels left out at each end, so that hot pixels do not set the range.

    Returns
    -------
    low, high
        Grey levels that map to 0 and 255.

    Raises
    ------
    ValueError
        If a pixel is NaN or masked.
    """
    low, high = np.inf, -np.inf
    for pixels in filter(np.size, (unmasked(pixels, "images") for pixels in images())):
        if np.isnan(pixels.min()):
            raise ValueError("images must hold numbers, but they hold NaN: give every pixel")
        low, high = min(low, float(pixels.min())), max(high, float(pixels.max()))
    # wider than this, float64 can distinguish the bins
    while high - low > BINS * np.spacing(max(abs(low), abs(high))):
        inner = _trimmed(images(), low, high, tail)
        resolved = inner[1] - inner[0] > (high - low) * COARSE
        low, high = inner
        if resolved:
            break
    return low, high


def _trimmed(
    images: Iterable[np.ndarray], low: float, high: float, tail: float
) -> tuple[float, float]:
    """Leave out the tails, to the nearest bin of a histogram of `low`…`high`."""
    counts = np.zeros(BINS, dtype=np.int64)
    under = total = 0
    for pixels in images:
        values = pixels.astype(np.float64)
        counts += np.histogram(values, bins=BINS, range=(low, high))[0]
        under += int(np.count_nonzero(values < low))
        total += values.size
    edges = np.linspace(low, high, BINS + 1)
    below = (under + np.cumsum(counts)) / total
    first = int(np.searchsorted(below, tail, side="right"))
    last = int(np.searchsorted(below, 1 - tail, side="left"))
    return float(edges[min(first, BINS - 1)]), float(edges[min(last, BINS - 1) + 1])


@refuses_masks
def to_uint8(pixels: np.ndarray, low: float, high: float) -> np.ndarray:
    """Map grey levels `low`…`high` linearly to 0…255 (uint8); what lies outside is clipped.

    The pixels may have any shape. With a range of zero width, levels up to it become black, and
    those one level above it white.

    Raises
    ------
    ValueError
        If a pixel is NaN or masked.
    """
    if pixels.dtype.kind == "f" and np.isnan(pixels).any():
        raise ValueError("pixels must be numbers, but they hold NaN: give every pixel")
    scaled = (pixels.astype(np.float64) - low) / ((high - low) or 1.0) * 255.0
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)


@refuses_masks
def lost_levels(pixels: np.ndarray, grey: np.ndarray, fewest: int = 32) -> tuple[int, int] | None:
    """Count the levels of an image before and after mapping, where few are left of many.

    Parameters
    ----------
    pixels, grey
        The same image (rows, columns) before and after `to_uint8`.
    fewest
        So many levels are enough.

    Returns
    -------
    before, after
        Numbers of different levels; None where enough are left, or there were hardly more.
    """
    # most images show enough levels in a few of their rows
    for part in (grey[::8], grey):
        after = int(np.count_nonzero(np.bincount(part.ravel(), minlength=256)))
        if after >= fewest:
            return None
    before = len(np.unique(pixels))
    return (before, after) if before >= 2 * after else None
