"""Ferrite fraction and mean free path of micrographs (steel paper, section III B)."""

from typing import Literal

import numpy as np
from skimage.filters import threshold_otsu

from pspflow.arrays import refuses_masks

Phase = Literal["light", "dark"]


@refuses_masks
def ferrite_fraction(image: np.ndarray, *, phase: Phase = "light") -> float:
    """Return the share of the pixels that are ferrite, 0 to 1, after Otsu's threshold."""
    return float(_ferrite(image, phase).mean())


@refuses_masks
def mean_free_path(
    image: np.ndarray, pixel_size_um: float = 1.0, *, phase: Phase = "light"
) -> float:
    """Return the mean length of ferrite along vertical and horizontal test lines, in micrometres."""
    ferrite = _ferrite(image, phase)
    return float(np.mean([_mean_chord(ferrite), _mean_chord(ferrite.T)])) * pixel_size_um


def _ferrite(image: np.ndarray, phase: Phase) -> np.ndarray:
    light: np.ndarray = image > threshold_otsu(image)
    return light if phase == "light" else ~light


def _mean_chord(ferrite: np.ndarray) -> float:
    """Return the mean length in pixels of the runs of ferrite in the rows."""
    starts = ferrite[:, 0].sum() + (ferrite[:, 1:] & ~ferrite[:, :-1]).sum()
    return float(ferrite.sum() / starts)
