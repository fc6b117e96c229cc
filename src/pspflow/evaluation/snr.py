"""Signal-to-noise ratio of chips, by which the temper paper selects checkpoints (section 3.5)."""

import numpy as np
from scipy.ndimage import gaussian_filter

from pspflow.arrays import along, real, refuses_masks

SMOOTHING_PX = 1.0
QUANTISATION_VARIANCE = 1 / 12
"""Variance of rounding to whole grey levels: noise that every 8-bit image has."""
_LAPLACE = np.array([1.0, -2.0, 1.0])


@refuses_masks
def signal_to_noise_db(chips: np.ndarray) -> np.ndarray:
    """Measure the signal-to-noise ratio of every chip.

    The signal is the variance of the smoothed chip, minus the variance of the noise that smoothing
    leaves. The noise is measured by a difference of second differences (Immerkaer 1996), which is 0
    at straight edges; it is at least that of rounding to whole levels. A blank chip has no signal
    and the lowest value, 0 dB, and so has a chip of noise alone; a checkerboard counts as noise.

    Parameters
    ----------
    chips
        (n, rows, columns), grey levels, any dtype; whole numbers, or beyond 1.

    Returns
    -------
    ndarray
        (n,) float64, `10 log10(1 + signal / noise)` in dB.

    Raises
    ------
    ValueError
        If the shape is not as above, a chip is smaller than 3 x 3 pixels, a pixel is masked, NaN or
        infinite, or if all chips hold fractions within -1 to 1, whose noise is not known.
    """
    grey = real(along(chips, ("y", "x")), "chips")
    if grey.ndim != 3 or min(grey.shape[1:]) < len(_LAPLACE):
        raise ValueError(
            f"chips must be (n, rows, columns) of at least 3 x 3 pixels, got {grey.shape}"
        )
    if grey.size and np.abs(grey).max() <= 1 and (np.rint(grey) != grey).any():
        # the noise of rounding is that of whole grey levels, far above such a signal
        raise ValueError(
            f"chips must be grey levels, but they are fractions, {grey.min():g} to {grey.max():g}: "
            "bring them to 0 to 255"
        )
    kernel = np.outer(_LAPLACE, _LAPLACE)
    residual = sum(
        kernel[i, j] * grey[:, i : grey.shape[1] - 2 + i, j : grey.shape[2] - 2 + j]
        for i in range(3)
        for j in range(3)
    )
    noise = np.mean(residual**2, axis=(1, 2)) / np.sum(kernel**2)
    noise = np.maximum(noise, QUANTISATION_VARIANCE)
    smooth = gaussian_filter(grey, (0, SMOOTHING_PX, SMOOTHING_PX))
    left = 1 / (4 * np.pi * SMOOTHING_PX**2)
    signal = np.clip(smooth.var(axis=(1, 2)) - left * noise, 0, None)
    if not np.isfinite(signal / noise).all():
        raise ValueError("chips must be finite, but they hold NaN or infinite pixels")
    return 10 * np.log10(1 + signal / noise)
