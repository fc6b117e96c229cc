"""Tables that come with a user's stack: moduli of the phases, and ids of the structures."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError, raise_problems
from pspflow.io.sheet import read_sheet
from pspflow.logs import log
from pspflow.microstructure.cells import number, read_cell
from pspflow.microstructure.spellings import is_no_name, nearest, shown, spelt_twice

PHASE_COLUMNS: Final = ("phase", "young_gpa", "poisson")
ALONE: Final = {
    "phase": "as in the stack",
    "young_gpa": "in GPa",
    "poisson": "as a ratio (0.3, not 30 %)",
}
"""How to write a number that has a unit."""
STRUCTURE_COLUMNS: Final = ("structure", "specimen", "morphology")
STIFFEST_GPA: Final = 1500
"""More than diamond's modulus."""


def read_moduli(path: Path) -> pd.DataFrame:
    """Read the moduli of two phases, the soft one first.

    Returns
    -------
    DataFrame
        Columns young_gpa, poisson; the index is the phase id as the user's stack has it.

    Raises
    ------
    InputError
        If a value is no number or out of range, a phase is given twice, there are not two phases
        or they are equally stiff.
    """
    sheet = read_sheet(path, PHASE_COLUMNS, "phase")
    problems: list[str] = []
    values: dict[str, list[float]] = {name: [] for name in PHASE_COLUMNS}
    for row, cells in sheet.iterrows():
        for name in PHASE_COLUMNS:
            problem, value = _number(name, str(cells[name]))
            values[name].append(value)
            problems.extend([f"{path} row {row}: {problem}"] if problem else [])
    raise_problems(problems)
    table = pd.DataFrame(values).astype({"phase": int})
    twice = table["phase"][table["phase"].duplicated()]
    if not twice.empty:
        raise InputError(f"{path}: phase {twice.iloc[0]} is given twice; remove one row.")
    if len(table) != 2:
        raise InputError(
            f"{path}: it gives {len(table)} phases, but the composite study models structures of "
            "two; merge phases of the stack until there are two, or use pspflow.mechanics, which "
            "solves any number."
        )
    if (most := table["young_gpa"].max()) > STIFFEST_GPA:
        log.warning(
            "%s: young_gpa is %g, and no material is stiffer than %d GPa: is it in MPa? The "
            "stiffness has the unit of the moduli",
            *(path, most, STIFFEST_GPA),
        )
    if table["young_gpa"].iloc[0] == table["young_gpa"].iloc[1]:
        raise InputError(
            f"{path}: both phases have a young_gpa of {table['young_gpa'].iloc[0]:g}; make one "
            "of them stiffer, since phases are distinguished by their stiffness."
        )
    return table.sort_values("young_gpa").set_index("phase")


def _number(name: str, cell: str) -> tuple[str, float]:
    """Read a cell of the moduli: what is wrong with it, if anything, and its value."""
    value = number(cell)
    if value is None:
        read = read_cell(cell)
        if read.kind != "missing":
            alone = f"write the number alone, {ALONE[name]}" if read.suffix else read.remedy
            return f"{name} is {cell!r}; {alone or 'write a number'}.", np.nan
        value = np.nan
    if name == "phase" and not (value >= 0 and value.is_integer()):
        return f"phase is {cell}; give it a whole number from 0, as in the stack.", value
    if name == "young_gpa" and not 0 < value < np.inf:
        return f"young_gpa is {cell}; give a modulus above 0 in GPa.", value
    if name == "poisson" and not -1 < value < 0.5:
        return f"poisson is {cell}; give a ratio above -1 and below 0.5.", value
    return "", value


def _respelt(sheet: Path, rows: pd.DataFrame) -> list[str]:
    """Return a sentence for each column, and each name in a row, that is spelt in two ways."""
    problems = []
    for name in rows.columns:
        like = None if name in STRUCTURE_COLUMNS else nearest(name, STRUCTURE_COLUMNS)
        if like:
            problems.append(f"{sheet}: column {name!a} is most likely {like!r}; write it so.")
    for row, name in rows.get("specimen", pd.Series()).items():
        if is_no_name(name):
            problems.append(
                f"{sheet} row {row}: specimen {name!r} is no name; leave the cell empty where the "
                "structure is a specimen of its own."
            )
    for column in STRUCTURE_COLUMNS:
        if column in rows.columns:
            first = rows.reset_index().drop_duplicates(column).set_index(column)["row"]
            for one, two in spelt_twice(rows[column]):
                names = " and ".join(shown(one, two))
                problems.append(
                    f"{sheet} rows {first[one]} and {first[two]}: {column} {names} are most likely "
                    "one name that is written in two ways; write it in one, or rename one of two."
                )
    return problems


def read_structures(sheet: Path | None, stack: Path, count: int) -> pd.DataFrame:
    """Read what is known of each structure, in the order of the stack.

    Without a sheet structures are numbered. A structure without a specimen is its own; without a
    morphology it has "".

    Returns
    -------
    DataFrame
        Columns structure, specimen, morphology (str), count rows.

    Raises
    ------
    InputError
        If rows and stack do not correspond, or a structure has no id or another's.
    """
    if sheet is None:
        ids = pd.Series([f"structure-{place:05}" for place in range(count)])
        return pd.DataFrame({"structure": ids, "specimen": ids, "morphology": ""})
    rows = read_sheet(sheet, ["structure"], "structure")
    named, again = rows["structure"] != "", rows["structure"].duplicated()
    unnamed = [f"{sheet} row {row}: structure is empty; name it." for row in rows.index[~named]]
    twice = [
        f"{sheet} row {row}: structure {name!r} is listed twice; rename one."
        for row, name in rows["structure"][named & again].items()
    ]
    raise_problems(unnamed + twice + _respelt(sheet, rows))
    if len(rows) != count:
        raise InputError(
            f"{sheet}: it has {len(rows)} rows, but {stack} holds {count} structures; give one row "
            "per structure, in the order of the stack."
        )
    others = [name for name in rows.columns if name not in STRUCTURE_COLUMNS]
    if others and "specimen" not in rows.columns:
        log.warning(
            "%s: no column is called 'specimen', so that each structure is a specimen of its own, "
            "which a split may separate from its like; not read: %s",
            *(sheet, ", ".join(map(repr, others))),
        )
    for name in ("specimen", "morphology"):
        rows[name] = rows.get(name, "")
    rows["specimen"] = rows["specimen"].where(rows["specimen"] != "", rows["structure"])
    return rows[["structure", "specimen", "morphology"]].reset_index(drop=True)
