"""Image sets on disk: micrographs stored once, chips read as windows into them."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, put_array, read_values
from pspflow.io.artefacts import fingerprint
from pspflow.io.micrographs import read_header, read_micrograph
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import read_table
from pspflow.microstructure.catalogue import CROP_COLUMNS, Source
from pspflow.microstructure.chips import cut
from pspflow.microstructure.rescale import resize

GREY = "grey"
BATCH = 512


def image_path(sheet: Path, image: str) -> Path:
    """Locate an image of a sheet: its paths are relative to the sheet's folder."""
    return sheet.parent / image


def existing_images(sheet: Path) -> list[str]:
    """List the images of a sheet that exist: what a scheduler can watch for changes.

    A missing one is left to `read_source`, which can say in which row it is named.
    """
    paths = (image_path(sheet, image) for image in read_sheet(sheet)["image"])
    return sorted({str(path) for path in paths if _is_file(path)})


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for a file, as where columns were mixed up
        return False


def read_source(sheet: Path, row: int, image: str) -> Source:
    """Look at one row's file without decoding it.

    Raises
    ------
    InputError
        With the row, if the file cannot be used.
    """
    if not image:
        raise InputError(f"{sheet} row {row}, column 'image' is empty; fill it in.")
    path = image_path(sheet, image)
    try:
        header = read_header(path)
    except InputError as error:
        raise InputError(f"{sheet} row {row}: {error}") from error
    return Source(header.height_px, header.width_px, header.depth, fingerprint(path), header.colour)


def read_rescaled(sheet: Path, entry: pd.Series) -> np.ndarray:
    """Read one catalogued image, cropped and brought to the common scale.

    Parameters
    ----------
    sheet
        The sheet that its path is relative to.
    entry
        Its row of the catalogue.

    Returns
    -------
    ndarray
        (height_px, width_px), uint8, uint16 or float32.

    Raises
    ------
    InputError
        With the row of the sheet, if the pixels cannot be used.
    """
    try:
        pixels = read_micrograph(image_path(sheet, entry["image"]))
    except InputError as error:
        raise InputError(f"{sheet} row {entry['row']}: {error}") from error
    row, column, height, width = (int(entry[name]) for name in CROP_COLUMNS)
    cropped = pixels[row : row + height, column : column + width]
    if cropped.min() == cropped.max():
        raise InputError(
            f"{sheet} row {entry['row']}: every pixel of the crop of {entry['image']} is "
            f"{cropped.flat[0]}; mend the crop or remove the row."
        )
    return resize(cropped, int(entry["height_px"]), int(entry["width_px"]))


def put_micrograph(store: zarr.Group, entry: pd.Series, pixels: np.ndarray) -> None:
    """Store one micrograph (rows, columns) uint8 as a group of its own, since sizes differ."""
    group = store.create_group(entry["micrograph"])
    size_um = float(entry["pixel_size_um"])
    group.attrs.update(
        {
            "specimen": entry["specimen"],
            "domain": entry["domain"],
            "image": entry["image"],
            "pixel_size_um": size_um if np.isfinite(size_um) else None,
        }
    )
    put_array(group, GREY, pixels, ("y", "x"), "grey level")


def grey_range(micrographs: Path) -> tuple[float, float]:
    """Return the grey levels of the files that are stored as 0 and 255."""
    low, high = cast("list[float]", open_store(micrographs).attrs["grey_range"])
    return low, high


def read_chips(path: Path) -> pd.DataFrame:
    """Read a chip table; see `pspflow.microstructure.chips.CHIP_COLUMNS`."""
    return read_table(path, categories=("micrograph", "specimen", "domain", "split"))


class Micrographs:
    """Stored micrographs, by name."""

    def __init__(self, path: Path) -> None:
        self._store = open_store(path)

    def __getitem__(self, name: str) -> np.ndarray:
        """Read one micrograph whole: (rows, columns) uint8."""
        return read_values(self._store, f"{name}/{GREY}")

    def cut(self, chips: pd.DataFrame) -> np.ndarray:
        """Cut chips in the order given: (n, size, size) uint8; each micrograph is read once."""
        size_px = int(chips["size_px"].iloc[0])
        images = np.empty((len(chips), size_px, size_px), dtype=np.uint8)
        names = chips["micrograph"].to_numpy()
        for name in pd.unique(names):
            at = np.flatnonzero(names == name)
            images[at] = cut(self[name], chips.iloc[at], size_px)
        return images

    def batches(
        self, chips: pd.DataFrame, batch: int = BATCH
    ) -> Iterator[tuple[slice, np.ndarray]]:
        """Walk through chips in their order, one micrograph and one batch in memory at a time.

        Parameters
        ----------
        chips
            Rows of a chip table; consecutive rows of one micrograph are read together.
        batch
            Most chips yielded at once.

        Yields
        ------
        at, images
            Positions in `chips`, and (n, size, size) uint8.
        """
        names = chips["micrograph"].to_numpy()
        edges = np.flatnonzero(names[1:] != names[:-1]) + 1
        for start, stop in zip([0, *edges], [*edges, len(names)], strict=True):
            if start == stop:
                continue
            pixels = self[names[start]]
            for first in range(start, stop, batch):
                at = slice(first, min(first + batch, stop))
                rows = chips.iloc[at]
                yield at, cut(pixels, rows, int(rows["size_px"].iloc[0]))
