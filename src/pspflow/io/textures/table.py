"""Tables of orientations: CSV, TSV, tables saved by Excel, and text that MTEX writes.

The line of column names comes first, or after comments and other lines; it may itself be a comment,
as in MTEX's `% phi1 Phi phi2 value`. A line of units may follow it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from pspflow.errors import InputError
from pspflow.io.textures.columns import (
    SPACES,
    Columns,
    cells,
    is_number,
    read_columns,
    separator_of,
)
from pspflow.io.textures.comments import refuse_conventions, said_symmetry, said_unit
from pspflow.io.textures.names import UNITS, Roles, find_roles, named_unit
from pspflow.io.textures.orientations import Phase, Unit
from pspflow.io.textures.points import Points
from pspflow.io.textures.symmetries import laue_class
from pspflow.io.textures.text import Block, data_block, is_comment, refuse

HINT = re.compile(r"\s*\"?sep=", re.IGNORECASE)
"""Tells Excel the separator."""
COMMENT_MARK = re.compile(r"^\s*(?:[#%!]+|//)\s*")
UNIT_CELL = re.compile(rf"[\s(\[<]*(?:{UNITS}|um|µm|μm|-|%|a\.?u\.?)?[\s)\]>]*", re.IGNORECASE)
NO_PHASE = ("not indexed", "notindexed", "zero solution", "zerosolution", "unindexed")
TRUE, FALSE = ("true", "1", "1.0", "yes"), ("false", "0", "0.0", "no")


@dataclass(frozen=True)
class Header:
    """The line of column names, and what stands around it."""

    names: list[str]
    roles: Roles
    separator: str
    block: Block
    said: list[str]
    """The other lines above the data: comments, titles."""
    unit_row: tuple[str, ...] = ()
    skipped: int = 0
    """Lines before the names that are no comments."""


def read_table(path: Path, lines: list[str]) -> Points:
    """Read a table of Bunge–Euler angles or quaternions.

    Raises
    ------
    InputError
        If there is no line of column names, or they do not name an orientation.
    """
    header = _header(path, lines)
    roles = header.roles
    refuse_conventions(path, header.said)
    table = read_columns(path, header.block, header.names, header.separator)
    mtex = any("mtex" in line.casefold() or said_symmetry([line]) for line in header.said)
    unit, unit_from = _unit(path, header, mtex)
    weight = roles.others.get("weight")
    numbers, phases = _phases(table, roles)
    points = Points(
        path,
        "mtex" if mtex else "table",
        table.line,
        tuple(header.names[index] for index in roles.columns),
        np.column_stack([table.numbers(index) for index in roles.columns]),
        unit=unit,
        unit_from=unit_from,
        scalar=0 if roles.kind == "quaternions" else None,
        weights=None if weight is None else table.numbers(weight),
        weight_name="" if weight is None else header.names[weight],
        phase_numbers=numbers,
        phases=phases,
        symmetry=_symmetry(path, header.said),
        positions_um=_positions(table, roles),
        rows=np.arange(len(table.block)),
    )
    return _told(points, header).without(_not_indexed(table, roles, numbers))


def _header(path: Path, lines: list[str]) -> Header:
    """Find the last line before the data that names the columns of an orientation.

    Raises
    ------
    InputError
        If there is none.
    """
    first = next((at for at, line in enumerate(lines) if _is_data(line)), None)
    found = _names(path, lines, len(lines) if first is None else first)
    if first is None:
        first = _first_below(path, lines, found)
    if found is None:
        _refuse_headerless(path, lines, first)
    index, names, roles = found
    between = [at for at in range(index + 1, first) if lines[at].strip()]
    units: tuple[str, ...] = ()
    start = index + 1
    if between and not is_comment(lines[between[0]]):
        row = cells(lines[between[0]], separator_of(lines[between[0]]))
        if any(row) and all(UNIT_CELL.fullmatch(cell) for cell in row):
            units, start = tuple(row), between[0] + 1
    before = [line for line in lines[:index] if line.strip() and not is_comment(line)]
    skipped = sum(not HINT.match(line) for line in before)
    said = [*lines[:index], *lines[start:first]]
    block = data_block(lines, start)
    return Header(names, roles, separator_of(lines[first]), block, said, units, skipped)


def _is_data(line: str) -> bool:
    """Whether a line has three numbers or more, and little else: 'Euler 1 Euler 2 …' are names."""
    if not line.strip() or is_comment(line):
        return False
    split = [cell for cell in cells(line, separator_of(line)) if cell]
    numbers = sum(map(is_number, split))
    return numbers >= 3 and 2 * numbers > len(split)


def _names(path: Path, lines: Sequence[str], first: int) -> tuple[int, list[str], Roles] | None:
    """Return the last of the lines before `first` that names an orientation, and its columns."""
    width = len(cells(lines[first], separator_of(lines[first]))) if first < len(lines) else 0
    found: tuple[int, list[str], Roles] | None = None
    trouble: InputError | None = None
    for index, line in enumerate(lines[:first]):
        for names in _splits(COMMENT_MARK.sub("", line)):
            # prose in a comment may name angles, and name them twice
            if is_comment(line) and len(names) != width:
                continue
            try:
                roles = find_roles(path, names)
            except InputError as error:
                trouble = error
                continue
            if roles is not None:
                found = index, names, roles
                break
    if found is None and trouble is not None:
        raise trouble
    return found


def _first_below(
    path: Path, lines: Sequence[str], found: tuple[int, list[str], Roles] | None
) -> int:
    """Return the first line below the names in a file in which none looks like data."""
    if found is None:
        refuse(path, "no line holds three numbers or more", "export the orientations again")
    for index in range(found[0] + 1, len(lines)):
        if lines[index].strip() and not is_comment(lines[index]):
            return index
    refuse(path, "the file has a header but no points", "export the orientations again")


def _splits(line: str) -> Iterator[list[str]]:
    """Split a line into names in every way that is in use."""
    for mark in "\t;|,":
        if mark in line:
            split = cells(line, mark)
            while split and not split[-1]:
                split.pop()
            yield split
    if re.search(r"\S\s{2,}\S", line):
        yield re.split(r"\s{2,}", line.strip())
    # 'Euler 1 (deg)' is one name
    yield cells(re.sub(r"\s+(?=[(\[]|\d+\b)", "", line), SPACES)


def _refuse_headerless(path: Path, lines: Sequence[str], first: int) -> NoReturn:
    above = next((line.strip() for line in lines[:first][::-1] if line.strip()), "")
    example = "write one, for example 'phi1_deg,Phi_deg,phi2_deg,weight' or 'w,x,y,z'"
    if not above or HINT.match(above):
        refuse(path, "there is no line of column names above the numbers", example)
    refuse(
        path,
        f"no line names the columns of an orientation (above the numbers stands {above[:60]!r})",
        example,
    )


def _unit(path: Path, header: Header, mtex: bool) -> tuple[Unit | None, str]:
    """Return the unit that the file says, and where."""
    if header.roles.unit is not None:
        return header.roles.unit, "the names of the columns"
    row = header.unit_row
    columns = header.roles.columns
    if header.roles.kind == "angles" and len(row) > max(columns):
        marks = [re.sub(r"[\s()\[\]<>]", "", row[index]).casefold() for index in columns]
        units = {named_unit(path, header.names[columns[0]], mark) for mark in marks}
        if len(units) > 1:
            refuse(path, "the line of units names different ones", "name one unit for all angles")
        if unit := units.pop():
            return unit, "the line of units"
    if unit := said_unit(header.said):
        return unit, "the comments"
    return ("degrees", "the default of MTEX") if mtex else (None, "")


def _symmetry(path: Path, comments: Sequence[str]) -> str | None:
    said = said_symmetry(comments)
    if said is None:
        return None
    laue = laue_class(said)
    if laue is None:
        refuse(
            path,
            f"the crystal symmetry {said!r} is unknown",
            "write the point group there, such as m-3m",
        )
    return laue


def _positions(table: Columns, roles: Roles) -> NDArray[np.float64] | None:
    x, y = roles.others.get("x"), roles.others.get("y")
    if x is None or y is None:
        return None
    return np.column_stack([table.numbers(x), table.numbers(y)])


def _phases(table: Columns, roles: Roles) -> tuple[NDArray[np.float64] | None, dict[int, Phase]]:
    """Return the phase of every point, numbered from 1 where the table writes names."""
    index = roles.others.get("phase")
    if index is None:
        return None, {}
    column = table.frame[index]
    if column.dtype.kind in "iuf":
        return column.to_numpy(np.float64), {}
    text = column.astype(str).str.strip().where(column.notna())
    unindexed = text.str.casefold().isin(NO_PHASE)
    names = sorted(set(text[~unindexed & text.notna()]))
    numbers = text.map({name: float(k) for k, name in enumerate(names, start=1)})
    numbers = numbers.astype(np.float64).mask(unindexed, -1.0)
    return numbers.to_numpy(np.float64), {k: Phase(k, n) for k, n in enumerate(names, start=1)}


def _told(points: Points, header: Header) -> Points:
    """Note what the user should know of how the table is read."""
    roles = header.roles
    listed = ", ".join(map(repr, points.columns))
    if roles.kind == "angles":
        points = points.noted(f"columns {listed} are read as Bunge–Euler angles φ1, Φ, φ2")
    if roles.ignored:
        points = points.noted(f"columns {', '.join(map(repr, roles.ignored))} are not used")
    if header.skipped:
        points = points.noted(f"{header.skipped} lines above the names of the columns are skipped")
    specimen = said_symmetry(header.said, "specimen")
    if specimen is not None and laue_class(specimen) != "-1":
        points = points.noted(f"the specimen symmetry {specimen!r} is not applied")
    return points


def _not_indexed(
    table: Columns, roles: Roles, numbers: NDArray[np.float64] | None
) -> dict[str, NDArray[np.bool_]]:
    """Say which points have no orientation."""
    reasons = {}
    if numbers is not None:
        reasons["not indexed (phase below 0)"] = numbers < 0
    if (index := roles.others.get("ci")) is not None:
        reasons["not indexed (CI below 0)"] = table.numbers(index) < 0
    for role, out in (("indexed", FALSE), ("notindexed", TRUE)):
        if (index := roles.others.get(role)) is not None:
            text = table.frame[index].astype(str).str.strip().str.casefold()
            reasons[f"not indexed (column {table.names[index]!r})"] = text.isin(out).to_numpy(bool)
    return reasons
