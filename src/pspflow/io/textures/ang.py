"""EDAX (TSL) `.ang` maps: header lines that start with `#`, angles in radians.

Columns are φ1, Φ, φ2, x, y, image quality (IQ), confidence index (CI) and phase, and further ones
in some versions, which newer ones name in the header. Maps of one phase number it 0.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.io.textures.columns import SPACES, Columns, read_columns, separator_of
from pspflow.io.textures.header import said_unit
from pspflow.io.textures.names import simplified
from pspflow.io.textures.orientations import Grid, Phase
from pspflow.io.textures.points import Points, with_grid
from pspflow.io.textures.symmetries import laue_class
from pspflow.io.textures.text import data_block, is_comment, refuse

FIXED = ("phi1", "phi", "phi2", "x", "y", "iq", "ci", "phase")
SPELT = {"phaseindex": "phase", "phaseid": "phase", "euler1": "phi1", "euler2": "phi"}
SPELT |= {"euler3": "phi2", "imagequality": "iq", "confidenceindex": "ci"}
FEWEST = 7
"""Columns of the oldest files, which end with the confidence index."""
FIELD = re.compile(r"#\s*([A-Za-z_]+)\s*:?\s*(.*)")
PHASE = re.compile(r"#\s*Phase\s*:?\s*(\d+)\s*$", re.IGNORECASE)
MARKS = ("tem_pixperum", "grid", "xstep", "materialname", "ncols_odd", "column_headers")
"""Fields of which an `.ang` header has at least two."""
NO_PHASE = ("not indexed", "notindexed", "-1")


def is_ang(path: Path, lines: Sequence[str]) -> bool:
    """Whether the lines are an `.ang` map, by its header or, without one, by the file's name."""
    fields = (FIELD.match(line.strip()) for line in lines[:2000] if line.lstrip().startswith("#"))
    marks = {f[1].lower() for f in fields if f} & set(MARKS)
    return len(marks) > 1 or path.suffix.lower() == ".ang"


def read_ang(path: Path, lines: list[str]) -> Points:
    """Read an `.ang` map.

    Raises
    ------
    InputError
        If it has fewer columns than the oldest version, or columns do not hold what they should.
    """
    comments = [line.strip() for line in lines if is_comment(line)]
    block = data_block(lines, 0)
    mark = separator_of(block.lines[0]) if block.lines else SPACES
    table = read_columns(path, block, separator=mark if mark in ",;" else SPACES)
    place = _places(path, comments, table)
    titles = {index: name for name, index in place.items()}
    table = replace(table, names=[titles.get(k, name) for k, name in enumerate(table.names)])
    phases = read_phases(path, comments)
    grid = read_grid(path, comments)
    units = _fields(comments).get("COLUMN_UNITS", "")
    said = said_unit([units.split(",")[0]])
    points = Points(
        path,
        "ang",
        table.line,
        FIXED[:3],
        np.column_stack([table.numbers(place[name]) for name in FIXED[:3]]),
        unit=said or "radians",
        unit_from="the header line COLUMN_UNITS" if said else "the .ang format",
        phase_numbers=_phase_numbers(table, place, phases),
        phases=phases,
        positions=np.column_stack([table.numbers(place[name]) for name in ("x", "y")]),
        rows=np.arange(len(table.block)),
    )
    points = with_grid(points, *grid)
    if "phase" not in place:
        points = points.noted("the points have no phase; they are read as one phase")
    return points.without(_not_indexed(table, place, points))


def _fields(comments: Sequence[str]) -> dict[str, str]:
    return {f[1].upper(): f[2].strip() for line in comments if (f := FIELD.match(line))}


def _places(path: Path, comments: Sequence[str], table: Columns) -> dict[str, int]:
    """Return where each column stands, by the header's names or by the format."""
    width = len(table.names)
    named = _fields(comments).get("COLUMN_HEADERS", "")
    if not named:
        if width < FEWEST:
            refuse(
                path,
                f"the points have {width} columns, but an .ang file has at least {FEWEST}",
                "export the map again",
            )
        return {name: index for index, name in enumerate(FIXED) if index < width}
    split = named.split(",") if "," in named else named.split()
    names = [SPELT.get(simplified(name), simplified(name)) for name in split if name.strip()]
    place = {name: names.index(name) for name in names}
    missing = [name for name in FIXED[:5] if name not in place]
    if missing or len(names) > width:
        what = f"lacks {missing[0]!r}" if missing else f"names {len(names)} columns of {width}"
        refuse(path, f"the header line COLUMN_HEADERS {what}", "correct it, or remove the line")
    return {name: index for name, index in place.items() if name in FIXED}


