"""Reading textures as users have them: one module per format, chosen by what the file says."""

from pathlib import Path
from typing import Literal, get_args

from pspflow.io.textures.ang import is_ang, read_ang
from pspflow.io.textures.ctf import is_ctf, read_ctf
from pspflow.io.textures.finish import finish
from pspflow.io.textures.orientations import (
    Grid,
    Orientations,
    Phase,
    QuaternionOrder,
    QuaternionSense,
    Unit,
)
from pspflow.io.textures.points import Points
from pspflow.io.textures.table import read_table
from pspflow.io.textures.text import read_lines, refuse
from pspflow.io.textures.vpsc import convention_line, read_vpsc

__all__ = [
    "Grid",
    "Orientations",
    "Phase",
    "QuaternionOrder",
    "QuaternionSense",
    "Unit",
    "read_orientations",
]

FOREIGN = (".cpr", ".crc", ".osc", ".oh5", ".h5", ".hdf5", ".h5oina", ".edaxh5", ".dream3d", ".ods")
"""Files of maps in other formats, some of them text."""


def read_orientations(
    path: Path | str,
    *,
    unit: Unit | None = None,
    quaternion_order: QuaternionOrder | None = None,
    quaternion_sense: QuaternionSense | None = None,
    phase: int | str | None = None,
    symmetry: Literal["cubic"] | None = None,
) -> Orientations:
    """Read the orientations of one phase from a map or a table.

    Formats: EDAX `.ang`, Oxford `.ctf`, text of MTEX, textures of VPSC, and tables (CSV, TSV, as
    saved by Excel) with a line of column names. The content decides, then the file's name.

    What is decided on the way is logged, and in `notes`; what should be checked is logged as a
    warning, and in `doubts`. Angles are those of the file: they are turned into no other specimen
    axes, and a specimen symmetry is not applied.

    Parameters
    ----------
    path
        The file.
    unit
        Unit of the angles; needed where the file does not tell, or tells wrongly.
    quaternion_order
        Where the scalar stands in four columns that are numbered, such as q0 to q3.
    quaternion_sense
        Whether quaternions turn crystal coordinates into specimen coordinates (as in MTEX and
        DAMASK, and as scipy's intrinsic ZXZ of the angles does) or specimen into crystal; the
        former unless told, which is said, and needed where the header has words against it.
    phase
        Number or name of the phase; needed where points belong to several.
    symmetry
        `cubic` refuses files that name another crystal symmetry than m-3m; files that name none
        are read.

    Raises
    ------
    InputError
        With one sentence that names file, place, fault and remedy, if the file is missing, empty
        or of no known format; if it does not say what its numbers are and no argument does; if
        its numbers contradict that; or if no point has an orientation.
    ValueError
        If an argument is none of its choices.
    """
    for name, given, kind in (
        ("unit", unit, Unit),
        ("quaternion_order", quaternion_order, QuaternionOrder),
        ("quaternion_sense", quaternion_sense, QuaternionSense),
        ("symmetry", symmetry, Literal["cubic"]),
    ):
        if given is not None and given not in get_args(kind):
            raise ValueError(f"{name} must be one of {get_args(kind)}, got {given!r}")
    path = Path(path)
    points = _read(path, read_lines(path))
    return finish(points, unit, quaternion_order, quaternion_sense, phase, symmetry)


def _read(path: Path, lines: list[str]) -> Points:
    if path.suffix.lower() in FOREIGN:
        refuse(path, f"{path.suffix} files cannot be read", "export the map as .ang, .ctf or CSV")
    if is_ctf(path, lines):
        return read_ctf(path, lines)
    if is_ang(path, lines):
        return read_ang(path, lines)
    convention = convention_line(lines)
    if convention is not None:
        return read_vpsc(path, lines, convention)
    return read_table(path, lines)
