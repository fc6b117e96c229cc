"""Sheets: CSV or Parquet tables that the user writes, for example one row per image."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pspflow.errors import InputError
from pspflow.io.artefacts import fingerprint, replacing
from pspflow.io.disk import writing

REQUIRED = ("image", "domain", "specimen")
DELIMITERS = ";\t|"
HINT = re.compile(r'"?sep=(.)"?[,;\t ]*(?:\r\n|\r|\n|$)', re.IGNORECASE)


def read_sheet(
    path: Path, required: Sequence[str] = REQUIRED, thing: str = "image"
) -> pd.DataFrame:
    """Read a sheet as text cells, so that later error messages can quote what was written.

    Parameters
    ----------
    path
        A `.csv` (UTF-8, commas) or `.parquet` file.
    required
        Columns it must have.
    thing
        What a row describes, for error messages.

    Returns
    -------
    DataFrame
        One row per thing, string columns; empty cells are empty strings. The index is the row
        number a spreadsheet shows (the header is row 1).

    Raises
    ------
    InputError
        If the file is missing, empty or damaged, has another delimiter or encoding, repeats a
        column or lacks a required one, or has no rows.
    """
    if not path.is_file():
        where = "" if path.is_absolute() else f" in {Path.cwd()}, where the command runs"
        raise InputError(f"{path}: there is no such sheet{where}; correct the path.")
    _check_digest(path)
    table = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path, thing)
    missing = [name for name in required if name not in table.columns]
    if missing:
        known = {bare(name): name for name in table.columns}
        likes = {name: known[bare(name)] for name in missing if bare(name) in known}
        remedy = " and ".join(f"write {name!r} for {like!a}" for name, like in likes.items())
        raise InputError(
            f"{path}: column {', '.join(map(repr, missing))} is missing (found: "
            f"{', '.join(map(repr, table.columns))}); {remedy or 'add it to the header'}."
        )
    if table.empty:
        raise InputError(f"{path}: the sheet has a header but no rows; add one row per {thing}.")
    return table


def bare(name: str) -> str:
    """Reduce the name of a column to its letters and digits."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def _parquet(path: Path) -> pd.DataFrame:
    try:
        table = pq.ParquetFile(path).read()
        # whole numbers beside empty cells stay whole: specimen 1 is not '1.0'
        table = table.to_pandas(ignore_metadata=True, integer_object_nulls=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{path}: not a Parquet file; export the sheet again.") from error
    table.columns = [str(name).strip() for name in table.columns]
    _check_header(path, list(table.columns))
    text = table.astype(object).where(table.notna(), "").map(_text)
    text.index = pd.RangeIndex(2, len(text) + 2, name="row")
    return text[(text != "").any(axis=1)]


def _text(cell: object) -> str:
    """Write a cell of Parquet as text; some writers store text as bytes."""
    if isinstance(cell, bytes):
        cell = cell.decode(encoding="utf-8", errors="backslashreplace")
    return str(cell).strip()


def _csv(path: Path, thing: str) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig")
        text = _without_hint(path, text)
        rows = list(csv.reader(io.StringIO(text), strict=True, skipinitialspace=True))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: byte {error.start} is not UTF-8; save the sheet as 'CSV UTF-8'."
        ) from error
    except OSError as error:
        raise InputError(
            f"{path}: the sheet cannot be opened ({error.strerror}); correct its permissions."
        ) from error
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV table ({error}); export the sheet again.") from error
    if "\0" in text:
        raise InputError(f"{path}: not UTF-8 but perhaps UTF-16; save the sheet as 'CSV UTF-8'.")
    stripped = {number: [cell.strip() for cell in row] for number, row in enumerate(rows, start=1)}
    cells = {number: row for number, row in stripped.items() if any(row)}
    if not cells:
        raise InputError(f"{path}: the sheet is empty; give it a header and one row per {thing}.")
    header = cells.pop(min(cells))
    # spreadsheets often append empty columns
    width = max(place for place, name in enumerate(header, start=1) if name)
    header = header[:width]
    cells = {n: row if any(row[width:]) else row[:width] for n, row in cells.items()}
    if header[0] == "" and [row[0] for row in cells.values()] == [*map(str, range(len(cells)))]:
        # row numbers, as pandas writes them
        header, cells = header[1:], {number: row[1:] for number, row in cells.items()}
    _check_header(path, header)
    for number, row in cells.items():
        if len(header) == 1 < len(row):
            raise InputError(
                f"{path}: {header[0]!r} is read as the header, but row {number} has {len(row)} "
                "cells; remove the lines above the header."
            )
        if len(row) != len(header):
            raise InputError(
                f"{path} row {number}: {len(row)} cells under {len(header)} columns; quote "
                "cells that hold a comma, or fill in the missing ones."
            )
    index = pd.Index(list(cells), name="row", dtype="int64")
    return pd.DataFrame(list(cells.values()), index=index, columns=header, dtype=object)


def _without_hint(path: Path, text: str) -> str:
    """Drop the line `sep=,` that tells Excel the delimiter, and that Excel does not number."""
    hint = HINT.match(text)
    if hint is None:
        return text
    if hint[1] != ",":
        raise InputError(
            f"{path}: the cells are separated by {hint[1]!r}, as line 1 says; save the sheet with "
            "commas."
        )
    return text[hint.end() :]


def _check_header(path: Path, header: list[str]) -> None:
    if len(header) == 1:
        found = next((mark for mark in DELIMITERS if mark in header[0]), None)
        if found:
            raise InputError(
                f"{path}: the cells are separated by {found!r}; save the sheet with commas."
            )
    if "" in header:
        raise InputError(f"{path}: column {header.index('') + 1} has no name; give it one.")
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise InputError(f"{path}: column {repeated[0]!r} appears twice; rename one.")


def write_sheet(path: Path, rows: pd.DataFrame, *, sealed: bool = False) -> None:
    """Write a sheet as CSV.

    Parameters
    ----------
    path
        File to write.
    rows
        Its rows, without the index.
    sealed
        Whether stages are to read it: its digest lies in a hidden file beside it, since CSV has no
        room for one. Sheets for people are not sealed, as they may be edited.
    """
    digest = digest_file(path)
    if digest.exists():  # that of an older sheet
        with writing(path):
            digest.unlink(missing_ok=True)
    with replacing(path) as staged:
        rows.to_csv(staged, index=False)
    if sealed:
        with replacing(digest) as staged:
            staged.write_text(f"{fingerprint(path)}\n", encoding="ascii")


def digest_file(path: Path) -> Path:
    """Return where the digest of a sealed sheet lies."""
    return path.with_name(f".{path.name}.digest")


def _check_digest(path: Path) -> None:
    """Refuse a sealed sheet that holds something else than was written."""
    try:
        digest = digest_file(path).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return
    if digest != fingerprint(path):
        raise InputError(
            f"{path}: it is not as it was written; delete it and rerun what makes it, or delete "
            f"{digest_file(path).name} beside it if you have edited the sheet."
        )
