"""How well fields are predicted: from seven sums over the voxels of each structure.

Sums of structures add up, so what is measured over all voxels together needs no voxel twice, and
an interval no more than other weights on the structures.
"""

import numpy as np
from numpy.typing import NDArray

VALUES = ("squared_pearson", "r2", "error_percent")
"""Squared Pearson correlation (latent report, section 4.5), coefficient of determination, and mean
absolute error in percent of the mean."""


def moments(true: np.ndarray, predicted: np.ndarray) -> NDArray[np.float64]:
    """Sum over the voxels of each structure what the measures are made of.

    Parameters
    ----------
    true, predicted
        Shape ``(n, ...)``, in a unit of their own size: sums of squares must not lose digits.

    Returns
    -------
    Float64, shape ``(n, 7)``: voxels, true, predicted, their squares and product, absolute error.
    """
    t, p = (field.reshape(len(field), -1).astype(np.float64) for field in (true, predicted))
    terms = (np.ones_like(t), t, p, t * t, p * p, t * p, np.abs(p - t))
    return np.stack([term.sum(axis=1) for term in terms], axis=1)


def measures(sums: np.ndarray) -> dict[str, NDArray[np.float64]]:
    """Turn sums into measures.

    Parameters
    ----------
    sums
        Shape ``(..., 7)`` as of `moments`, added over the structures that are judged together.

    Returns
    -------
    For each of `VALUES`, shape ``(...)``. NaN where the truth, or for the correlation the
    prediction, does not vary.
    """
    count, t, p, tt, pp, tp, absolute = np.moveaxis(np.asarray(sums, np.float64), -1, 0)
    spread_t, spread_p, cross = tt - t * t / count, pp - p * p / count, tp - t * p / count
    # what is left of a constant field's spread is rounding
    spread_t, spread_p = (
        np.where(spread > 1e-10 * squares, spread, np.nan)
        for spread, squares in ((spread_t, tt), (spread_p, pp))
    )
    return {
        "squared_pearson": cross**2 / (spread_t * spread_p),
        "r2": 1 - (tt - 2 * tp + pp) / spread_t,
        "error_percent": 100 * absolute / t,
    }
