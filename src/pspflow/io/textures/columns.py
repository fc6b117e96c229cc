"""Columns of numbers: separators, decimal commas, lines that are too long or too short."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.io.textures.text import Block, refuse

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?|[-+]?nan", re.IGNORECASE)
COMMA_NUMBER = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")
SPACES = r"\s+"
SAMPLE = 50
"""Lines that are looked at to see how cells are separated."""


def cells(line: str, separator: str) -> list[str]:
    """Split a line into cells, without quotes and blanks around them."""
    if separator == SPACES:
        return [cell.strip('"') for cell in line.split()]
    row = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return [cell.strip() for cell in row]


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with a decimal point or comma."""
    return bool(NUMBER.fullmatch(cell) or COMMA_NUMBER.fullmatch(cell))


def separator_of(line: str) -> str:
    """Tell what separates the cells of a line of data."""
    for mark in "\t;|":
        if mark in line:
            return mark
    # decimal commas between blanks: '229,3 67,8' has cells that are no numbers if split at commas
    split = [cell for cell in cells(line, ",") if cell]
    if "," in line and not any(
        re.search(r"\s", cell) and all(map(is_number, cell.split())) for cell in split
    ):
        return ","
    return SPACES


@dataclass(frozen=True)
class Columns:
    """A table read from a file, with names for its columns."""

    path: Path
    frame: pd.DataFrame
    names: list[str]
    block: Block

    def numbers(self, index: int) -> NDArray[np.float64]:
        """Return one column (n,) as float64, NaN where the cell is empty.

        Raises
        ------
        InputError
            If a cell is no number.
        """
        column = self.frame[index]
        if column.dtype.kind in "iuf":
            return column.to_numpy(np.float64)
        numeric = pd.to_numeric(column, errors="coerce")
        wrong = np.flatnonzero((numeric.isna() & column.notna()).to_numpy())
        if wrong.size:
            refuse(
                self.path,
                f"line {self.line(int(wrong[0]))}: column {self.names[index]!r} holds "
                f"{str(column.iloc[wrong[0]])!r}, which is no number",
                "correct the cell, or remove the line",
            )
        return numeric.to_numpy(np.float64)

    def line(self, row: int) -> int:
        """Return the number of a row's line in the file."""
        return self.block.numbers[row]


def read_columns(
    path: Path, block: Block, names: list[str] | None = None, separator: str = SPACES
) -> Columns:
    """Read lines of data into columns.

    Parameters
    ----------
    path
        The file, for messages.
    block
        Its lines of data.
    names
        Names of the columns; numbered from 1 where there are none.
    separator
        What separates the cells, `SPACES` for any blanks.

    Raises
    ------
    InputError
        If there are no lines, lines differ in their number of cells, or commas are separators and
        decimal commas at once.
    """
    if not block.lines:
        refuse(path, "the file has a header but no points", "export the orientations again")
    sample = [cell for line in block.lines[:SAMPLE] for cell in cells(line, separator)]
    comma = any(COMMA_NUMBER.fullmatch(cell) for cell in sample)
    if comma and any("." in cell and is_number(cell) for cell in sample):
        refuse(
            path,
            "some numbers have a decimal comma and others a point",
            "write all of them with a point",
        )
    try:
        frame = pd.read_csv(
            io.StringIO("\n".join(block.lines)),
            sep=separator,
            header=None,
            decimal="," if comma else ".",
            skipinitialspace=True,
            low_memory=False,
        )
    except (pd.errors.ParserError, ValueError) as error:
        found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if found is None:
            reason = str(error).strip().splitlines()[0]
            refuse(path, f"no table can be read ({reason})", "export it again")
        expected, row, seen = map(int, found.groups())
        refuse(
            path,
            f"line {block.numbers[row - 1]} has {seen} cells, but the lines before it {expected}",
            "correct it, or export the file again",
        )
    frame = _without_empty(frame, len(names) if names else 0)
    width = frame.shape[1]
    if names is not None and width != len(names):
        doubled = separator == "," and width >= 2 * len(names) - 1
        refuse(
            path,
            f"line {block.numbers[0]} has {width} cells under {len(names)} column names",
            "save the table with decimal points, or with semicolons between the cells"
            if doubled
            else "give every column one name, without blanks",
        )
    columns = Columns(path, frame, names or [str(k + 1) for k in range(width)], block)
    _refuse_short(columns, separator)
    return columns


def _without_empty(frame: pd.DataFrame, width: int) -> pd.DataFrame:
    """Drop empty columns beyond the named ones, as separators at the ends of lines make them."""
    while width and frame.shape[1] > width and frame[frame.shape[1] - 1].isna().all():
        frame = frame.drop(columns=frame.shape[1] - 1)
    return frame


def _refuse_short(columns: Columns, separator: str) -> None:
    """Refuse lines with too few cells: pandas fills them with NaN, as where a copy broke off."""
    width = columns.frame.shape[1]
    last = columns.frame[width - 1]
    for row in np.flatnonzero(last.isna().to_numpy()):
        found = len(cells(columns.block.lines[row], separator))
        if found < width:
            refuse(
                columns.path,
                f"line {columns.line(int(row))} has {found} cells instead of {width}",
                "the file may be cut short, so export or copy it again",
            )