def _phase_numbers(
    table: Columns, place: dict[str, int], phases: dict[int, Phase]
) -> NDArray[np.float64] | None:
    """Return the phase of every point; some versions write its name."""
    if "phase" not in place:
        return None
    column = table.frame[place["phase"]]
    if column.dtype.kind in "iuf":
        numbers = column.to_numpy(np.float64)
    else:
        known = {phase.name.casefold(): float(number) for number, phase in phases.items()}
        known |= dict.fromkeys(NO_PHASE, -1.0)
        text = column.astype(str).str.strip().str.casefold()
        named = text.map(known).to_numpy(np.float64)
        numbered = pd.to_numeric(text, errors="coerce").to_numpy(np.float64)
        numbers = np.where(np.isnan(named), numbered, named)
    wrong = np.flatnonzero(~np.isfinite(numbers) | (numbers != np.round(numbers)))
    if wrong.size:
        refuse(
            table.path,
            f"line {table.line(wrong[0])}: column {place['phase'] + 1}, where the phase stands in "
            f".ang files, holds {column.iloc[wrong[0]]!s}",
            "name the columns in a line '# COLUMN_HEADERS: phi1, PHI, phi2, x, y, …, phase'",
        )
    return numbers


def _not_indexed(
    table: Columns, place: dict[str, int], points: Points
) -> dict[str, NDArray[np.bool_]]:
    """Say which points have no orientation."""
    reasons = {}
    if points.phase_numbers is not None:
        reasons["not indexed (phase below 0)"] = points.phase_numbers < 0
    if "ci" in place:
        quality = table.numbers(place["ci"])
        reasons["not indexed (CI below 0)"] = quality < 0
        if "iq" in place:
            dark = (quality == 0) & (table.numbers(place["iq"]) == 0)
            # a crystal in cube orientation has zero angles, but a pattern too
            nothing = dark & (points.numbers == 0).all(axis=1)
            reasons["not measured (angles, IQ and CI all 0)"] = nothing
    return reasons


def read_phases(path: Path, comments: Sequence[str]) -> dict[int, Phase]:
    """Read the phases that a header describes.

    Raises
    ------
    InputError
        If a symmetry is unknown, or two phases have one number.
    """
    found: dict[int, dict[str, str]] = {}
    current: dict[str, str] | None = None
    for comment in comments:
        if match := PHASE.match(comment):
            number = int(match[1])
            if number in found:
                refuse(path, f"the header describes phase {number} twice", "correct its numbers")
            current = found.setdefault(number, {})
        elif field := FIELD.match(comment):
            key = field[1].lower()
            if key in ("materialname", "symmetry"):
                if current is None:  # files of other programs with one phase and no number
                    current = found.setdefault(1, {})
                current.setdefault(key, field[2].strip())
    phases = {}
    for number, fields in found.items():
        name, symmetry = fields.get("materialname", ""), fields.get("symmetry", "")
        laue = laue_class(symmetry)
        if symmetry and laue is None:
            refuse(
                path,
                f"phase {number} has the unknown symmetry {symmetry!r}",
                "write EDAX's code there, such as 43 for cubic crystals",
            )
        phases[number] = Phase(number, name, laue)
    return phases


def read_grid(path: Path, comments: Sequence[str]) -> tuple[Grid | None, int]:
    """Read the grid from a header, and how many points it has.

    Raises
    ------
    InputError
        If a field of the grid is no number.
    """
    fields = _fields(comments)
    kind = fields.get("GRID", "").casefold()
    needed = ("XSTEP", "YSTEP", "NCOLS_ODD", "NROWS")
    if kind not in KINDS or not all(fields.get(key) for key in needed):
        return None, 0
    numbers, whole = {}, {}
    for key in (*needed, "NCOLS_EVEN"):
        text = fields.get(key, fields["NCOLS_ODD"]).replace(",", ".")
        try:
            numbers[key] = float(text)
            whole[key] = int(numbers[key])
        except (ValueError, OverflowError):
            refuse(path, f"the header field {key} holds {text!r}", "write a number there")
    rows, odd, even = (whole[key] for key in ("NROWS", "NCOLS_ODD", "NCOLS_EVEN"))
    grid = Grid(KINDS[kind], numbers["XSTEP"], numbers["YSTEP"], odd, rows)
    return grid, (rows - rows // 2) * odd + rows // 2 * even


KINDS: dict[str, Literal["square", "hexagonal"]] = {
    "sqrgrid": "square",
    "hexgrid": "hexagonal",
}
