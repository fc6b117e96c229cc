"""A dataset of images: stores with their tables, read as one set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import get_array, open_store, reading
from pspflow.io.tables import read_table
from pspflow.seeds import generator

IMAGES, LABELS = "images", "labels"
IMAGE_DIMS: Final = ("image", "y", "x")
LABEL_DIMS: Final = ("image", "site_y", "site_x")
COLUMNS: Final = ("image_id", "split", "group")
"""Columns of every dataset: the image's name, `train`, `validation` or `test`, and what splits keep
together (the image itself where it is simulated)."""


@dataclass(frozen=True)
class ImageSet:
    """Images of a dataset; each store has a table of as many rows, in its order."""

    table: pd.DataFrame
    """One row per image, numbered from 0; see `COLUMNS`."""
    stores: tuple[zarr.Group, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of an image."""
        rows, columns = get_array(self.stores[0], IMAGES).shape[1:]
        return rows, columns

    def rows(self, split: str, most: int | None = None, seed: int = 0) -> np.ndarray:
        """Return the rows of a split, in order; of more than `most`, some that the seed draws.

        Returns
        -------
        ndarray
            (n,) int64, positions in the table.
        """
        found = np.flatnonzero(self.table["split"] == split)
        if most is None or len(found) <= most:
            return found
        drawn = generator(seed, "images of", split).permutation(len(found))[:most]
        return found[np.sort(drawn)]

    def images(self, rows: np.ndarray) -> np.ndarray:
        """Read images at rows of the table: (n, y, x) uint8."""
        return self._read(IMAGES, rows)

    def labels(self, rows: np.ndarray) -> np.ndarray:
        """Read the grains of Potts images: (n, site_y, site_x) int32.

        Raises
        ------
        KeyError
            If the dataset has none.
        """
        return self._read(LABELS, rows)

    def _read(self, name: str, rows: np.ndarray) -> np.ndarray:
        arrays = [get_array(store, name) for store in self.stores]
        lengths = [get_array(store, IMAGES).shape[0] for store in self.stores]
        starts = np.cumsum([0, *lengths])
        values = np.empty((len(rows), *arrays[0].shape[1:]), arrays[0].dtype)
        for array, start, stop in zip(arrays, starts, starts[1:], strict=False):
            mine = (rows >= start) & (rows < stop)
            if mine.any():
                with reading(array):
                    values[mine] = array.oindex[rows[mine] - start]
        return values


def open_images(stores: Sequence[Path], tables: Sequence[Path]) -> ImageSet:
    """Open the stores of a dataset and their tables.

    Raises
    ------
    InputError
        If a table has another number of rows than its store, or none trains, validates or tests.
    """
    if len(stores) != len(tables):
        raise InputError(
            f"There are {len(stores)} stores of images and {len(tables)} tables; give one each."
        )
    opened, rows = [], []
    for path, file in zip(stores, tables, strict=True):
        store, table = open_store(path), read_table(file)
        count = get_array(store, IMAGES).shape[0]
        if count != len(table):
            raise InputError(
                f"{file} has {len(table)} rows, but {path} has {count} images; delete both and "
                "rerun what makes them."
            )
        opened.append(store)
        rows.append(table)
    table = pd.concat(rows, ignore_index=True)
    lacking = {"train", "validation", "test"} - set(table["split"])
    if lacking:
        raise InputError(
            f"{tables[0]}: no image is of the split {sorted(lacking)[0]!r}; raise the number of "
            "images or change the shares of the splits."
        )
    return ImageSet(table, tuple(opened))
