"""What a grid leaves out of images: pixels, pairs and their weight, counted where it is much."""

from collections.abc import Callable

import numpy as np

from pspflow.logs import log
from pspflow.topology.fitting import count_outside, outside_share
from pspflow.topology.pairs import (
    Convention,
    InfiniteDeath,
    close_essential_class,
    persistence_pairs,
)
from pspflow.topology.scale import REMEDY, Extents, Range, count_pixels

LOST, MUCH = 0.99, 0.2
"""Shares of the weight outside the grid that leave nothing, and that are warned of."""
COUNTED = 8
"""Images whose pairs are counted."""


def leave_grid(extents: Extents, birth_range: Range, persistence_range: Range) -> bool:
    """Return whether an image that varies has pixels that are no birth or death in the grid."""
    low, high = extents.low[extents.varied], extents.high[extents.varied]
    end = birth_range[1] + persistence_range[1]
    return bool(((low < birth_range[0]) | (low > birth_range[1]) | (high > end)).any())


def seems_lost(drawn: np.ndarray, extents: Extents, by_persistence: bool) -> bool:
    """Return whether persistence images hold so little that the pairs outside should be counted.

    Parameters
    ----------
    drawn
        Persistence images, ``(n, 2, resolution, resolution)``.
    extents
        Of the images.
    by_persistence
        Whether the weight of a pair is its persistence; otherwise it is 1.
    """
    # the component that never dies spans an image's levels, so that no image weighs less
    least = (extents.high - extents.low).sum() if by_persistence else extents.varied.sum()
    return bool(drawn.sum() < MUCH * least)


def check_pixels(
    extents: Extents,
    stack: Callable[[], np.ndarray],
    birth_range: Range,
    persistence_range: Range,
) -> str | None:
    """Refuse images whose pixels are no birth and no death of a pair in the grid.

    Parameters
    ----------
    extents, stack, birth_range, persistence_range
        As in `pspflow.topology.scale.check_grid`.

    Returns
    -------
    A sentence that counts such pixels if they are most of an image, None otherwise.

    Raises
    ------
    ValueError
        If they are 99 % of the pixels of every image that is not constant.
    """
    if not leave_grid(extents, birth_range, persistence_range):
        return None
    start, end, varied = birth_range[0], birth_range[1] + persistence_range[1], extents.varied
    outside, pixels = count_pixels(stack()[varied], start, end)
    outside[extents.low[varied] > birth_range[1]] = pixels  # no pair is born low enough
    counted = (
        f"{outside.sum()} of {pixels * outside.size} pixels are no birth or death of a pair in the "
        f"grid of births {birth_range} and persistences {persistence_range}; images hold {extents}"
    )
    if (outside > LOST * pixels).all():
        raise ValueError(f"{counted}: {REMEDY}")
    return f"{counted}." if (2 * outside > pixels).any() else None


def check_pairs(
    stack: np.ndarray,
    extents: Extents,
    birth_range: Range,
    persistence_range: Range,
    convention: Convention,
    infinite_death: InfiniteDeath,
) -> None:
    """Count the pairs of some images that lie outside the grid, and warn if their weight is much.

    Parameters
    ----------
    stack, extents
        Images ``(n, rows, columns)``, and theirs.
    birth_range, persistence_range
        The grid.
    convention, infinite_death
        As in `persistence_images`.

    Raises
    ------
    ValueError
        If 99 % of the weight is outside, and the images are not of 8 bits: these say their scale,
        so that an image without pairs in the grid is a fact about the image.
    """
    varied = np.flatnonzero(extents.varied)
    few = varied[:: max(1, len(varied) // COUNTED)][:COUNTED]
    shares, outside, count = [], 0, 0
    for image in stack[few]:
        h0, h1 = persistence_pairs(image, convention)
        closed = close_essential_class(h0, float(image.max()), infinite_death)
        pairs = np.concatenate([closed, h1])
        shares.append(outside_share(pairs, birth_range, persistence_range))
        outside += count_outside(pairs, birth_range, persistence_range)
        count += len(pairs)
    share = float(np.mean(shares)) if shares else 0.0
    sentence = (
        f"births {birth_range} and persistences {persistence_range} leave out {outside} of {count} "
        f"pairs and {share:.0%} of their weight in {len(few)} images; images hold {extents}: "
        f"{REMEDY}"
    )
    if share > LOST and stack.dtype != np.uint8:
        raise ValueError(sentence)
    if share > MUCH:
        log.warning("Warning: %s.", sentence)
