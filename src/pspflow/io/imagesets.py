"""Image sets on disk: the images of a sheet, micrographs stored once, tables of chips."""

import unicodedata
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import zarr

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.io.arrays import open_store, put_array, read_values
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import read_table

GREY = "grey"


def image_path(sheet: Path, image: str) -> Path:
    """Locate an image of a sheet: its paths are relative to the sheet's folder."""
    return sheet.parent / image


def existing_images(sheet: Path) -> list[str]:
    """List the existing images of a sheet, which a scheduler can watch for changes.

    Missing ones are reported by `read_image`, with their row.
    """
    paths = (image_path(sheet, image) for image in read_sheet(sheet)["image"])
    return sorted({str(path) for path in paths if _is_file(path)})


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the name is too long for a file, as where columns are exchanged
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True  # reading says why


def _missing(path: Path) -> str:
    """Say where a missing image was looked for, and which file may be meant."""
    if "\\" in str(path) and _is_file(Path(str(path).replace("\\", "/"))):
        return "there is no such file; write its path with '/' instead of '\\'."
    wanted = _folded(path.name)
    try:
        like = next(
            (each.name for each in path.parent.iterdir() if _folded(each.name) == wanted), ""
        )
    except OSError:
        like = ""
    # an absolute path needs no more
    where = "" if path.is_absolute() else f" in {path.absolute().parent} (paths start at the sheet)"
    # names that look alike differ in their Unicode form
    quoted = ascii(like) if unicodedata.normalize("NFC", like) == path.name else repr(like)
    remedy = f"write {quoted}" if like else "correct the path in column 'image'"
    return f"there is no such file{where}; {remedy}."


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def read_image(sheet: Path, row: int, image: str) -> np.ndarray:
    """Read the image of one row of a sheet.

    Parameters
    ----------
    sheet
        Path of the sheet; the image's path is relative to its folder.
    row, image
        Row number, and the cell in column `image`.

    Returns
    -------
    ndarray
        (rows, columns), uint8, uint16 or float32.

    Raises
    ------
    InputError
        If the file cannot be used; the message names the row.
    """
    if not image:
        raise InputError(f"{sheet} row {row}, column 'image' is empty; fill it in.")
    path = image_path(sheet, image)
    if not _exists(path):
        raise InputError(f"{sheet} row {row}: {path}: {_missing(path)}")
    # the libraries of image formats take time to load, and stored sets are read without them
    from pspflow.io.micrographs import read_micrograph  # noqa: PLC0415

    try:
        return read_micrograph(path)
    except InputError as error:
        raise InputError(f"{sheet} row {row}: {error}") from error


@refuses_masks
def put_micrograph(store: zarr.Group, entry: pd.Series, pixels: np.ndarray) -> None:
    """Store one micrograph (rows, columns) uint8 in its own group, since sizes differ."""
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
        """Common size of a pixel; None where the sheet does not give it."""
        _, first = next(iter(self._store.groups()))
        return cast("float | None", first.attrs["pixel_size_um"])

    @property
    def names(self) -> list[str]:
        """Names of the micrographs, sorted."""
        return sorted(name for name, _ in self._store.groups())

    def __getitem__(self, name: str) -> np.ndarray:
        """Read one whole micrograph: (rows, columns) uint8."""
        return read_values(self._store, f"{name}/{GREY}")
