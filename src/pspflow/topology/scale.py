"""Whether images are on the scale of a grid: on another scale their persistence images are void.

Images on 0 to 1 and a grid in grey levels, or 16 bits and a grid of 8: no pair falls into the grid,
or all fall into one pixel of it, and nothing in the result says so. Constant images have no
persistence and fit every scale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Range = tuple[float, float]

FACTOR = 64
"""Ratio of two scales that cannot be one: 255 or 65535 to 1, 65535 to 255."""
FEW = 16
"""End of a grid below which it may be meant for images on 0 to 1, and a depth of 4 bits less."""
HOT = 0.01
"""Share of the pixels up to which bright ones may be hot, and no sign of the scale."""
UNIT = 1.5
"""Highest value of images on 0 to 1, with what filters overshoot."""
EIGHT_BITS = 256
REMEDY = "give ranges on the scale of the images"


@dataclass(frozen=True)
class Extents:
    """Lowest and highest pixel of each image of a batch, both float64 of shape ``(n,)``."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(cls, stack: np.ndarray) -> Self:
        """Measure images ``(n, rows, columns)``, not empty."""
        low, high = stack.min(axis=(1, 2)), stack.max(axis=(1, 2))
        return cls(low.astype(np.float64), high.astype(np.float64))

    @property
    def varied(self) -> NDArray[np.bool_]:
        """Which images are not constant, ``(n,)``."""
        return self.low < self.high

    def __str__(self) -> str:
        return f"{self.low.min():g} to {self.high.max():g}"


