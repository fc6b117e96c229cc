"""Gaussian random microstructures: white noise in a periodic image, smoothed, and thresholded.

A uniform random number is drawn for each pixel, and the image is smoothed with a Gaussian of any
covariance matrix, as a product in the Fourier domain. What comes out is stationary and periodic,
and for a filter over many pixels close to normal, so that its autocovariance says all of it:
`autocovariance` is its exact value for the filter that is used.

References
----------
Report, section 2.1, after Fernandez-Zelaia, Yabansu and Kalidindi 2019, "A comparative study of the
efficacy of local/global and parametric/nonparametric machine learning methods for establishing
structure-property linkages in high-contrast 3D elastic composites", Integr. Mater. Manuf. Innov. 8,
67.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import refuses_masks

UNIFORM_VARIANCE: Final = 1 / 12
"""Variance of a uniform number from 0 to 1."""
BATCH_BYTES: Final = 1 << 21
"""Noise that is transformed at a time: more no longer fits a core's cache."""


@refuses_masks
def simulate_gaussian_fields(
    size_px: int, covariance_px2: ArrayLike, rngs: Sequence[np.random.Generator]
) -> NDArray[np.float32]:
    """Simulate smooth periodic fields of mean 0 and variance 1.

    Mean and variance are those of the ensemble: a single field has others, the more so the wider
    the filter.

    Parameters
    ----------
    size_px
        Pixels along each edge.
    covariance_px2
        Symmetric (2, 2), the covariance matrix of the filter along rows and columns in square
        pixels; zeros leave the noise as it is.
    rngs
        Generators, one for each field, which depends on nothing else that is random.

    Returns
    -------
    Float32 of shape ``(n, size_px, size_px)``.

    Raises
    ------
    ValueError
        If the size is not positive, or the matrix is none of a covariance.

    Examples
    --------
    >>> fields = simulate_gaussian_fields(64, [[9, 0], [0, 9]], [np.random.default_rng(0)])
    >>> fields.shape
    (1, 64, 64)
    """
    response = _normalised(_response(size_px, covariance_px2)).astype(np.float32)
    half = response[:, : size_px // 2 + 1]
    fields = np.empty((len(rngs), size_px, size_px), np.float32)
    step = max(1, BATCH_BYTES // (size_px * size_px * fields.itemsize))
    for start in range(0, len(rngs), step):
        batch = fields[start : start + step]
        for rng, field in zip(rngs[start : start + step], batch, strict=True):
            rng.random(out=field, dtype=np.float32)
        batch -= 0.5
        waves = scipy.fft.rfft2(batch)
        waves *= half
        batch[...] = scipy.fft.irfft2(waves, s=(size_px, size_px), overwrite_x=True)
    return fields


@refuses_masks
def autocovariance(size_px: int, covariance_px2: ArrayLike) -> NDArray[np.float64]:
    """Compute the autocovariance of the fields of `simulate_gaussian_fields`.

    Parameters
    ----------
    size_px, covariance_px2
        As there.

    Returns
    -------
    Float64 of shape ``(size_px, size_px)``: the value at displacements of 0, 1, ... pixels along
    rows and columns, which wrap around; 1 at none.

    Raises
    ------
    ValueError
        As there.
    """
    response = _normalised(_response(size_px, covariance_px2))
    return scipy.fft.ifft2(response**2).real * UNIFORM_VARIANCE


@refuses_masks
def measured_autocovariance(fields: NDArray[np.float32]) -> NDArray[np.float64]:
    """Average over fields the products of each with itself, displaced; the mean is taken to be 0.

    Parameters
    ----------
    fields
        Shape ``(n, size, size)``, periodic.

    Returns
    -------
    Float64 of shape ``(n, size, size)``: of each field, at displacements as in `autocovariance`.

    Raises
    ------
    ValueError
        If the shape is another.
    """
    values = np.asarray(fields, np.float64)
    if values.ndim != 3:
        raise ValueError(f"fields must be (n, y, x), got {values.shape}")
    waves = scipy.fft.rfft2(values)
    pixels = values[0].size if len(values) else 1
    power: NDArray[np.float64] = waves.real**2 + waves.imag**2
    return np.asarray(scipy.fft.irfft2(power, s=values.shape[1:])) / pixels


@refuses_masks
def grey_levels(fields: NDArray[np.float32], deviations: float) -> NDArray[np.uint8]:
    """Map fields of mean 0 and variance 1 to grey levels, all by the same map.

    Parameters
    ----------
    fields
        Shape ``(n, y, x)``.
    deviations
        Value that becomes 255, its negative 0; what is beyond is cut off. With 3, that is 0.27 % of
        the pixels.

    Returns
    -------
    Uint8 of the same shape.

    Raises
    ------
    ValueError
        If `deviations` is not positive.
    """
    if not deviations > 0:
        raise ValueError(f"deviations must be positive, got {deviations}")
    levels = np.multiply(fields, np.float32(127.5 / deviations), dtype=np.float32)
    levels += np.float32(128)  # and not 127.5, since what follows rounds down
    return np.clip(levels, 0, 255, out=levels).astype(np.uint8)


@refuses_masks
def threshold_fields(fields: NDArray[np.float32], volume_fractions: ArrayLike) -> NDArray[np.bool_]:
    """Mark the highest pixels of each field: a share of it that is exact to half a pixel.

    Of pixels that are equal, the first in the order of rows are taken.

    Parameters
    ----------
    fields
        Shape ``(n, y, x)``.
    volume_fractions
        Share of the pixels to mark, from 0 to 1, shape ``(n,)`` or one for all.

    Returns
    -------
    Booleans of the same shape.

    Raises
    ------
    ValueError
        If a share is not from 0 to 1, or there is another number of them.
    """
    shares = np.asarray(volume_fractions, np.float64)
    if shares.shape not in {(), (len(fields),)} or not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(
            f"volume_fractions must be one number from 0 to 1, or {len(fields)} of them, got "
            f"{volume_fractions!r}"
        )
    rows = np.asarray(fields).reshape(len(fields), -1)
    counts = np.floor(np.broadcast_to(shares, len(rows)) * rows.shape[1] + 0.5).astype(int)
    marked = np.zeros(rows.shape, bool)
    for row, count, mark in zip(rows, counts, marked, strict=True):
        if count:
            lowest = np.partition(row, len(row) - count)[len(row) - count]
            mark[:] = row > lowest
            equal = np.flatnonzero(row == lowest)
            mark[equal[: count - np.count_nonzero(mark)]] = True
    return marked.reshape(np.shape(fields))


def _response(size_px: int, covariance_px2: ArrayLike) -> NDArray[np.float64]:
    """Return the transform of the filter at the frequencies of an image, (size, size)."""
    matrix = np.asarray(covariance_px2, np.float64)
    if size_px < 1:
        raise ValueError(f"size_px must be at least 1, got {size_px}")
    if matrix.shape != (2, 2) or not np.isfinite(matrix).all() or matrix[0, 1] != matrix[1, 0]:
        raise ValueError(f"covariance_px2 must be symmetric (2, 2) numbers, got {covariance_px2!r}")
    if np.linalg.eigvalsh(matrix)[0] < -1e-9 * np.abs(matrix).max():
        raise ValueError(f"covariance_px2 must have no negative eigenvalue, got {covariance_px2!r}")
    waves = 2 * np.pi * scipy.fft.fftfreq(size_px)
    rows, columns = np.meshgrid(waves, waves, indexing="ij")
    exponent = matrix[0, 0] * rows**2 + matrix[1, 1] * columns**2
    mixed = 2 * matrix[0, 1] * rows * columns
    response = np.exp(-(exponent + mixed) / 2)
    # the highest frequency of an even size has either sign, and a real filter has both alike
    opposite = np.roll(response[::-1, ::-1], 1, axis=(0, 1))
    return np.asarray((response + opposite) / 2)


def _normalised(response: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale a response so that it turns uniform noise into a field of variance 1."""
    return response / np.sqrt(UNIFORM_VARIANCE * np.mean(response**2))
