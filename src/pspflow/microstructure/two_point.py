"""Two-point statistics of periodic two-phase structures, in three dimensions.

Properties such as the stiffness along an axis depend on how far phases extend along it. Therefore
directions are kept apart, unlike in `pspflow.evaluation.features.two_point_curves`, which averages
over them. The normal block of the stiffness is the same for a structure and its mirror images in
the planes of the axes, so the statistics are averaged over these images: this halves the noise of
a single small cell, and leaves few features.
"""

import math

import numpy as np
from scipy import fft

from pspflow.arrays import along, refuses_masks

_BATCH_VOXELS = 1 << 20
"""Voxels transformed at a time, which limits the memory."""


@refuses_masks
def two_point_statistics(phases: np.ndarray) -> np.ndarray:
    """Compute how often both ends of every displacement lie in phase 1.

    Displacements wrap around the edges, so those up to half an edge are all that differ. The value
    at each displacement is averaged with those at its mirror images (any component negated).

    Parameters
    ----------
    phases
        Phase ids 0 and 1, uint8, shape ``(n, nx, ny, nz)``. A labelled array (xarray) may have its
        axes x, y and z in any order.

    Returns
    -------
    Float32 of shape ``(n, nx // 2 + 1, ny // 2 + 1, nz // 2 + 1)``: shares of the voxels, from 0 to
    1, at displacements of 0, 1, ... voxels along x, y and z. The first value, at displacement 0, is
    the volume fraction.

    Raises
    ------
    ValueError
        If the phases are not as above.

    References
    ----------
    Niezgoda, Fullwood and Kalidindi 2008, "Delineation of the space of 2-point correlations in a
    composite material system", Acta Mater. 56, 5285 (by the Fourier transform).
    """
    phases = np.asarray(along(phases, ("x", "y", "z")))
    if phases.ndim != 4 or phases.dtype != np.uint8:
        raise ValueError(f"phases must be (n, x, y, z) uint8, got {phases.shape} {phases.dtype}")
    if phases.size and phases.max() > 1:
        raise ValueError(f"phases must be 0 and 1, but they hold {phases.max()}: renumber them")
    shape = phases.shape[1:]
    voxels = math.prod(shape)
    reach = [edge // 2 + 1 for edge in shape]
    statistics = np.empty((len(phases), *reach), np.float32)
    step = max(1, _BATCH_VOXELS // voxels)
    for start in range(0, len(phases), step):
        batch = slice(start, start + step)
        waves = fft.rfftn(phases[batch].astype(np.float32), axes=(1, 2, 3))
        counts = fft.irfftn(waves.real**2 + waves.imag**2, s=shape, axes=(1, 2, 3))
        # mirroring all three axes reverses the displacement, which has the same value
        for axis in (1, 2):
            counts = (counts + _mirrored(counts, axis)) / 2
        statistics[batch] = counts[:, : reach[0], : reach[1], : reach[2]] / voxels
    return statistics


def _mirrored(counts: np.ndarray, axis: int) -> np.ndarray:
    """Change the sign of displacements along an axis; 0 stays where it is."""
    return np.roll(np.flip(counts, axis), 1, axis)
