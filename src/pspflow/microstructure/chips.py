"""Chips: windows in micrographs, planned as table rows and cut out only when needed."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from pspflow.arrays import refuses_masks

CHIP_COLUMNS = [
    *("chip_id", "micrograph", "row", "column", "size_px", "flip"),
    *("specimen", "domain", "split"),
]

ROUNDING = 1e-9
"""Added before rounding down, so that floating point does not lose a whole window."""


def grid_windows(region: Mapping[str, int], size_px: int, stride_px: int) -> np.ndarray:
    """Place windows on a grid that starts at the region's corner and stays inside it.

    Parameters
    ----------
    region
        `row_start`, `row_stop`, `column_start`, `column_stop` in pixels.
    size_px, stride_px
        Edge of a window, and the step between two.

    Returns
    -------
    ndarray
        (n, 2) int64, row and column of each window's first pixel; n is 0 where the region is
        smaller than a window.
    """
    rows = np.arange(region["row_start"], region["row_stop"] - size_px + 1, stride_px)
    columns = np.arange(region["column_start"], region["column_stop"] - size_px + 1, stride_px)
    return np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)


def window_count(area_px: tuple[int, int], window_px: tuple[int, int], redundancy: float) -> int:
    """Return floor(area / window area x redundancy): latent paper, equation 2.

    Parameters
    ----------
    area_px, window_px
        Rows and columns of the area, and of a window.
    redundancy
        Area of all windows over the area; r in the equation.

    Returns
    -------
    int
        0 where a window does not fit.
    """
    height, width = area_px
    rows, columns = window_px
    if height < rows or width < columns:
        return 0
    return int(height * width / (rows * columns) * redundancy + ROUNDING)


def random_windows(
    region: Mapping[str, int],
    size_px: int | tuple[int, int],
    redundancy: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw windows uniformly, their number proportional to the region's area; see `window_count`.

    Windows are drawn without repetition, since a repeated one would be the same chip twice; a
    region with fewer positions than that gives all of them. Parameters and return value as in
    `grid_windows`, and a window may have other rows than columns.
    """
    rows_px, columns_px = (size_px, size_px) if isinstance(size_px, int) else size_px
    height = region["row_stop"] - region["row_start"]
    width = region["column_stop"] - region["column_start"]
    down, across = height - rows_px + 1, width - columns_px + 1
    wanted = window_count((height, width), (rows_px, columns_px), redundancy)
    if not wanted:
        return np.empty((0, 2), dtype=np.int64)
    count = min(wanted, down * across)
    at = np.sort(rng.choice(down * across, size=count, replace=False))
    rows, columns = np.divmod(at, across)
    return np.stack([rows + region["row_start"], columns + region["column_start"]], axis=-1)


@refuses_masks
def chip_rows(
    windows: np.ndarray, size_px: int, image: Mapping[str, str], split: str
) -> pd.DataFrame:
    """List windows as chips, with their names.

    Parameters
    ----------
    windows
        (n, 2) row and column.
    size_px
        Edge of a window.
    image
        `micrograph`, `specimen` and `domain` of the micrograph they lie in.
    split
        The split of the region they lie in.

    Returns
    -------
    DataFrame
        `CHIP_COLUMNS`. `chip_id` is micrograph, row and column: the same chip keeps its name
        whatever else is planned. `flip` (mirrored left to right) is False.
    """
    name = image["micrograph"]
    return pd.DataFrame(
        {
            "chip_id": [f"{name}:{row}:{column}" for row, column in windows.tolist()],
            "micrograph": name,
            "row": windows[:, 0].astype(np.int32),
            "column": windows[:, 1].astype(np.int32),
            "size_px": np.int32(size_px),
            "flip": False,
            "specimen": image["specimen"],
            "domain": image["domain"],
            "split": split,
        },
        columns=CHIP_COLUMNS,
    )


def few_chips(
    chips: pd.DataFrame,
    most: int,
    rng: np.random.Generator,
    of: Sequence[str] = ("specimen", "domain"),
) -> np.ndarray:
    """Draw at most `most` chips of each specimen and domain, or of what other columns name.

    Returns their positions in the table, (n,) int64, sorted.
    """
    groups = chips.groupby(list(of), observed=True, sort=True).indices
    drawn = [
        at if len(at) <= most else rng.choice(at, size=most, replace=False)
        for at in groups.values()
    ]
    return np.sort(np.concatenate(drawn))


def halves(chips: pd.DataFrame) -> np.ndarray:
    """Return in which half of its micrograph each chip lies: 0, 1, or -1 if it touches both.

    Parameters
    ----------
    chips
        Rows of the chip table, every row of their micrographs: halves are those of what chips
        cover.

    Returns
    -------
    ndarray
        (n,) int64.
    """
    starts, ends = chips["column"], chips["column"] + chips["size_px"]
    names = chips["micrograph"].astype(str)
    middle = starts.groupby(names).transform("min") + ends.groupby(names).transform("max")
    return np.where(2 * ends <= middle, 0, np.where(2 * starts >= middle, 1, -1))


@refuses_masks
def cut(pixels: np.ndarray, chips: pd.DataFrame, size_px: int) -> np.ndarray:
    """Cut chips out of their micrograph.

    Parameters
    ----------
    pixels
        (rows, columns), the whole micrograph.
    chips
        Its rows of the chip table: columns `row`, `column`, `flip`.
    size_px
        Edge of a chip.

    Returns
    -------
    ndarray
        (n, size_px, size_px) of the micrograph's dtype, a copy.
    """
    windows = sliding_window_view(pixels, (size_px, size_px))
    images = windows[chips["row"].to_numpy(), chips["column"].to_numpy()]
    flip = chips["flip"].to_numpy(dtype=bool)
    if flip.any():
        images[flip] = images[flip, :, ::-1]
    return images


@refuses_masks
def contrast(images: np.ndarray) -> np.ndarray:
    """Measure contrast as scikit-image's `is_low_contrast` does, for a batch.

    Parameters
    ----------
    images
        (n, rows, columns) uint8.

    Returns
    -------
    ndarray
        (n,) float64: distance of the 1st and the 99th percentile over the range of uint8.

    Raises
    ------
    ValueError
        If the images are of another dtype, and hence of another range.
    """
    if images.dtype != np.uint8:
        raise ValueError(f"images must be (n, rows, columns) uint8, got dtype {images.dtype}")
    low, high = np.percentile(images.reshape(len(images), -1), [1, 99], axis=1)
    return (high - low) / 255.0
