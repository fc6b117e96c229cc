"""Symmetric tensors without a trace, as vectors of five components."""

import numpy as np

from pspflow.arrays import refuses_masks

R2, R6 = np.sqrt(2.0), np.sqrt(6.0)


@refuses_masks
def vectors(tensors: np.ndarray) -> np.ndarray:
    """Write symmetric tensors in an orthonormal basis of those without a trace.

    The inner product of two vectors is the double contraction of the tensors; a trace is lost.

    Parameters
    ----------
    tensors
        Float (..., 3, 3).

    Returns
    -------
    Float64 (..., 5).
    """
    t = np.asarray(tensors, np.float64)
    x, y, z = t[..., 0, 0], t[..., 1, 1], t[..., 2, 2]
    shear = [R2 * t[..., 1, 2], R2 * t[..., 0, 2], R2 * t[..., 0, 1]]
    return np.stack([(2 * z - x - y) / R6, (x - y) / R2, *shear], axis=-1)


@refuses_masks
def tension_frame(along: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Write the basis of tension along an axis in that of `vectors`.

    Parameters
    ----------
    along, first, second
        Orthonormal axes, float (3,): that of tension, and the lateral ones.

    Returns
    -------
    Float64 (5, 5), orthogonal, whose rows are the deviator of tension, the difference of the
    lateral strains, and the three shears.
    """
    d, p, q = (np.outer(axis, axis) for axis in (along, first, second))
    shears = [
        (np.outer(a, b) + np.outer(b, a)) / R2
        for a, b in ((along, first), (along, second), (first, second))
    ]
    return vectors(np.array([(2 * d - p - q) / R6, (p - q) / R2, *shears]))
