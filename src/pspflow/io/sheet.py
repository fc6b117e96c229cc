"""The specimen sheet: a CSV or Parquet table with one row an image, written by the user."""

import csv
import io
from pathlib import Path

import pandas as pd
import pyarrow as pa

from pspflow.errors import InputError

REQUIRED = ("image", "domain", "specimen")
DELIMITERS = ";\t|"


def read_sheet(path: Path) -> pd.DataFrame:
    """Read a sheet as text cells, so that every later complaint can quote what was written.

    Parameters
    ----------
    path
        A `.csv` (UTF-8, commas) or `.parquet` file.

    Returns
    -------
    DataFrame
        One row an image, string columns; empty cells are empty strings. The index is the row
        number a spreadsheet shows (the header is row 1).

    Raises
    ------
    InputError
        If the file is missing or empty, has another delimiter or encoding, repeats a column or
        lacks a required one, or has no rows.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such sheet; mend the path to it.")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the sheet is empty; give it a header and one row an image.")
    table = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    missing = [name for name in REQUIRED if name not in table.columns]
    if missing:
        raise InputError(
            f"{path}: column {', '.join(map(repr, missing))} is missing (found: "
            f"{', '.join(map(repr, table.columns))}); add it to the header."
        )
    if table.empty:
        raise InputError(f"{path}: the sheet has a header but no rows; add one row an image.")
    return table


def _parquet(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: not a Parquet file; export the sheet again.") from error
    text = table.astype(object).where(table.notna(), "").map(lambda cell: str(cell).strip())
    text.index = pd.RangeIndex(2, len(text) + 2, name="row")
    return text


def _csv(path: Path) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), strict=True, skipinitialspace=True))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: byte {error.start} is not UTF-8; save the sheet as 'CSV UTF-8'."
        ) from error
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV table ({error}); export the sheet again.") from error
    header = [name.strip() for name in rows[0]]
    _check_header(path, header)
    cells: dict[int, list[str]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise InputError(
                f"{path} row {number}: {len(row)} cells under {len(header)} columns; quote "
                "cells that hold a comma, or fill in the missing ones."
            )
        cells[number] = [cell.strip() for cell in row]
    index = pd.Index(list(cells), name="row", dtype="int64")
    return pd.DataFrame(list(cells.values()), index=index, columns=header, dtype=object)


def _check_header(path: Path, header: list[str]) -> None:
    if len(header) == 1:
        found = next((mark for mark in DELIMITERS if mark in header[0]), None)
        if found:
            raise InputError(
                f"{path}: the cells are separated by {found!r}; save the sheet with commas."
            )
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise InputError(f"{path}: column {repeated[0]!r} appears twice; rename one.")
