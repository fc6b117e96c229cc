"""Oxford (HKL) `.ctf` maps: "Channel Text File", angles in degrees.

Phase 0 is not indexed; the others are numbered in the order of the header's table.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pspflow.io.textures.columns import SPACES, cells, is_number, read_columns, separator_of
from pspflow.io.textures.names import find_roles
from pspflow.io.textures.orientations import Grid, Phase
from pspflow.io.textures.points import Points, with_grid
from pspflow.io.textures.symmetries import LAUE_CLASSES
from pspflow.io.textures.text import data_block, refuse

FIRST_LINE = "channel text file"
SAMPLE_FRAME = "sample coordinate system"
HEADER_LINES = 400
PHASES = re.compile(r"\s*phases\s+\d+\s*", re.IGNORECASE)
ERRORS = {
    1: "low band contrast",
    2: "low band slope",
    3: "no solution",
    4: "high angular deviation",
    5: "not yet analysed",
    6: "unexpected error",
}


def is_ctf(path: Path, lines: Sequence[str]) -> bool:
    """Whether the lines are a `.ctf` map."""
    first = next((line for line in lines if line.strip()), "")
    return first.strip().casefold().startswith(FIRST_LINE) or path.suffix.lower() == ".ctf"


def read_ctf(path: Path, lines: list[str]) -> Points:
    """Read a `.ctf` map.

    The angles of acquisition (AcqE1 to AcqE3) describe another coordinate system than that of the
    points' angles, as the header says; they are not applied, and the user is told of them.

    Raises
    ------
    InputError
        If the header has no table of phases or no names of columns, or the angles do not refer to
        the sample's coordinate system.
    """
    start = _names_line(path, lines)
    header = lines[:start]
    block = data_block(lines, start + 1)
    separator = separator_of(block.lines[0]) if block.lines else "\t"
    names = cells(lines[start].strip(), "\t" if "\t" in lines[start] else SPACES)
    table = read_columns(path, block, names, separator)
    roles = find_roles(path, names)
    if roles is None or roles.kind != "angles" or "phase" not in roles.others:
        refuse(
            path,
            "the columns Phase, Euler1, Euler2 and Euler3 are not all there",
            "export the map again",
        )
    phases = read_phases(path, header)
    numbers = table.numbers(roles.others["phase"])
    x, y = roles.others.get("x"), roles.others.get("y")
    positions = None
    if x is not None and y is not None:
        positions = np.column_stack([table.numbers(x), table.numbers(y)])
    points = Points(
        path,
        "ctf",
        table.line,
        tuple(names[index] for index in roles.columns),
        np.column_stack([table.numbers(index) for index in roles.columns]),
        unit=roles.unit or "degrees",
        unit_from="the names of the columns" if roles.unit else "the .ctf format",
        phase_numbers=numbers,
        phases=phases,
        positions=positions,
        rows=np.arange(len(numbers)),
    )
    points = with_grid(points, *_grid(header))
    for note in _frames(path, header):
        points = points.doubted(note)
    reasons = {"not indexed (phase 0)": numbers <= 0}
    if "error" in roles.others:
        codes = table.numbers(roles.others["error"])
        for code in np.unique(codes[codes > 0]):
            meaning = ERRORS.get(code.item(), "unknown")
            reasons[f"not indexed (Error {code:g}, {meaning})"] = codes == code
    return points.without(reasons)


def _names_line(path: Path, lines: Sequence[str]) -> int:
    for index, line in enumerate(lines[:HEADER_LINES]):
        words = [word.casefold() for word in line.split()]
        if len(words) > 3 and "phase" in words and not any(map(is_number, words)):
            return index
    refuse(
        path,
        "there is no line of column names (Phase, X, Y, Bands, Error, Euler1 …)",
        "export the map again with its header",
    )


def read_phases(path: Path, header: Sequence[str]) -> dict[int, Phase]:
    """Read the table of phases: lattice, angles, name and number of the Laue group.

    Raises
    ------
    InputError
        If there is none, it is cut short, or a Laue group is unknown.
    """
    at = next((i for i, line in enumerate(header) if PHASES.fullmatch(line)), None)
    if at is None:
        refuse(path, "the header has no line 'Phases' with their number", "export the map again")
    count = int(header[at].split()[1])
    rows = [line for line in header[at + 1 :] if line.strip()]
    if len(rows) < count:
        refuse(
            path,
            f"the header announces {count} phases but describes {len(rows)}",
            "export the map again",
        )
    phases = {}
    for number, row in enumerate(rows[:count], start=1):
        fields = [field.strip() for field in row.split("\t")]
        group = fields[3] if len(fields) > 3 else ""
        if not (group.isdecimal() and 1 <= int(group) <= len(LAUE_CLASSES)):
            refuse(
                path,
                f"phase {number} has the Laue group {group!r} and not one of 1 to 11",
                "correct its line in the header, whose fields are separated by tabs",
            )
        phases[number] = Phase(number, fields[2], LAUE_CLASSES[int(group) - 1])
    return phases


def _fields(header: Sequence[str]) -> dict[str, str]:
    split = (line.split(None, 1) for line in header)
    return {words[0].casefold(): words[1].strip() for words in split if len(words) == 2}


def _number(text: str) -> float:
    """Return a number of the header, 0 where there is none."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return number if np.isfinite(number) else 0.0


def _grid(header: Sequence[str]) -> tuple[Grid | None, int]:
    fields = _fields(header)
    columns, rows, step_x, step_y = (
        _number(fields.get(key, "")) for key in ("xcells", "ycells", "xstep", "ystep")
    )
    if min(columns, rows, step_x, step_y) <= 0:  # jobs that measure points one by one
        return None, 0
    return Grid("square", step_x, step_y, int(columns), int(rows)), int(columns) * int(rows)


def _frames(path: Path, header: Sequence[str]) -> list[str]:
    """Check to which coordinate system the angles refer, and say what is not applied."""
    for line in header:
        if "euler angles refer to" in line.casefold() and SAMPLE_FRAME not in line.casefold():
            refuse(
                path,
                f"the header says {cells(line, chr(9))[0]!r}",
                "export the map with angles that refer to the sample coordinate system (CS0)",
            )
    fields = _fields(header)
    angles = [_number(fields.get(f"acqe{k}", "")) for k in (1, 2, 3)]
    if not any(angles):
        return []
    listed = ", ".join(f"{angle:g}" for angle in angles)
    return [f"the acquisition angles {listed} (AcqE1 to AcqE3) are not applied to the points"]
