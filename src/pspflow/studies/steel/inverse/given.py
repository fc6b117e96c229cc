"""What a user has measured: by flags, or in a table of the command `measure`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import read_table

COLUMNS: Final = (
    *("image", "height_px", "width_px", "pixel_size_um"),
    *("ferrite_fraction", "mean_free_path_um", "mean_free_path_px"),
)
"""Columns of a table of `pspflow steel measure` that are read."""


class Given(NamedTuple):
    """Measured morphology."""

    name: str
    """Image, or empty."""
    ferrite_fraction: float
    mean_free_path_px: float
    """In pixels of the run."""
    area_px2: float
    """In square pixels of the run."""


def given_by_flags(
    ferrite_fraction: float | None,
    paths: Mapping[str, float | None],
    areas: Mapping[str, float | None],
    pixel_size_um: float | None,
) -> Given:
    """Take the measures of one area.

    Parameters
    ----------
    ferrite_fraction
        Between 0 and 1.
    paths, areas
        By flag: the first in micrometres, the second in pixels; one of each is given.
    pixel_size_um
        Edge of a pixel of the run; None where its sheet has none.

    Raises
    ------
    InputError
        If one is missing, there twice, impossible, or in a unit that the run does not know.
    """
    if ferrite_fraction is None or not 0 < ferrite_fraction < 1:
        was = "missing" if ferrite_fraction is None else f"{ferrite_fraction:g}"
        raise InputError(f"--ferrite-fraction is {was}; give a share between 0 and 1.")
    path = _in_pixels(paths, pixel_size_um, 1)
    return Given("", ferrite_fraction, path, _in_pixels(areas, pixel_size_um, 2))


def _in_pixels(flags: Mapping[str, float | None], pixel_size_um: float | None, power: int) -> float:
    micrometres, pixels = flags
    known = [(flag, value) for flag, value in flags.items() if value is not None]
    if len(known) != 1:
        raise InputError(f"{micrometres} or {pixels} is needed, and not both; give one.")
    ((flag, value),) = known
    if not 0 < value < np.inf:
        raise InputError(f"{flag} is {value:g}; give a number above 0.")
    if flag == pixels:
        return value
    if pixel_size_um is None:
        raise InputError(
            f"{micrometres} is given, but the run's sheet has no pixel size; give {pixels}."
        )
    return value / pixel_size_um**power


def given_by_table(path: Path, pixel_size_um: float | None) -> list[Given]:
    """Read a table of `pspflow steel measure`, .csv or .parquet.

    Lengths are taken in micrometres where both the run and the image know their pixel, else in
    pixels. Images that were not measured are left out.

    Raises
    ------
    InputError
        If a column is missing, or no image was measured.
    """
    table = read_table(path) if path.suffix.lower() == ".parquet" else read_sheet(path, COLUMNS)
    absent = [name for name in COLUMNS if name not in table]
    if absent:
        raise InputError(
            f"{path}: there is no column {absent[0]!r}; name a table of pspflow steel measure."
        )
    numbers = {name: pd.to_numeric(table[name], errors="coerce") for name in COLUMNS[1:]}
    rows = pd.DataFrame({"image": table["image"].astype(str), **numbers})
    rows = rows[rows["ferrite_fraction"].between(0, 1, "neither") & rows["mean_free_path_px"].gt(0)]
    if rows.empty:
        raise InputError(f"{path}: no image of the table was measured; see its column 'failure'.")
    found = []
    for row in rows.to_dict("records"):
        both = pixel_size_um is not None and row["pixel_size_um"] > 0
        scale = row["pixel_size_um"] / pixel_size_um if both else 1.0
        found.append(
            Given(
                str(row["image"]),
                float(row["ferrite_fraction"]),
                float(row["mean_free_path_px"] * scale),
                float(row["height_px"] * row["width_px"] * scale**2),
            )
        )
    return found
