"""Lineal-path curves of single chips, by which sets of chips are compared."""

import math
from typing import Literal

import numpy as np
from skimage.filters import threshold_otsu

from pspflow.arrays import along, refuses_masks


@refuses_masks
def lineal_path_curves(
    chips: np.ndarray, *, phase: Literal["light", "dark"] = "light"
) -> np.ndarray:
    """Compute how often line segments lie wholly in one phase of every chip.

    Every chip is divided into two phases by Otsu's threshold. The value at a length is the share of
    all segments of so many pixels, along rows and along columns, whose pixels all belong to the
    phase; no segment leaves the chip. The value at a length of 1 px is the phase's share of the
    pixels. Unlike the two-point correlation the curve depends on how far a phase is connected.

    Parameters
    ----------
    chips
        (n, rows, columns) uint8.
    phase
        Which phase: the lighter or the darker one.

    Returns
    -------
    ndarray
        (n, min(rows, columns) // 2) float64, shares from 0 to 1, for lengths of 1, 2, ... px.

    Raises
    ------
    ValueError
        If the chips are not as above, or one has a single grey level and so no two phases.

    References
    ----------
    Torquato 2002, "Random heterogeneous materials", section 2.4 (lineal-path function).
    """
    chips = np.asarray(along(chips, ("y", "x")))
    if chips.ndim != 3 or chips.dtype != np.uint8:
        raise ValueError(f"chips must be (n, rows, columns) uint8, got {chips.shape} {chips.dtype}")
    member = np.empty(chips.shape, dtype=bool)
    for number, (chip, pixels) in enumerate(zip(chips, member, strict=True)):
        if chip.min() == chip.max():
            raise ValueError(f"chip {number} has one grey level and so no two phases; leave it out")
        pixels[:] = (chip > threshold_otsu(chip)) == (phase == "light")
    return phase_paths(member)


@refuses_masks
def phase_paths(member: np.ndarray) -> np.ndarray:
    """Compute how often line segments lie wholly in a phase that is known.

    Parameters
    ----------
    member
        (n, rows, columns) bool, which pixels belong to the phase.

    Returns
    -------
    ndarray
        (n, min(rows, columns) // 2) float64; see `lineal_path_curves`.
    """
    lengths = min(member.shape[1:]) // 2
    curves = np.empty((len(member), lengths))
    # segments of one more pixel are those that begin in the phase and whose rest lies in it
    across = down = member
    for length in range(lengths):
        if length:
            across = across[:, :, :-1] & member[:, :, length:]
            down = down[:, :-1] & member[:, length:]
        inside = across.sum(axis=(1, 2)) + down.sum(axis=(1, 2))
        curves[:, length] = inside / sum(math.prod(each.shape[1:]) for each in (across, down))
    return curves
