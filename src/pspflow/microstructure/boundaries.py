"""Maps of grain boundaries: whether the lines are connected and close cells.

Lines are thinned to a width of one pixel. Where one ends within the image it dangles: a boundary of
grains never does.
"""

from typing import Final, NamedTuple

import numpy as np
from scipy.ndimage import label, maximum_filter, minimum_filter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pspflow.arrays import refuses_masks
from pspflow.microstructure.otsu import otsu_thresholds

MARGIN_PX: Final = 16
"""Pixels that are continued beyond the edges while lines are thinned, so that lines run out."""
_RING: Final = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""The eight neighbours in order."""
_FAR: Final = np.iinfo(np.int32).max


class Boundaries(NamedTuple):
    """What the lines of one image are like."""

    length_px: int
    """Pixels of the thinned lines."""
    ends: int
    """Ends of lines within the image."""
    junctions: int
    """Places where three or more lines meet."""
    separating_px: int
    """Pixels of the thinned lines that have two different cells beside them."""
    cell_areas_px: np.ndarray
    """(cells,) int64, areas of the cells between the thinned lines, in square pixels; a cell that
    the image cuts has the area within."""


@refuses_masks
def dark_lines(images: np.ndarray) -> np.ndarray:
    """Divide images into dark lines and light cells by Otsu's threshold of each.

    Parameters
    ----------
    images
        (n, rows, columns) uint8.

    Returns
    -------
    ndarray
        (n, rows, columns) bool, True for lines; an image of one grey level has none.
    """
    thresholds, _ = otsu_thresholds(images)
    lines: np.ndarray = images <= thresholds[:, None, None]
    lines[np.ptp(images.reshape(len(images), -1), axis=1) == 0] = False
    return lines


@refuses_masks
def boundaries(lines: np.ndarray, *, periodic: bool = False) -> Boundaries:
    """Measure the lines of an image.

    Lines are thinned by scikit-image's `skeletonize`. A pixel of a thinned line is an end if its
    line neighbours are one run of the eight around it, and lies at a junction if they are three
    runs or more; touching pixels of that kind are one junction. Cells are the regions between
    thinned lines, connected over edges of pixels alone: diagonal steps of a line are closed.

    Parameters
    ----------
    lines
        (rows, columns) bool, True for lines.
    periodic
        Whether opposite edges meet. If not, lines are continued straight beyond the edges, where no
        end is counted.

    References
    ----------
    Zhang and Suen 1984, "A fast parallel algorithm for thinning digital patterns", Comm. ACM 27.
    """
    from skimage.morphology import skeletonize  # noqa: PLC0415 - slow to import

    lines = np.asarray(lines, dtype=bool)
    margin = min(MARGIN_PX, *lines.shape)
    continued = np.pad(lines, margin, mode="wrap" if periodic else "edge")
    thin = skeletonize(continued)
    runs = _runs(thin)
    inner = (slice(margin, -margin),) * 2
    skeleton = thin[inner]
    ends = (thin & (runs <= 1))[inner]
    meeting = (thin & (runs >= 3))[inner]
    cells = _labelled(~skeleton, periodic=periodic)
    mode = "wrap" if periodic else "nearest"
    highest = maximum_filter(cells, 3, mode=mode)
    lowest = minimum_filter(np.where(skeleton, _FAR, cells), 3, mode=mode)
    separating = skeleton & (highest > 0) & (lowest < highest)
    junctions = _labelled(meeting, periodic=periodic, diagonal=True).max(initial=0)
    areas = np.bincount(cells.ravel())[1:]
    return Boundaries(
        int(skeleton.sum()),
        int(ends.sum()),
        int(junctions),
        int(separating.sum()),
        areas.astype(np.int64),
    )


def _runs(thin: np.ndarray) -> np.ndarray:
    """Count the runs of line pixels around every pixel: (rows, columns) int64."""
    padded = np.pad(thin, 1)
    rows, columns = thin.shape
    ring = [padded[1 + y : 1 + y + rows, 1 + x : 1 + x + columns] for y, x in _RING]
    before = ring[-1:] + ring[:-1]
    return np.sum([~a & b for a, b in zip(before, ring, strict=True)], axis=0)


def _labelled(region: np.ndarray, *, periodic: bool, diagonal: bool = False) -> np.ndarray:
    """Give each connected part of a region a number from 1, and 0 elsewhere: int32."""
    parts, count = label(region, np.ones((3, 3)) if diagonal else None)
    if not periodic or not count:
        return np.asarray(parts, np.int32)
    steps = (-1, 0, 1) if diagonal else (0,)
    pairs = [
        np.stack([one, np.roll(other, step)])
        for one, other in ((parts[0], parts[-1]), (parts[:, 0], parts[:, -1]))
        for step in steps
    ]
    first, second = np.concatenate(pairs, axis=1)
    meet = (first > 0) & (second > 0)
    edges = (np.ones(meet.sum()), (first[meet], second[meet]))
    _, merged = connected_components(coo_array(edges, shape=(count + 1, count + 1)), directed=False)
    # the ground, 0, meets nothing, and stays the first
    return np.asarray(merged[parts], np.int32)
