"""Which rows of a metadata table are used, and why the others are not."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

import numpy as np
import pandas as pd

from pspflow.logs import log
from pspflow.studies.latent.curation.magnifications import (
    UNREADABLE,
    bar_constant,
    bar_pixel_sizes,
    read_magnification,
)
from pspflow.studies.latent.curation.options import Columns, RowOptions

_WHOLE: Final = re.compile(r"^(\d+)\.0+$")
_WAYS: Final = ("stem", "name")
KEPT: Final = ""
"""Reason of a row that is kept."""
NO_IMAGE, TWICE = "no image is named", "the image is named before"
NO_MAGNIFICATION, UNREAD = "no magnification", "the magnification cannot be read"
EXCLUDED, NO_SAMPLE = "excluded by name", "no sample is named"
NO_FILE, ENLARGED = "the image file is missing", "would be enlarged too much"
UNSUITABLE, DEEP = "the image cannot be used", "the image has more than 8 bits"
TOO_SMALL = "no row of pixels is left beside the annotation bar"


def required_columns(columns: Columns, rows: RowOptions) -> tuple[str, ...]:
    """Name the columns that a table must have."""
    always = (columns.image, columns.magnification, columns.microconstituent, columns.group)
    bar = (columns.bar_length, columns.bar_unit, columns.bar_px)
    return (*always, *(bar if rows.from_micron_bar else ()))


def names_of(images: Sequence[str]) -> list[str]:
    """Name images by their files without folder and ending.

    Where files of several folders or endings have one name, they are named by their whole paths.
    """
    paths = [PurePosixPath(image) for image in images]
    alike = Counter(path.stem for path in set(paths))
    return [
        path.stem if alike[path.stem] == 1 else "-".join(part for part in path.parts if part != "/")
        for path in paths
    ]


def judge_rows(table: pd.DataFrame, columns: Columns, rows: RowOptions) -> pd.DataFrame:
    """Judge every row by what the table says of it.

    Parameters
    ----------
    table
        Text cells; the index is the row number that a spreadsheet shows.
    columns, rows
        Names of its columns, and which rows are wanted.

    Returns
    -------
    DataFrame
        One row each, in order: row, image, micrograph (the image's name), group, microconstituent,
        magnification (NaN where there is none), reason (empty where it is kept, else the first
        that applies).
    """
    given = table[columns.magnification].map(read_magnification)
    unread = given == UNREADABLE
    known = given.where(~unread)
    if rows.from_micron_bar:
        known = known.fillna(_from_bars(table, columns, known))
    images = [image.replace("\\", "/") for image in table[columns.image]]
    found = pd.DataFrame(
        {
            "row": table.index.to_numpy(np.int64),
            "image": images,
            "micrograph": names_of(images),
            # sample 1 of one row is sample 1.0 of another, where a table was joined of several
            "group": table[columns.group].str.replace(_WHOLE, r"\1", regex=True).to_numpy(str),
            "microconstituent": table[columns.microconstituent].to_numpy(str),
            "magnification": known.to_numpy(float),
        }
    )
    other = found["microconstituent"] != rows.microconstituent
    named = "microconstituent is " + found["microconstituent"].replace("", "not given")
    reasons: list[tuple[pd.Series, str | pd.Series]] = [
        (found["image"] == "", NO_IMAGE),
        (found["micrograph"].duplicated(), TWICE),
        (other, named),
        (found["magnification"].isna() & unread.to_numpy(), UNREAD),
        (found["magnification"].isna(), NO_MAGNIFICATION),
        (_excluded(found, rows.exclude), EXCLUDED),
        (found["group"] == "", NO_SAMPLE),
    ]
    found["reason"] = KEPT
    for applies, reason in reversed(reasons):
        found["reason"] = found["reason"].where(~applies, reason)
    return found


def _excluded(found: pd.DataFrame, exclude: Sequence[str]) -> "pd.Series[bool]":
    """Tell which images are named, with or without folder and ending."""
    ways = [
        found["micrograph"],
        found["image"],
        *(found["image"].map(lambda image, w=w: getattr(PurePosixPath(image), w)) for w in _WAYS),
    ]
    unknown = [name for name in exclude if not any((way == name).any() for way in ways)]
    if unknown:
        log.info("No row has an image of rows.exclude: %s", ", ".join(unknown))
    applies: pd.Series[bool] = pd.concat([way.isin(exclude) for way in ways], axis=1).any(axis=1)
    return applies


def _from_bars(table: pd.DataFrame, columns: Columns, known: pd.Series) -> pd.Series:
    """Compute magnifications from micron bars, with the constant of the rows that have both."""
    sizes = bar_pixel_sizes(table, columns)
    constant = bar_constant(known, sizes)
    if constant is None:
        return known
    log.info(
        "Magnification times pixel size is %.4g um in %d rows that give both (nine in ten within "
        "%.2g %%)",
        *(constant.um, constant.rows, 100 * constant.spread),
    )
    return constant.um / sizes


def drop(found: pd.DataFrame, applies: pd.Series, reason: str) -> pd.DataFrame:
    """Drop rows that are kept so far, for one more reason."""
    mine = applies & (found["reason"] == KEPT)
    return found.assign(reason=found["reason"].where(~mine, reason))


def count_flow(found: pd.DataFrame, microconstituent: str) -> pd.DataFrame:
    """Count what each reason leaves of the rows of the wanted microconstituent.

    Returns
    -------
    DataFrame
        `step`, `dropped` and `left`: all rows, those of the microconstituent, then one reason each.
    """
    mine = found[found["microconstituent"] == microconstituent]
    steps = [
        ("rows of the table", 0, len(found)),
        (f"microconstituent is {microconstituent}", len(found) - len(mine), len(mine)),
    ]
    left = len(mine)
    for reason in mine.loc[mine["reason"] != KEPT, "reason"].unique():
        dropped = int((mine["reason"] == reason).sum())
        left -= dropped
        steps.append((reason, dropped, left))
    return pd.DataFrame(steps, columns=["step", "dropped", "left"])
