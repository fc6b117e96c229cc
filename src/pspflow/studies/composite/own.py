"""The user's own structures: reading, validating, and storing them as a set."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd
import zarr

from pspflow.errors import InputError, raise_problems
from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.mechanics import check_structure
from pspflow.studies.composite.data_options import MIN_EDGE, MIN_STRUCTURES
from pspflow.studies.composite.structures import phase_table, write_structures

PHASE_COLUMNS = ("phase", "young_gpa", "poisson")


class Stack(Protocol):
    """An array on disk, a structure at a time."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(structures, x, y, z)."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Whole numbers."""

    def __getitem__(self, place: int, /) -> Any:
        """Read one structure."""


def import_structures(
    *,
    stack: Path,
    moduli: Path,
    sheet: Path | None = None,
    structures: Path,
    table: Path,
    phases: Path,
    array: str = "phase",
) -> None:
    """Check your structures and their phases, and store them with the stiffer phase as 1.

    Parameters
    ----------
    stack
        Your .npy file or Zarr array or group: phase ids (structure, x, y, z).
    moduli
        Your CSV or Parquet table of the phases: phase, young_gpa, poisson.
    sheet
        Your CSV or Parquet table of the structures, if any: structure, specimen, morphology.
    structures
        Zarr store to write: phase ids 0 and 1 (structure, x, y, z).
    table
        Parquet table to write: one row a structure.
    phases
        Parquet table to write: the moduli of the phases.
    array
        Name of the array, where the stack is a Zarr group.

    Raises
    ------
    InputError
        With a sentence for each structure or row that cannot be used.
    """
    known = read_moduli(moduli)
    given = open_stack(stack, array)
    rows = read_structures(sheet, stack, given.shape[0])
    inputs: Inputs = {"stack": stack, "moduli": moduli, **({"sheet": sheet} if sheet else {})}
    origin = replace(Provenance.of("composite import-structures", inputs), options={"array": array})
    problems: list[str] = []
    found = _stored(stack, given, rows["structure"], known, moduli, problems)
    made = progress(found, len(rows), "reading structures", "structure")
    rows["volume_fraction"] = write_structures(structures, made, len(rows), given.shape[1], origin)
    write_table(table, rows, origin)
    write_table(phases, phase_table(known["young_gpa"], known["poisson"]), origin)
    log.info("Phase %d is the stiffer one, stored as 1; phase %d as 0", *known.index[::-1])


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
    sheet = read_sheet(path, PHASE_COLUMNS, "a phase")
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
    if table["young_gpa"].iloc[0] == table["young_gpa"].iloc[1]:
        raise InputError(
            f"{path}: both phases have a young_gpa of {table['young_gpa'].iloc[0]:g}; give the "
            "stiffer one more, since phases are told apart by their stiffness."
        )
    return table.sort_values("young_gpa").set_index("phase")


def _number(name: str, cell: str) -> tuple[str, float]:
    """Read a cell of the moduli: what is wrong with it, if anything, and its value."""
    try:
        value = float(cell)
    except ValueError:
        return f"{name} is {cell!r}; write a number.", np.nan
    if name == "phase" and not (value >= 0 and value.is_integer()):
        return f"phase is {cell}; give it a whole number from 0, as in the stack.", value
    if name == "young_gpa" and not 0 < value < np.inf:
        return f"young_gpa is {cell}; give a modulus above 0 in GPa.", value
    if name == "poisson" and not -1 < value < 0.5:
        return f"poisson is {cell}; give a ratio above -1 and below 0.5.", value
    return "", value


def open_stack(path: Path, array: str) -> Stack:
    """Open a stack of structures to learn from, without reading it.

    Raises
    ------
    InputError
        If there is no array at the path, or it is not of shape ``(structures, n, n, n)``, of
        whole numbers, and of enough structures of enough voxels.
    """
    stack = open_array(path, array)
    if len(stack.shape) != 4:
        raise InputError(
            f"{path}: its shape is {stack.shape}; give 4 axes (structure, x, y, z), one structure "
            "included."
        )
    if stack.shape[0] < MIN_STRUCTURES:
        raise InputError(
            f"{path}: it holds {stack.shape[0]} structures; give at least {MIN_STRUCTURES}, so "
            "that some can be held out (networks want hundreds)."
        )
    if stack.dtype.kind not in "bui" or len(set(stack.shape[1:])) > 1:
        # the same is wrong with all of them, but NaN may be in some only
        places = range(stack.shape[0]) if stack.dtype.kind == "f" else ()
        place = next((i for i in places if np.isnan(stack[i]).any()), 0)
        try:
            check_structure(stack[place], np.iinfo(np.int64).max)
        except ValueError as error:
            raise InputError(f"{path} structure {place}: {error}.") from error
    if stack.shape[1] < MIN_EDGE:
        raise InputError(
            f"{path}: its structures have {stack.shape[1]} voxels an edge; give at least "
            f"{MIN_EDGE}, by cutting larger ones or resolving them finer."
        )
    return stack


def open_array(path: Path, name: str) -> Stack:
    """Open the array at a path, whatever is in it.

    Raises
    ------
    InputError
        If there is none.
    """
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder; mend the path to the stack.")
    return _zarr_array(path, name) if path.is_dir() else _npy_array(path)


def _npy_array(path: Path) -> Stack:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(
            f"{path}: not a .npy file of numbers; save the stack with numpy.save or as Zarr."
        ) from error
    if not isinstance(array, np.ndarray):
        raise InputError(f"{path}: an archive of several arrays; save the stack with numpy.save.")
    return cast("Stack", array)


def _zarr_array(path: Path, name: str) -> Stack:
    try:
        node = zarr.open(path, mode="r")
    except (FileNotFoundError, ValueError, KeyError) as error:
        raise InputError(
            f"{path}: a folder that is no Zarr array or group; mend the path to the stack."
        ) from error
    if isinstance(node, zarr.Group):
        names = sorted(node.array_keys())
        if name not in names:
            raise InputError(
                f"{path}: the group has no array {name!r} (found: "
                f"{', '.join(map(repr, names)) or 'none'}); name yours as the array."
            )
        node = node[name]
    return cast("Stack", node)


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
    rows = read_sheet(sheet, ["structure"], "a structure")
    named, again = rows["structure"] != "", rows["structure"].duplicated()
    unnamed = [f"{sheet} row {row}: structure is empty; name it." for row in rows.index[~named]]
    twice = [
        f"{sheet} row {row}: structure {name!r} is listed twice; rename one."
        for row, name in rows["structure"][named & again].items()
    ]
    raise_problems(unnamed + twice)
    if len(rows) != count:
        raise InputError(
            f"{sheet}: it has {len(rows)} rows, but {stack} holds {count} structures; give one row "
            "a structure, in the order of the stack."
        )
    for name in ("specimen", "morphology"):
        rows[name] = rows.get(name, "")
    rows["specimen"] = rows["specimen"].where(rows["specimen"] != "", rows["structure"])
    return rows[["structure", "specimen", "morphology"]].reset_index(drop=True)


def _stored(
    path: Path,
    stack: Stack,
    names: pd.Series,
    moduli: pd.DataFrame,
    moduli_path: Path,
    problems: list[str],
) -> Iterator[np.ndarray]:
    """Yield each structure as it is stored, uint8, and raise for all that are wrong at the end."""
    soft, stiff = moduli.index
    for place, name in enumerate(names):
        structure = np.asarray(stack[place])
        unknown = np.setdiff1d(structure.astype(np.int64), moduli.index)
        if unknown.size:
            problems.append(
                f"{path} structure {place} ({name}): it holds phase {unknown[0]}, which has no row "
                f"in {moduli_path}; add it, or mend the structure."
            )
        else:
            try:
                check_structure(structure, max(soft, stiff) + 1)
            except ValueError as error:
                problems.append(f"{path} structure {place} ({name}): {error}.")
        yield (structure == stiff).astype(np.uint8)
    raise_problems(problems)
