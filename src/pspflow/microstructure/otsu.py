"""Otsu's threshold of many images at once, how well it divides them, and the two phases."""

from typing import Final

import numpy as np

from pspflow.arrays import refuses_masks

LEVELS: Final = 256
ONE_PEAK: Final = 0.6805
"""Separability at and below which a histogram counts as one peak.

Otsu's threshold of a single Gaussian has 2/π = 0.637, however wide it is. Equal shares of two equal
Gaussians have two peaks only where their means are more than two standard deviations apart; at two
their separability is 0.6805.
"""


@refuses_masks
def otsu_thresholds(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the threshold that maximises the variance between dark and light of every image.

    Where several thresholds are equally good, as all those in a gap of the histogram, the lowest
    is taken, as scikit-image does.

    Parameters
    ----------
    levels
        (n, rows, columns) uint8.

    Returns
    -------
    thresholds
        (n,) uint8: a pixel is light where its level is above. In an image of one level it is that
        level.
    separability
        (n,) float64, 0 to 1: variance between the two over the variance of the image, and NaN for
        an image of one level.

    References
    ----------
    Otsu 1979, "A threshold selection method from gray-level histograms", IEEE Trans. Syst. Man
    Cybern. 9, 62; separability is its criterion η.
    """
    if levels.ndim != 3 or levels.dtype != np.uint8 or not levels[:1].size:
        raise ValueError(
            f"levels must be (n, rows, columns) uint8, got {levels.shape} {levels.dtype}"
        )
    values = np.arange(LEVELS, dtype=np.float64)
    counts = np.array([np.bincount(each.ravel(), minlength=LEVELS) for each in levels], np.float64)
    pixels = counts.sum(axis=1, keepdims=True)
    dark = counts.cumsum(axis=1)
    dark_sum = (counts * values).cumsum(axis=1)
    total = dark_sum[:, -1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (total * dark - pixels * dark_sum) ** 2 / (dark * (pixels - dark)) / pixels**2
    between = np.where((dark > 0) & (dark < pixels), between, -np.inf)
    best = between.argmax(axis=1)
    variance = (counts * (values - total / pixels) ** 2).sum(axis=1) / pixels[:, 0]
    one_level = variance == 0
    separability = np.full(len(levels), np.nan)
    several = ~one_level
    separability[several] = (between[several, best[several]]) / variance[several]
    best[one_level] = levels[one_level, 0, 0]
    return best.astype(np.uint8), separability


@refuses_masks
def light_phase(chips: np.ndarray, level: float) -> np.ndarray:
    """Tell which pixels belong to the lighter of two phases.

    Every chip is divided by its own threshold after Otsu, so that a change of brightness from
    micrograph to micrograph changes nothing. A chip of one grey level has no such threshold: it is
    of the lighter phase if it is lighter than `level`.

    Parameters
    ----------
    chips
        (n, rows, columns) uint8.
    level
        Grey level between the phases, for example Otsu's threshold of many real chips.

    Returns
    -------
    ndarray
        (n, rows, columns) bool.

    Raises
    ------
    ValueError
        If the chips are not as above.

    References
    ----------
    Otsu 1979, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9, 62.
    """
    if not len(chips):
        return np.zeros(chips.shape, bool)
    thresholds, separability = otsu_thresholds(chips)
    divides = np.where(np.isnan(separability), level, thresholds)
    light: np.ndarray = chips > divides[:, None, None]
    return light


@refuses_masks
def eight_bit(images: np.ndarray) -> np.ndarray:
    """Bring images to 256 grey levels, each from its own lowest to its own highest value.

    Parameters
    ----------
    images
        (n, rows, columns) of real numbers; uint8 is returned as it is.

    Returns
    -------
    ndarray
        (n, rows, columns) uint8.

    Raises
    ------
    ValueError
        If a value is NaN or infinite.
    """
    if images.dtype == np.uint8:
        return images
    if images.dtype == bool:
        return images.astype(np.uint8)
    if images.dtype.kind not in "iuf":
        raise ValueError(f"images must hold real numbers, got {images.dtype}")
    low = images.min(axis=(1, 2), keepdims=True).astype(np.float64)
    high = images.max(axis=(1, 2), keepdims=True).astype(np.float64)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise ValueError("images must be finite, but they hold NaN or infinite values")
    width = np.where(high > low, high - low, 1.0)
    # as many pixels wide at the ends as between them
    bins = ((images - low) * (LEVELS / width)).astype(np.int64)
    return np.minimum(bins, LEVELS - 1).astype(np.uint8)
