"""Random crops of micrographs, in proportion to their area."""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from pspflow.arrays import refuses_masks


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
