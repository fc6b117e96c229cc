"""Features of single chips, by which sets of chips are compared."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from scipy import fft
from skimage.filters import gabor_kernel
from sklearn.preprocessing import StandardScaler

from pspflow.arrays import along, refuses_masks

LEVELS = 256
FREQUENCIES = tuple(np.geomspace(0.4, 0.1, 4).tolist())
"""Gabor filters, in cycles per pixel: the widest is 25 px wide and fits a chip of 32."""
ORIENTATIONS = tuple((np.pi / 4 * np.arange(4)).tolist())
BANDWIDTH_OCTAVES = 1.5
_BATCH_PIXELS = 1 << 18
"""Pixels transformed at a time, so that they fit into a processor's cache."""


def _checked(chips: np.ndarray) -> np.ndarray:
    """Return chips as an array, with the axes that a labelled array names in order."""
    chips = np.asarray(along(chips, ("y", "x")))
    if chips.ndim != 3 or chips.dtype != np.uint8:
        raise ValueError(f"chips must be (n, rows, columns) uint8, got {chips.shape} {chips.dtype}")
    return chips


def _batches(chips: np.ndarray) -> Iterator[slice]:
    """Split a stack into batches that limit the memory."""
    step = max(1, _BATCH_PIXELS // (chips.shape[1] * chips.shape[2]))
    return (slice(start, start + step) for start in range(0, len(chips), step))


@refuses_masks
def grey_histograms(chips: np.ndarray) -> np.ndarray:
    """Count the grey levels of every chip.

    Parameters
    ----------
    chips
        (n, rows, columns) uint8.

    Returns
    -------
    ndarray
        (n, 256) float64, shares of the pixels: every row sums to 1.

    Raises
    ------
    ValueError
        If the chips are not as above.
    """
    chips = _checked(chips)
    shares = np.empty((len(chips), LEVELS))
    for chip, row in zip(chips, shares, strict=True):
        row[:] = np.bincount(chip.ravel(), minlength=LEVELS) / chip.size
    return shares


@refuses_masks
def two_point_curves(chips: np.ndarray) -> np.ndarray:
    """Compute the radially averaged two-point autocovariance of the grey levels of every chip.

    At a displacement it is the mean, over all pairs of pixels of the chip with this displacement,
    of the product of their grey levels minus the chip's mean; no pair wraps around an edge. The
    value at a radius is the mean over the displacements whose length rounds to it. For a two-phase
    image of levels 0 and 1 it is S2(r) - phi^2, with the two-point correlation function S2 and the
    volume fraction phi; the value at radius 0 is the variance. Since the mean of each chip is
    subtracted, curves of small chips lie below those of a whole micrograph.

    Parameters
    ----------
    chips
        (n, rows, columns) uint8.

    Returns
    -------
    ndarray
        (n, min(rows, columns) // 2 + 1) float64, in squared grey levels, for radii of 0, 1, ... px.

    Raises
    ------
    ValueError
        If the chips are not as above.

    References
    ----------
    Torquato 2002, "Random heterogeneous materials", chapter 2 (autocovariance function).
    """
    chips = _checked(chips)
    rows, columns = chips.shape[1:]
    reach = min(rows, columns) // 2
    lags = np.arange(-reach, reach + 1)
    averages = _ring_averages(rows, columns, lags)
    padded = [fft.next_fast_len(edge + reach, real=True) for edge in (rows, columns)]
    curves = np.empty((len(chips), reach + 1))
    for batch in _batches(chips):
        centred = chips[batch] - chips[batch].mean(axis=(1, 2), keepdims=True)
        power = np.abs(fft.rfft2(centred, padded)) ** 2
        sums = fft.irfft2(power, padded)[:, lags[:, None], lags]
        curves[batch] = sums.reshape(len(sums), -1) @ averages
    return curves


def _ring_averages(rows: int, columns: int, lags: np.ndarray) -> np.ndarray:
    """Return the matrix from sums over pairs at lags x lags to means of rings: (lags^2, radii)."""
    overlap = np.outer(rows - np.abs(lags), columns - np.abs(lags))
    radius = np.rint(np.hypot(lags[:, None], lags))
    rings = radius.reshape(-1, 1) == np.arange(lags[-1] + 1)
    averages: np.ndarray = rings / rings.sum(axis=0) / overlap.reshape(-1, 1)
    return averages


@refuses_masks
def texture_features(chips: np.ndarray) -> np.ndarray:
    """Describe the texture of every chip by a fixed bank of Gabor filters.

    This is the feature extractor of the kernel distance. It replaces the Inception network, which
    is trained on photographs of objects and needs chips ten times as wide. Each filter, of
    `FREQUENCIES` by `ORIENTATIONS`, is applied where it lies wholly within the chip; its two
    features are log(1 + mean) and log(1 + standard deviation) of the response's magnitude in grey
    levels, so that a few chips of high contrast do not dominate a cubic kernel. The last two
    features are the mean and the standard deviation of the grey levels.

    Parameters
    ----------
    chips
        (n, rows, columns) uint8.

    Returns
    -------
    ndarray
        (n, k) float64: means of the filters, their deviations, grey mean, grey deviation. k is 34
        from chips of 25 pixels on; filters that do not fit into smaller chips are left out.

    Raises
    ------
    ValueError
        If the chips are not as above.

    References
    ----------
    Manjunath and Ma 1996, "Texture features for browsing and retrieval of image data", IEEE PAMI.
    """
    chips = _checked(chips)
    bank = _bank(*chips.shape[1:])
    features = np.empty((len(chips), 2 * len(bank) + 2))
    for batch in _batches(chips):
        mean = chips[batch].mean(axis=(1, 2), keepdims=True)
        spectrum = fft.fft2((chips[batch] - mean).astype(np.float32))
        for column, (response, valid) in enumerate(bank):
            # circular, but correct where the filter does not wrap around
            magnitude = np.abs(fft.ifft2(spectrum * response, overwrite_x=True)[:, *valid])
            features[batch, column] = magnitude.mean(axis=(1, 2))
            features[batch, column + len(bank)] = magnitude.std(axis=(1, 2))
        features[batch, -2] = mean[:, 0, 0]
        features[batch, -1] = chips[batch].std(axis=(1, 2))
    features[:, :-2] = np.log1p(features[:, :-2])
    return features


@cache
def _bank(rows: int, columns: int) -> list[tuple[np.ndarray, tuple[slice, slice]]]:
    """Return the transfer function of every filter, and the window where it is valid."""
    bank = []
    for frequency in FREQUENCIES:
        for theta in ORIENTATIONS:
            kernel = gabor_kernel(frequency, theta, bandwidth=BANDWIDTH_OCTAVES)
            height, width = kernel.shape
            if height > rows or width > columns:
                continue
            response = fft.fft2(kernel, (rows, columns)).astype(np.complex64)
            bank.append((response, (slice(height - 1, None), slice(width - 1, None))))
    return bank


@refuses_masks
def standardise(features: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Centre and scale features by a reference set.

    Parameters
    ----------
    features
        (n, k).
    reference
        (m, k), usually of real training chips: the same for all sets that are compared.

    Returns
    -------
    ndarray
        (n, k) float64, in standard deviations of the reference; a feature that is constant there is
        only centred.

    Raises
    ------
    ValueError
        If a set is empty, not finite, or their lengths k differ.
    """
    for name, values in (("features", features), ("reference", reference)):
        if not np.isfinite(values).all():  # the scaler would leave NaN out
            raise ValueError(f"{name} must be finite, but they hold NaN or infinite values")
    scaler = StandardScaler().fit(np.asarray(reference, dtype=np.float64))
    scaled: np.ndarray = scaler.transform(np.asarray(features, dtype=np.float64))
    return scaled
