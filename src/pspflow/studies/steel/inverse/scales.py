"""The scale on which the two measures are modelled: logit of the fraction, logarithm of the path.

Means over areas are near to Gaussian on it, no fraction leaves 0 … 1, and a path that is wrong by a
constant factor is wrong by a constant. Variances of chips pass to it by the derivative at the mean,
since it is means over areas that are inferred from, not means of logarithms.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]
FRACTION, PATH = "ferrite_fraction", "mean_free_path_px"
MEASURES: Final = (FRACTION, PATH)


def linked(measures: np.ndarray) -> Floats:
    """Return logit of the fraction and logarithm of the path, (..., 2) from (..., 2)."""
    return np.stack([logit(measures[..., 0]), np.log(measures[..., 1])], axis=-1)


def measures_of(links: np.ndarray) -> Floats:
    """Return fraction and path in pixels, (..., 2) from (..., 2)."""
    return np.stack([expit(links[..., 0]), np.exp(links[..., 1])], axis=-1)


def slopes(mean: np.ndarray) -> Floats:
    """Return the derivative of `linked` at a mean, (..., 2) from (..., 2)."""
    fraction = mean[..., 0]
    return np.stack([1 / (fraction * (1 - fraction)), 1 / mean[..., 1]], axis=-1)
