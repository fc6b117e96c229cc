"""The normal distribution function, several times faster than SciPy's."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from pspflow.topology.compiled import compiled

STEPS_PER_UNIT = 64
LIMIT = 9  # standard deviations; the tail beyond is smaller than the rounding of 1
NODES = np.arange(-LIMIT * STEPS_PER_UNIT, LIMIT * STEPS_PER_UNIT + 1) / STEPS_PER_UNIT
VALUES = ndtr(NODES)
SLOPES = np.exp(-(NODES**2) / 2) / np.sqrt(2 * np.pi)


def normal_cdf(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Evaluate the normal distribution function with an absolute error of 1e-15.

    A Taylor series of fifth order about the nearest of 64 nodes per standard deviation; the
    derivatives are Hermite polynomials times the density.

    Parameters
    ----------
    z
        Finite numbers of any shape.
    """
    flat = np.ascontiguousarray(z).reshape(-1)
    return _interpolate(flat, VALUES, SLOPES).reshape(z.shape)


@compiled
def _interpolate(
    z: NDArray[np.float64], values: NDArray[np.float64], slopes: NDArray[np.float64]
) -> NDArray[np.float64]:
    out = np.empty(z.size)
    for k in range(z.size):
        clipped = min(max(z[k], -LIMIT), LIMIT)
        node = np.uint32((clipped + LIMIT) * STEPS_PER_UNIT + 0.5)
        x = np.float64(node) / STEPS_PER_UNIT - LIMIT
        d = clipped - x
        square = x * x
        series = (square - 6.0) * square + 3.0
        series = (3.0 - square) * x + series * d / 5.0
        series = square - 1.0 + series * d / 4.0
        series = -x + series * d / 3.0
        series = 1.0 + series * d / 2.0
        out[k] = values[node] + slopes[node] * d * series
    return out
