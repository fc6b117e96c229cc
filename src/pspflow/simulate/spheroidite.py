"""Simulated micrographs of spheroidite: bright, round carbides in ferrite, at any magnification.

A sample has carbides of its own: their sizes are lognormal, and where they are larger there are
fewer, since the steel has as much carbon. The numbers were chosen for the appearance of spheroidite
in the micrographs of the UHCS database (DeCost et al. 2017), not fitted: what is learned on these
images is evidence about a method, not about the steel.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pspflow.simulate.precipitates import Precipitates
from pspflow.simulate.sem import simulate_micrograph

PIXEL_SIZE_TIMES_MAGNIFICATION_UM: Final = 190.0
"""The product in the UHCS database, whose metadata give both."""
MEAN_RADIUS_UM: Final = 0.32
RADIUS_SCATTER: Final = 0.2
"""Standard deviation of the logarithm of the mean radius, between samples."""
AREA_FRACTION_RANGE: Final = (0.12, 0.22)
RADIUS_CV: Final = 0.45
IRREGULARITY: Final = 0.1
CONTRAST_RANGE: Final = (0.3, 0.5)
BAR_GREY: Final = 10
"""Grey level of the annotation bar; the scale mark in it is white."""
MARK_SHARE: Final = 0.2
"""Length of the scale mark over the width of the image."""


def simulate_carbides(rng: np.random.Generator) -> Precipitates:
    """Draw the carbides of a sample."""
    radius_um = float(MEAN_RADIUS_UM * rng.lognormal(0, RADIUS_SCATTER))
    fraction = rng.uniform(*AREA_FRACTION_RANGE)
    return Precipitates(
        number_density_per_um2=float(fraction / (np.pi * radius_um**2 * (1 + RADIUS_CV**2))),
        mean_radius_um=radius_um,
        radius_cv=RADIUS_CV,
        irregularity=IRREGULARITY,
        contrast=float(rng.uniform(*CONTRAST_RANGE)),
    )


def simulate_spheroidite(
    carbides: Precipitates,
    shape_px: tuple[int, int],
    magnification: float,
    annotation_bar_px: int,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Simulate a micrograph of a sample, with an annotation bar at its bottom.

    Parameters
    ----------
    carbides
        Of the sample; see `simulate_carbides`.
    shape_px
        Rows and columns without the bar.
    magnification
        A pixel is 190 µm divided by it.
    annotation_bar_px
        Rows of the bar.
    rng
        Generator of everything that differs between two micrographs of a sample.

    Returns
    -------
    ndarray of uint8, shape (rows + annotation_bar_px, columns)
        Grey levels.
    """
    size_um = PIXEL_SIZE_TIMES_MAGNIFICATION_UM / magnification
    pixels = simulate_micrograph(carbides, shape_px, size_um, rng)
    bar = np.full((annotation_bar_px, shape_px[1]), BAR_GREY, np.uint8)
    mark = bar[annotation_bar_px // 3 : 2 * annotation_bar_px // 3]
    mark[:, shape_px[1] // 20 : shape_px[1] // 20 + round(MARK_SHARE * shape_px[1])] = 255
    return np.concatenate([pixels, bar])
