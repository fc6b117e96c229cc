"""Image sets on disk: the images of a sheet, micrographs stored once, tables of chips."""

from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, put_array, read_values
from pspflow.io.micrographs import read_micrograph
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import read_table

GREY = "grey"


def image_path(sheet: Path, image: str) -> Path:
    """Locate an image of a sheet: its paths are relative to the sheet's folder."""
    return sheet.parent / image


def existing_images(sheet: Path) -> list[str]:
    """List the images of a sheet that exist: what a scheduler can watch for changes.

    A missing one is left to `read_image`, which can say in which row it is named.
    """
    paths = (image_path(sheet, image) for image in read_sheet(sheet)["image"])
    return sorted({str(path) for path in paths if _is_file(path)})


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for a file, as where columns were mixed up
        return False


def read_image(sheet: Path, row: int, image: str) -> np.ndarray:
    """Read the image of one row of a sheet.

    Parameters
    ----------
    sheet
        The sheet that its path is relative to.
    row, image
        Row number, and what stands in column `image`.

    Returns
    -------
    ndarray
        (rows, columns), uint8, uint16 or float32.

    Raises
    ------
    InputError
        With the row, if the file cannot be used.
    """
    if not image:
        raise InputError(f"{sheet} row {row}, column 'image' is empty; fill it in.")
    try:
        return read_micrograph(image_path(sheet, image))
    except InputError as error:
        raise InputError(f"{sheet} row {row}: {error}") from error


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

    @property
    def pixel_size_um(self) -> float | None:
        """Common size of a pixel, None where the sheet does not say."""
        _, first = next(iter(self._store.groups()))
        return cast("float | None", first.attrs["pixel_size_um"])

    def __getitem__(self, name: str) -> np.ndarray:
        """Read one micrograph whole: (rows, columns) uint8."""
        return read_values(self._store, f"{name}/{GREY}")
