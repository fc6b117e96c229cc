"""Stage: the user's own structures are checked and stored."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.errors import InputError, raise_problems
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.mechanics import check_structure
from pspflow.studies.composite.structures.duplicates import check_copies, copies, signature
from pspflow.studies.composite.structures.sets import phase_table, write_structures
from pspflow.studies.composite.structures.stack import Stack, ids_of, missing_voxels, open_stack
from pspflow.studies.composite.structures.stack_tables import read_moduli, read_structures
from pspflow.studies.stage import stage


@stage
def import_structures(
    *,
    stack: Path,
    moduli: Path,
    sheet: Path | None = None,
    structures: Path,
    table: Path,
    phases: Path,
    array: str = "phase",
    origin: Provenance,
) -> None:
    """Check your structures and their phases, and store them with the stiffer phase as 1.

    Parameters
    ----------
    stack
        Your .npy file or Zarr array or group: phase ids (structure, x, y, z), or in the order that
        the names of its dimensions say.
    moduli
        Your CSV or Parquet table of the phases: phase, young_gpa, poisson.
    sheet
        Your CSV or Parquet table of the structures, if any: structure, specimen, morphology.
    structures
        Zarr store to write: phase ids 0 and 1 (structure, x, y, z).
    table
        Parquet table to write: one row per structure.
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
    if sheet is not None:
        rows = _as_in_stack(rows, ids_of(given), sheet, stack)
    # the user's files are fingerprinted once they have been checked
    files = {"stack": stack, "moduli": moduli, **({"sheet": sheet} if sheet else {})}
    origin = origin.including(files)
    found = _stored(stack, given, rows, known, moduli)
    made = progress(found, len(rows), "reading structures", "structure")
    rows["volume_fraction"] = write_structures(structures, made, len(rows), given.shape[1], origin)
    write_table(table, rows, origin)
    write_table(phases, phase_table(known["young_gpa"], known["poisson"]), origin)
    log.info("Phase %d is the stiffer one, stored as 1; phase %d as 0", *known.index[::-1])


def _as_in_stack(rows: pd.DataFrame, ids: list[str], sheet: Path, stack: Path) -> pd.DataFrame:
    """Bring the rows of a table into the order of the ids that the stack has, if it has any."""
    names = rows["structure"].tolist()
    shared = set(ids) & set(names)
    lost = [name for name in ids if name not in shared]
    counted = ids == [str(place) for place in range(len(ids))]
    if not shared or ids == names or (lost and counted):
        return rows
    if lost or len(set(ids)) < len(ids):
        raise InputError(
            f"{sheet}: it names {len(shared)} of the {len(ids)} structures as {stack} does, but "
            f"not {lost[0] if lost else 'each once'}; use the ids of the stack for all or none."
        )
    log.info("%s: its rows are taken in the order of the ids in the stack", sheet)
    return rows.set_index("structure").loc[ids].reset_index()


def _stored(
    path: Path,
    stack: Stack,
    rows: pd.DataFrame,
    moduli: pd.DataFrame,
    moduli_path: Path,
) -> Iterator[np.ndarray]:
    """Yield each structure as it is stored, uint8, and raise for all faulty ones at the end."""
    problems: list[str] = []
    signatures, fractions = [], []
    soft, stiff = moduli.index
    for place, name in enumerate(rows["structure"]):
        structure = np.asarray(stack[place])
        missing = missing_voxels(stack, structure)
        unknown = np.setdiff1d(structure.astype(np.int64), moduli.index)
        if missing:
            problems.append(f"{path} structure {place} ({name}): {missing}.")
        elif unknown.size:
            problems.append(
                f"{path} structure {place} ({name}): it holds phase {unknown[0]}, which has no row "
                f"in {moduli_path}; add it, or correct the structure."
            )
        else:
            try:
                check_structure(structure, max(soft, stiff) + 1)
            except ValueError as error:
                problems.append(f"{path} structure {place} ({name}): {error}.")
        phases = (structure == stiff).astype(np.uint8)
        signatures.append(signature(phases))
        fractions.append(phases.mean())
        yield phases
    raise_problems(problems)
    same = copies(
        np.stack(signatures),
        np.array(fractions),
        lambda place: (np.asarray(stack[place]) == stiff).astype(np.uint8),
    )
    check_copies(path, rows, same)