def check_default(
    extents: Extents, stack: Callable[[], np.ndarray], dtype: np.dtype[Any]
) -> str | None:
    """Refuse images that are not on the range that their dtype stands for, if no other is given.

    Parameters
    ----------
    extents, stack
        As in `check_grid`.
    dtype
        Of the images: floats stand for 0 to 1, unsigned integers for all their levels.

    Returns
    -------
    A sentence if images of 16 bits use more than 12 in hardly any of their pixels, None otherwise.

    Raises
    ------
    ValueError
        If an image of floats leaves 0 to 1 by more than half of it, as no filter makes it do, or if
        images of 16 bits use at most 12.
    """
    if not extents.varied.any():
        return None
    if dtype.kind == "f":
        away = extents.varied & ((extents.low < -0.5) | (extents.high > 1.5))
        if away.any():
            raise ValueError(
                f"images of {dtype} are taken as 0 to 1, but {away.sum()} of {away.size} leave that"
                f" range, and they hold {extents}: give birth_range and persistence_range on the "
                "scale of the images"
            )
    elif dtype.itemsize > 1 and FEW * extents.high.max() < np.iinfo(dtype).max:
        raise ValueError(
            f"images of {dtype} are taken as 0 to {np.iinfo(dtype).max}, but they hold {extents}, "
            f"{int(extents.high.max()).bit_length()} bits: give birth_range and persistence_range "
            "on the scale of the images"
        )
    elif dtype.itemsize > 1:
        images = stack()
        bright = int(np.count_nonzero(images > np.iinfo(dtype).max // FEW))
        if bright < HOT * images.size:
            return (
                f"images of {dtype} are taken as 0 to {np.iinfo(dtype).max}, but only {bright} of "
                f"{images.size} pixels need more than 12 bits: if these are hot pixels, give "
                "birth_range and persistence_range on the scale of the others."
            )
    return None


def check_grid(
    extents: Extents,
    stack: Callable[[], np.ndarray],
    birth_range: Range,
    persistence_range: Range,
    top: float | None = None,
) -> str | None:
    """Refuse a grid on another scale than the images.

    Parameters
    ----------
    extents
        Of the images.
    stack
        Returns the images, ``(n, rows, columns)``; called only where `extents` do not decide.
    birth_range, persistence_range
        The grid.
    top
        Highest grey level that the images may have, if their type says it.

    Returns
    -------
    A sentence if some of the images are on another scale, if some pixels are (as hot ones), or if
    all images fill less than 1/64 of the grid; None otherwise.

    Raises
    ------
    ValueError
        If images (or `top`) and grid differ at least 64 times in magnitude, but for 1 % of the
        pixels of an image, or if images are fractions of a grey level and the grid ends at 16 or
        above.
    """
    varied = extents.varied
    if not varied.any():
        return None
    end = float(np.abs([*birth_range, *persistence_range]).max())
    grid = f"the grid has births {birth_range} and persistences {persistence_range}"
    highest = max(-extents.low[varied].min(), extents.high[varied].max())
    if highest >= FACTOR * end:
        beyond, pixels = count_pixels(stack(), -end, end)
        if (beyond > HOT * pixels).any():
            raise ValueError(f"images hold {extents}, but {grid}: {REMEDY}")
        count = f"{beyond.sum()} of {pixels * beyond.size}"
        return f"{count} pixels are as large as {highest:g}, as hot ones are, but {grid}."
    if top is not None and end >= FACTOR * top:
        raise ValueError(f"images have the grey levels 0 to {top:g}, but {grid}: {REMEDY}")
    fractions = are_fractions(extents, stack, end)
    if not fractions.any():
        # dark images of 8 bits are no other scale
        small = end >= FACTOR * highest and (top is None or top >= EIGHT_BITS)
        return f"images hold {extents}, a small part of the grid: {grid}." if small else None
    if fractions.sum() == varied.sum():
        raise ValueError(
            f"images hold {extents}, fractions of a grey level, but {grid}: {REMEDY}, or bring the "
            "images to grey levels"
        )
    return (
        f"{fractions.sum()} of {fractions.size} images hold fractions of a grey level, but {grid}."
    )


def check_levels(extents: Extents, stack: Callable[[], np.ndarray], levels: int) -> str | None:
    """Refuse images of which rounding to whole grey levels and clipping leave nothing.

    Parameters
    ----------
    extents, stack
        As in `check_grid`.
    levels
        Number of grey levels, from 0.

    Returns
    -------
    A sentence that counts what is lost of some images, None if nothing is. Half a level beyond the
    ends and the fraction of a level that dequantisation adds are no loss.

    Raises
    ------
    ValueError
        If the images are fractions of a grey level, or if more than half of an image lies outside
        of 8 bits. (Who asks for fewer levels asks for clipping.)
    """
    top, varied = levels - 1, extents.varied
    fractions = are_fractions(extents, stack, top)
    if fractions.any() and fractions.sum() == varied.sum():
        raise ValueError(
            f"images hold {extents}, but levels={levels} rounds them to whole grey levels 0 to "
            f"{top}: bring images and ranges to 0 to {top}, or give levels=None"
        )
    if fractions.any():
        return (
            f"{fractions.sum()} of {fractions.size} images hold fractions of a grey level, which "
            f"levels={levels} rounds to whole grey levels; bring them to 0 to {top}."
        )
    if extents.low.min() >= -1 and extents.high.max() <= levels:
        return None
    outside, pixels = count_pixels(stack(), -1, levels)
    lost = varied & (2 * outside > pixels)
    counted = (
        f"{outside.sum()} of {pixels * outside.size} pixels are outside the grey levels 0 to {top}"
    )
    if levels == EIGHT_BITS and lost.any():
        raise ValueError(
            f"{counted}, in {lost.sum()} of {lost.size} images most of them, and images hold "
            f"{extents}: bring images and ranges to 0 to {top}, or give levels=None"
        )
    return f"{counted} and are clipped; images hold {extents}."


def are_fractions(
    extents: Extents, stack: Callable[[], np.ndarray], end: float
) -> NDArray[np.bool_]:
    """Return which images hold fractions of a grey level: on 0 to 1, on -1 to 1, or standardised.

    Whole numbers may be grey levels or phases.

    Parameters
    ----------
    extents, stack
        As in `check_grid`.
    end
        Highest grey level, or end of the grid; below 16 there are no such images.

    Returns
    -------
    Booleans, shape ``(n,)``, False for images that are constant.
    """
    highest = np.maximum(-extents.low, extents.high)
    # no grey level is below -1: such images are standardised, or on -1 to 1 with some overshoot
    bound = np.where(extents.low < -1, end / FEW, UNIT)
    found = extents.varied & (highest <= bound) & (end >= FEW - 1)
    if found.any():
        images = stack()
        for k in np.flatnonzero(found):
            found[k] = (np.rint(images[k]) != images[k]).any()
    return found


def count_pixels(stack: np.ndarray, low: float, high: float) -> tuple[NDArray[np.intp], int]:
    """Count the pixels of each image outside a range ``(n,)``, and those of one image."""
    outside: NDArray[np.intp] = ((stack < low) | (stack > high)).sum(axis=(1, 2))
    return outside, stack[0].size
