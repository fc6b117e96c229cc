"""Accuracy of predicted fields, computed from sums over the voxels of each structure.

The sums of several structures add up. Measures over the voxels of all structures therefore read
each voxel once, and a resample for an interval only needs other weights of the structures.
"""

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks

VALUES = ("squared_pearson", "r2", "error_percent")
"""Names of the measures: squared Pearson correlation (latent report, section 4.5), coefficient of
determination, and mean absolute error in percent of the mean."""
PARTS = ("peak_error_percent", "phase_error_percent", "mean_error_percent")
"""Names of the measures of parts: mean absolute error in the voxels of a structure that have its
highest values, in percent of these; errors of the mean of each phase, and of the whole structure,
in percent of these means."""
PEAK_SHARE = 0.01
"""Share of the voxels of a structure that are its peak."""


@refuses_masks
def moments(true: np.ndarray, predicted: np.ndarray) -> NDArray[np.float64]:
    """Compute the sums over the voxels of each structure from which the measures follow.

    Parameters
    ----------
    true, predicted
        Shape ``(n, ...)``, in a unit in which values are about 1: sums of squares must not lose
        digits.

    Returns
    -------
    Float64, shape ``(n, 7)``: number of voxels, and the sums of true, predicted, their squares,
    their product and the absolute error.

    Raises
    ------
    ValueError
        If the shapes differ, or a value is masked, NaN or infinite.
    """
    if true.shape != predicted.shape:
        raise ValueError(f"fields must be of one shape, got {true.shape} and {predicted.shape}")
    t, p = (field.reshape(len(field), -1).astype(np.float64) for field in (true, predicted))
    terms = (np.ones_like(t), t, p, t * t, p * p, t * p, np.abs(p - t))
    sums = np.stack([term.sum(axis=1) for term in terms], axis=1)
    if not np.isfinite(sums).all():
        raise ValueError("fields must be finite, but they hold NaN or infinite values")
    return sums


@refuses_masks
def measures(sums: np.ndarray) -> dict[str, NDArray[np.float64]]:
    """Compute the measures from the sums.

    Parameters
    ----------
    sums
        Shape ``(..., 7)`` from `moments`, added over the structures that are evaluated together.

    Returns
    -------
    For each of `VALUES`, shape ``(...)``. NaN where the true field does not vary; for the
    correlation also where the prediction does not vary.
    """
    count, t, p, tt, pp, tp, absolute = np.moveaxis(np.asarray(sums, np.float64), -1, 0)
    spread_t, spread_p, cross = tt - t * t / count, pp - p * p / count, tp - t * p / count
    # the spread of a constant field is only rounding
    spread_t, spread_p = (
        np.where(spread > 1e-10 * squares, spread, np.nan)
        for spread, squares in ((spread_t, tt), (spread_p, pp))
    )
    return {
        "squared_pearson": cross**2 / (spread_t * spread_p),
        "r2": 1 - (tt - 2 * tp + pp) / spread_t,
        "error_percent": 100 * absolute / t,
    }


@refuses_masks
def part_moments(
    true: np.ndarray, predicted: np.ndarray, phases: np.ndarray
) -> NDArray[np.float64]:
    """Compute the sums of each structure from which the measures of its parts follow.

    Parameters
    ----------
    true, predicted, phases
        Fields and phase ids from 0, shape ``(n, ...)``.

    Returns
    -------
    Float64, shape ``(n, 6)``: for the peak, the phases and the whole structure, the absolute error
    and the size of what is in error.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if not true.shape == predicted.shape == phases.shape:
        raise ValueError(
            "fields and phases must be of one shape, got "
            f"{true.shape}, {predicted.shape} and {phases.shape}"
        )
    t, p, ids = (array.reshape(len(array), -1) for array in (true, predicted, phases))
    t, p = t.astype(np.float64), p.astype(np.float64)
    peak = max(1, round(PEAK_SHARE * t.shape[1]))
    highest = np.argpartition(t, -peak, axis=1)[:, -peak:]
    at_peak = np.take_along_axis(t, highest, axis=1)
    off_peak = np.take_along_axis(p, highest, axis=1) - at_peak
    sums = [abs(off_peak).mean(axis=1), abs(at_peak.mean(axis=1))]
    off, size = np.zeros(len(t)), np.zeros(len(t))
    for phase in range(int(ids.max()) + 1):
        inside = ids == phase
        count = np.maximum(inside.sum(axis=1), 1)  # a phase that does not occur adds nothing
        off += abs(((p - t) * inside).sum(axis=1)) / count
        size += abs((t * inside).sum(axis=1)) / count
    sums += [off, size, abs((p - t).mean(axis=1)), abs(t.mean(axis=1))]
    return np.stack(sums, axis=1)


@refuses_masks
def part_measures(sums: np.ndarray) -> dict[str, NDArray[np.float64]]:
    """Compute each of `PARTS`, shape ``(...)``, from sums ``(..., 6)`` of `part_moments`."""
    return {
        name: 100 * sums[..., 2 * place] / sums[..., 2 * place + 1]
        for place, name in enumerate(PARTS)
    }
