"""Change an image window by window without seams: overlapping windows are blended."""

from collections.abc import Callable, Iterator

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.logs import progress


def window_starts(length_px: int, size_px: int) -> np.ndarray:
    """Place windows along one axis with half a window of overlap, the last flush with the end.

    Parameters
    ----------
    length_px, size_px
        Length of the axis, and of a window.

    Returns
    -------
    ndarray
        (n,) int64, first pixel of each window, in increasing order.

    Raises
    ------
    ValueError
        If the axis is shorter than a window.
    """
    if length_px < size_px:
        raise ValueError(f"an axis of {length_px} pixels is shorter than a window of {size_px}")
    last = length_px - size_px
    return np.append(np.arange(0, last, max(1, size_px // 2)), last)


def window_shares(length_px: int, size_px: int) -> np.ndarray:
    """Compute the weights with which the windows of one axis contribute to each pixel.

    A window's weight is a raised cosine: it is largest in the middle and falls nearly to 0 at both
    ends, but never to 0, so that the ends of the axis are covered.

    Parameters
    ----------
    length_px, size_px
        As for `window_starts`.

    Returns
    -------
    ndarray
        (n, size_px) float64, positive; over the windows of a pixel they sum to 1, and a single
        window has exactly 1.
    """
    weights = np.sin(np.pi * (np.arange(size_px) + 0.5) / size_px) ** 2
    at = window_starts(length_px, size_px)[:, None] + np.arange(size_px)
    total = np.zeros(length_px)
    np.add.at(total, at, np.broadcast_to(weights, at.shape))
    return weights / total[at]


@refuses_masks
def blend(
    pixels: np.ndarray,
    size_px: int,
    change: Callable[[np.ndarray], np.ndarray],
    batch: int,
    task: str = "blending",
) -> np.ndarray:
    """Change an image window by window and blend the windows.

    Parameters
    ----------
    pixels
        (rows, columns), any dtype.
    size_px
        Edge of a window.
    change
        Maps windows (n, size_px, size_px) of that dtype to as many windows of any real dtype.
    batch
        Most windows passed to `change` at once, which limits the memory besides the result.
    task
        Name on the progress bar.

    Returns
    -------
    ndarray
        (rows, columns) float32, the weighted mean of the changed windows; for an image of one
        window it equals that window exactly.

    Raises
    ------
    ValueError
        If the image is smaller than a window.
    """
    rows, columns = (window_starts(length, size_px) for length in pixels.shape)
    shares = [window_shares(length, size_px) for length in pixels.shape]
    blended = np.zeros(pixels.shape, dtype=np.float32)
    count = len(rows) * len(columns)
    for places in progress(_batches(count, batch), count, task, "window", len):
        at = [divmod(place, len(columns)) for place in places]
        spots = [_window(rows[i], columns[j], size_px) for i, j in at]
        changed = change(np.stack([pixels[spot] for spot in spots]))
        for (i, j), spot, window in zip(at, spots, changed, strict=True):
            blended[spot] += window * np.outer(shares[0][i], shares[1][j]).astype(np.float32)
    return blended


def _batches(count: int, batch: int) -> Iterator[range]:
    for first in range(0, count, batch):
        yield range(first, min(first + batch, count))


def _window(row: int, column: int, size_px: int) -> tuple[slice, slice]:
    return slice(row, row + size_px), slice(column, column + size_px)
