"""Bringing micrographs to one pixel size and one range of grey levels."""

from collections.abc import Callable, Iterable

import numpy as np
from PIL import Image

BINS = 1 << 16


def resize(pixels: np.ndarray, height_px: int, width_px: int) -> np.ndarray:
    """Enlarge or reduce an image with Lanczos windows, which filter before they reduce.

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
    """Fit the one range that maps a sheet's deep images to 8 bits.

    One range a sheet, and not a stretch an image, because a stretch would move the births and
    deaths of persistence pairs differently in every image.

    Parameters
    ----------
    images
        Yields the training pixels, any real dtype, each time it is called (twice).
    tail
        Share of the pixels left out at each end, so that hot pixels do not set the range.

    Returns
    -------
    low, high
        Grey levels that map to 0 and 255.
    """
    low, high = np.inf, -np.inf
    for pixels in images():
        low, high = min(low, float(pixels.min())), max(high, float(pixels.max()))
    counts = np.zeros(BINS, dtype=np.int64)
    for pixels in images():
        counts += np.histogram(pixels, bins=BINS, range=(low, high))[0]
    edges = np.linspace(low, high, BINS + 1)
    below = np.cumsum(counts) / counts.sum()
    first = int(np.searchsorted(below, tail, side="right"))
    last = int(np.searchsorted(below, 1 - tail, side="left"))
    return float(edges[first]), float(edges[last + 1])


def to_uint8(pixels: np.ndarray, low: float, high: float) -> np.ndarray:
    """Map grey levels `low`…`high` linearly to 0…255 (uint8); what lies outside is clipped."""
    scaled = (pixels.astype(np.float64) - low) * (255.0 / (high - low))
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
