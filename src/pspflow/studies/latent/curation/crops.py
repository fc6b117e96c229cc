"""Random crops of micrographs, in proportion to their area."""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from pspflow.arrays import refuses_masks
from pspflow.studies.latent.curation.scaling import crop_count


@refuses_masks
def crop_windows(
    shape: tuple[int, int],
    crop_px: tuple[int, int],
    redundancy: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw windows uniformly; report, equation 2.

    None is drawn twice; a micrograph with fewer positions gives all of them.

    Parameters
    ----------
    shape, crop_px
        Rows and columns of the micrograph, and of a crop.
    redundancy
        Area of all crops over that of the micrograph.
    rng
        Draws the places.

    Returns
    -------
    ndarray
        (n, 2) int64, first row and first column, sorted.
    """
    down, across = shape[0] - crop_px[0] + 1, shape[1] - crop_px[1] + 1
    if min(down, across) < 1:
        return np.empty((0, 2), np.int64)
    count = min(crop_count(*shape, crop_px, redundancy), down * across)
    at = np.sort(rng.choice(down * across, size=count, replace=False))
    return np.stack(np.divmod(at, across), axis=-1)


@refuses_masks
def cut_windows(pixels: np.ndarray, windows: np.ndarray, crop_px: tuple[int, int]) -> np.ndarray:
    """Cut windows (n, 2) out of a micrograph (rows, columns): (n, *crop_px)."""
    return np.asarray(sliding_window_view(pixels, crop_px)[windows[:, 0], windows[:, 1]])


def crop_rows(entry: pd.Series, windows: np.ndarray, split: str) -> pd.DataFrame:
    """List windows as images of a dataset; see `datasets.image_sets.COLUMNS`.

    Parameters
    ----------
    entry
        The micrograph: micrograph, group, magnification, upscale.
    windows
        (n, 2) first row and first column.
    split
        The split of its sample.
    """
    name = entry["micrograph"]
    return pd.DataFrame(
        {
            "image_id": [f"{name}:{row}:{column}" for row, column in windows.tolist()],
            "split": split,
            "group": entry["group"],
            "micrograph": name,
            "row": windows[:, 0],
            "column": windows[:, 1],
            "magnification": float(entry["magnification"]),
            "upscale": float(entry["upscale"]),
        }
    )
