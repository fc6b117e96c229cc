"""Process and property columns of a sheet: numbers where all filled cells are, else text."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pspflow.microstructure.catalogue.names import SCALE_COLUMNS
from pspflow.microstructure.cells import Cell, read_cell, tail
from pspflow.microstructure.spellings import nearest, same_name, shown, spelt_twice

WITH_UNIT = re.compile(
    r"_(nm|um|mm|m|s|min|h|c|k|[ck]_s|[ck]_min|m?m_min|m?m_s|rpm|[kmg]?pa|k?n|k?w|k?v"
    r"|hv|hrc|at_pct|wt_pct|pct|fraction|ratio|deg|px|count)$"
    r"|\s[\[(][^\])]*[\])]$|%$",
    re.IGNORECASE,
)
NUMBER = "give one or leave the cell empty"


def read_columns(
    sheet: pd.DataFrame, names: list[str], labels: Mapping[str, str | None], problems: list[str]
) -> pd.DataFrame:
    """Read columns: numbers (float64, NaN where empty) or text.

    Parameters
    ----------
    sheet
        Text cells.
    names
        The columns to read.
    labels
        Columns that label a domain must be numbers.
    problems
        One sentence is added for each cell that is nearly a number in a column of numbers, and
        for each that is none where there must be one.
    """
    wanted = {label for label in labels.values() if label}
    columns: dict[str, Any] = {}
    for name in names:
        cells = {row: read_cell(str(text)) for row, text in sheet[name].items() if text != ""}
        faulty = _faulty(name, cells, name in wanted)
        problems.extend(
            f"Sheet row {row}, column {name!r}: {sheet[name][row]!r} is not a number; "
            f"{cells[row].remedy or NUMBER}."
            for row in faulty
        )
        numeric = name in wanted or all(cell.kind == "number" for cell in cells.values())
        values = pd.Series({row: cell.value for row, cell in cells.items()}, dtype="float64")
        columns[name] = values.reindex(sheet.index) if numeric else sheet[name]
    return pd.DataFrame(columns, index=sheet.index)


def _faulty(name: str, cells: Mapping[int, Cell], label: bool) -> list[int]:
    """Return the rows whose cell must be corrected, since the column is one of numbers."""
    kinds = _kinds(cells)
    odd = [row for row, kind in kinds.items() if kind != "number"]
    if label:
        return odd
    counts = Counter(kinds.values())
    numbers = counts["number"] + counts["nearly"]
    # between names like 1-2 a 3 is a name as well
    ranges = "nearly" if numbers > counts["range"] else "text"
    text = counts["text"] + (counts["range"] if ranges == "text" else 0)
    if WITH_UNIT.search(name) and 0 < numbers >= text + counts["missing"]:
        return odd
    if numbers <= text:
        return []
    wrong = {"nearly", "missing", *(["range"] if ranges == "nearly" else [])}
    return [row for row in odd if kinds[row] in wrong]


def _kinds(cells: Mapping[int, Cell]) -> dict[int, str]:
    """Return what each cell counts as: a letter is a unit if all other cells have it."""
    letters = {cell.suffix for cell in cells.values() if cell.kind == "lettered"}
    others = {cell.kind for cell in cells.values()} - {"lettered", "number", "missing", "nearly"}
    numbers = len({cell.remedy for cell in cells.values() if cell.kind == "lettered"})
    unit = len(letters) == 1 and not others and (numbers > 1 or len(cells) > numbers)
    lettered = "nearly" if unit else "text"
    return {row: lettered if cell.kind == "lettered" else cell.kind for row, cell in cells.items()}


def doubtful_columns(sheet: pd.DataFrame, table: pd.DataFrame, names: list[str]) -> Iterator[str]:
    """Yield a sentence for each column of text that may be one of numbers.

    A few cells among numbers are none, or all cells are numbers with the same letters behind them.
    """
    for name in names:
        if name not in table.columns or pd.api.types.is_numeric_dtype(table[name]):
            continue
        cells = {row: str(text) for row, text in sheet[name].items() if text != ""}
        odd = [row for row, text in cells.items() if read_cell(text).kind != "number"]
        if odd and 2 * len(odd) < len(cells):
            yield (
                f"Sheet row {odd[0]}, column {name!r}: {cells[odd[0]]!r} is not a number, so "
                f"that the column is read as text; {NUMBER} if it is one of numbers."
            )
            continue
        tails = {tail(cells[row]) for row in odd}
        if len(tails) == 1 and "" not in tails and len(set(cells.values())) > 1:
            yield (
                f"Sheet row {odd[0]}, column {name!r}: {cells[odd[0]]!r} is read as text; if "
                f"{tails.pop()!r} is a unit, write it into the column's name and numbers into the "
                "cells."
            )


def misnamed_columns(
    sheet: pd.DataFrame, own: tuple[str, ...], labels: Mapping[str, str | None]
) -> Iterator[str]:
    """Yield a sentence for each column whose name is another spelling of one that is known."""
    names = [str(name) for name in sheet.columns]
    # beside a scale, another one is a note
    scaled = any(name in names for name in SCALE_COLUMNS)
    others = [name for name in own if not (scaled and name in SCALE_COLUMNS)]
    for name in names:
        meant = None if name in own else nearest(name, others)
        if meant and meant not in names:
            given, known = shown(name, meant)
            yield f"Sheet: column {given} is most likely {known}; write it so, or rename it."
        elif not scaled and _a_scale(name):
            yield (
                f"Sheet: column {name!r} is not read as a scale; give 'pixel_size_um' in "
                "micrometres or 'magnification', or rename it."
            )
    wanted = {label for label in labels.values() if label}
    for first, second in spelt_twice(names):
        if not (_symbol(first, second) or {first, second} <= wanted):
            one, two = shown(first, second)
            yield f"Sheet: columns {one} and {two} are most likely one; join them, or rename one."


def _a_scale(name: str) -> bool:
    bare = re.sub(r"[\W_]+", "", name.casefold())
    return bool(
        re.fullmatch(
            r"pixel(size|width|edge|spacing)?(nm|um|µm|μm|mm|m|px)?|pixelsize\w*"
            r"|mag|magnif\w*|(nm|um|µm|μm)perpixel",
            bare,
        )
    )


def _symbol(first: str, second: str) -> bool:
    """Return whether two names differ in the case of a symbol: T_c and t_c are two quantities."""
    one, two = (re.split(r"[\W_]+", name, maxsplit=1)[0] for name in (first, second))
    return len(one) == len(two) == 1 and one != two and same_name(one, two)
