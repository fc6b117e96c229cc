"""Chips divided into two phases, those of a single grey level too."""

import numpy as np
from skimage.filters import threshold_otsu

from pspflow.arrays import along, refuses_masks


@refuses_masks
def light_phase(chips: np.ndarray, level: float) -> np.ndarray:
    """Tell which pixels belong to the lighter of two phases.

    Every chip is divided by its own threshold after Otsu, so that a change of brightness from
    micrograph to micrograph changes nothing. A chip of one grey level has no such threshold: it is
    of the lighter phase if it is lighter than `level`.

    Parameters
    ----------
    chips
        (n, rows, columns) uint8.
    level
        Grey level between the phases, for example Otsu's threshold of many real chips.

    Returns
    -------
    ndarray
        (n, rows, columns) bool.

    Raises
    ------
    ValueError
        If the chips are not as above.

    References
    ----------
    Otsu 1979, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9, 62.
    """
    chips = np.asarray(along(chips, ("y", "x")))
    if chips.ndim != 3 or chips.dtype != np.uint8:
        raise ValueError(f"chips must be (n, rows, columns) uint8, got {chips.shape} {chips.dtype}")
    light = np.empty(chips.shape, dtype=bool)
    for chip, pixels in zip(chips, light, strict=True):
        varied = chip.min() < chip.max()
        pixels[:] = chip > (threshold_otsu(chip) if varied else level)
    return light
