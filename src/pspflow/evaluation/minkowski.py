"""Minkowski functionals of two-phase chips: area, boundary length and Euler characteristic."""

from typing import Final

import numpy as np
from skimage.measure import euler_number, perimeter_crofton

from pspflow.arrays import refuses_masks

NAMES: Final = ("area fraction", "boundary length, 1/px", "Euler characteristic, 1/px²")


@refuses_masks
def minkowski_densities(member: np.ndarray) -> np.ndarray:
    """Measure area, boundary length and Euler characteristic of a phase, each over the chip's area.

    The boundary length is Crofton's, from intersections with lines of four directions; the edge of
    the chip counts where the phase touches it. The Euler characteristic is the number of connected
    regions less the number of their holes; pixels that share a corner are connected.

    Parameters
    ----------
    member
        (n, rows, columns) bool, which pixels belong to the phase.

    Returns
    -------
    ndarray
        (n, 3) float64: area fraction, boundary length in 1/px, Euler characteristic in 1/px².

    Raises
    ------
    ValueError
        If the array is not as above.

    References
    ----------
    Legland, Kiêu and Devaux 2007, "Computation of Minkowski measures on 2D and 3D binary images",
    Image Anal. Stereol. 26, 83.
    """
    member = np.asarray(member)
    if member.ndim != 3 or member.dtype != bool:
        raise ValueError(
            f"phases must be (n, rows, columns) bool, got {member.shape} {member.dtype}"
        )
    area = member[0].size if len(member) else 1
    found = [
        (phase.sum(), perimeter_crofton(phase, directions=4), euler_number(phase, connectivity=2))
        for phase in member
    ]
    return np.array(found, np.float64).reshape(len(member), len(NAMES)) / area
