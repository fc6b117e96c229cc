"""Tables of orientations: CSV, TSV, tables saved by Excel, and text that MTEX writes.

The line of column names comes first, or after comments and other lines; it may itself be a comment,
as in MTEX's `% phi1 Phi phi2 value`. A line of units may follow it.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pspflow.io.textures.columns import (
    Columns,
    read_columns,
)
from pspflow.io.textures.header import (
    PASSIVE,
    Header,
    find_header,
    refuse_conventions,
    said_symmetry,
    said_unit,
)
from pspflow.io.textures.names import Roles, named_unit
from pspflow.io.textures.orientations import Phase, Unit
from pspflow.io.textures.points import Points
from pspflow.io.textures.symmetries import laue_class
from pspflow.io.textures.text import refuse

COMPONENT = re.compile(r"\s*%+\s*\w[\w ]*\b(?:component|portion)\b", re.IGNORECASE)
"""Heads a part of an ODF in MTEX's own format, whose kernels and weights stand in comments."""
NO_PHASE = ("not indexed", "notindexed", "zero solution", "zerosolution", "unindexed")
TRUE, FALSE = ("true", "1", "1.0", "yes"), ("false", "0", "0.0", "no")


def read_table(path: Path, lines: list[str]) -> Points:
    """Read a table of Bunge–Euler angles or quaternions.

    Raises
    ------
    InputError
        If there is no line of column names, or they do not name an orientation.
    """
    if any(COMPONENT.match(line) for line in lines):
        refuse(
            path,
            "the file holds components of an ODF, not orientations",
            "sample orientations from the ODF in MTEX and export these",
        )
    header = find_header(path, lines)
    roles = header.roles
    refuse_conventions(path, header.said)
    table = read_columns(path, header.block, header.names, header.separator)
    mtex = any(map(_is_of_mtex, header.said))
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
        sense_doubt=next(filter(None, map(PASSIVE.search, header.said)), [""])[0],
        scalar=0 if roles.kind == "quaternions" else None,
        weights=None if weight is None else table.numbers(weight),
        weight_name="" if weight is None else header.names[weight],
        phase_numbers=numbers,
        phases=phases,
        symmetry=_symmetry(path, header.said),
        positions=_positions(table, roles),
        rows=np.arange(len(table.block)),
    )
    return _told(points, header).without(_not_indexed(table, roles, numbers))


def _is_of_mtex(line: str) -> bool:
    said = line.casefold()
    return "mtex" in said or (said.lstrip().startswith("%") and "crystal symmetry" in said)


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
            "write the point group there, such as m-3m, or remove the line",
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
        points = points.doubted(
            f"{header.skipped} lines above the names of the columns are skipped"
        )
    specimen = said_symmetry(header.said, "specimen")
    if specimen is not None and laue_class(specimen) != "-1":
        points = points.doubted(f"the specimen symmetry {specimen!r} is not applied")
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
