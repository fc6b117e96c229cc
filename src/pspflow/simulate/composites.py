"""Simulated two-phase composites: smoothed noise, thresholded.

White noise in a periodic cube is smoothed with a Gaussian, whose width can differ along each axis,
and thresholded. This gives grains that are long along the axes of large width. The composite paper
takes every combination of widths from `SIGMAS_VOXELS` at an edge of 51 voxels, and as many
structures of each as are needed to fill `VOLUME_FRACTION_RANGE`.

References
----------
Composite paper, section 4 (dataset), after Fernandez-Zelaia, Yabansu and Kalidindi 2019, "A
comparative study of the efficacy of local/global and parametric/nonparametric machine learning
methods for establishing structure-property linkages in high-contrast 3D elastic composites",
Integr. Mater. Manuf. Innov. 8, 67.
"""

from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks

SIGMAS_VOXELS: Final = (1.0, 3.0, 5.0, 7.0)
"""Standard deviations of the Gaussian along an axis that the paper combines, in voxels."""
MORPHOLOGIES: Final = tuple(product(SIGMAS_VOXELS, repeat=3))
"""All combinations of them along axes 0, 1 and 2."""
VOLUME_FRACTION_RANGE: Final = (0.25, 0.75)
"""Least and largest share of voxels that are phase 1."""


@refuses_masks
def simulate_composite(
    edge: int, sigma_voxels: Sequence[float], volume_fraction: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Simulate one periodic two-phase structure.

    Parameters
    ----------
    edge
        Voxels along each axis.
    sigma_voxels
        Standard deviation of the Gaussian along axes 0 (x), 1 and 2, in voxels; 0 leaves the noise
        along an axis as it is.
    volume_fraction
        Share of the voxels that are phase 1, from 0 to 1; exact to half a voxel.
    rng
        Generator of the noise; nothing else is random.

    Returns
    -------
    Phase ids 0 and 1, uint8, shape ``(edge, edge, edge)``.

    Raises
    ------
    ValueError
        If the edge is not positive, a width is negative or not finite, or the fraction is not from
        0 to 1.

    Examples
    --------
    >>> structure = simulate_composite(11, (1, 1, 7), 0.5, np.random.default_rng(0))
    >>> structure.shape, int(structure.sum())
    ((11, 11, 11), 666)
    """
    widths = np.asarray(sigma_voxels, np.float64)
    if edge < 1:
        raise ValueError(f"edge must be at least 1 voxel, got {edge}")
    if widths.shape != (3,) or not np.isfinite(widths).all() or (widths < 0).any():
        raise ValueError(f"sigma_voxels must be three numbers from 0, got {sigma_voxels}")
    if not 0 <= volume_fraction <= 1:
        raise ValueError(f"volume_fraction must be from 0 to 1, got {volume_fraction}")
    field = _smooth(rng.random((edge, edge, edge)), widths)
    highest = np.argsort(field, axis=None, kind="stable")[::-1]
    structure = np.zeros(field.size, np.uint8)
    structure[highest[: int(np.floor(volume_fraction * field.size + 0.5))]] = 1
    return structure.reshape(field.shape)


def _smooth(noise: NDArray[np.float64], widths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convolve with the periodic Gaussian, in the Fourier domain; it may be wider than the cube."""
    waves = np.fft.rfftn(noise)
    for axis, width in enumerate(widths):
        frequencies = np.fft.fftfreq if axis < 2 else np.fft.rfftfreq
        decay = np.exp(-2 * (np.pi * width * frequencies(noise.shape[axis])) ** 2)
        waves *= np.expand_dims(decay, tuple(k for k in range(3) if k != axis))
    return np.fft.irfftn(waves, s=noise.shape, axes=(0, 1, 2))
