"""Signal-to-noise ratio of chips, by which the temper paper chooses among checkpoints (3.5)."""

import numpy as np
from scipy.ndimage import gaussian_filter

SMOOTHING_PX = 1.0
QUANTISATION_VARIANCE = 1 / 12
"""Of whole grey levels: the noise that no 8-bit image is free of."""
_LAPLACE = np.array([1.0, -2.0, 1.0])


def signal_to_noise_db(chips: np.ndarray) -> np.ndarray:
    """Measure the signal-to-noise ratio of every chip.

    Signal is the variance of the chip once smoothed, less what smoothing leaves of its noise. Noise
    is what a difference of second differences sees (Immerkaer 1996), which straight edges do not
    reach; it is at least that of rounding to whole levels. A blank chip has no signal and scores
    lowest, 0 dB, and so does one of noise alone; a checkerboard counts as noise.

    Parameters
    ----------
    chips
        (n, rows, columns), grey levels, any dtype.

    Returns
    -------
    ndarray
        (n,) float64, `10 log10(1 + signal / noise)` in dB.
    """
    grey = np.asarray(chips, dtype=np.float64)
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
    return 10 * np.log10(1 + signal / noise)
