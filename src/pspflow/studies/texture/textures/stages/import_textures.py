"""Stage: the user's own textures of a set are read and stored."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError, raise_problems
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.io.textures import Orientations, read_orientations
from pspflow.logs import log, progress
from pspflow.mechanics.texture import (
    Candidates,
    coefficient_distance,
    coefficients,
    representative_orientations,
    specimen_asymmetry,
    texture_index,
)
from pspflow.seeds import generator
from pspflow.studies.stage import Seed, Whole, stage
from pspflow.studies.texture.textures.options import SetName
from pspflow.studies.texture.textures.sets import FILE, INDEX, MISSED, NAME
from pspflow.studies.texture.textures.sheets import Entry, in_the_sheets_words, read_entries
from pspflow.studies.texture.textures.store import TEXTURE, write_orientations

ASYMMETRIC_DEG: Final = 2.0
"""Asymmetry beyond what chance explains, above which a texture is doubted."""
ASYMMETRY_DRAWS: Final = 100
"""Grains by which it is measured: .1 s a file."""


@stage
def import_textures(
    *,
    name: SetName = "pool",
    sheet: Path,
    textures: Path,
    table: Path,
    grains: Whole = 500,
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Read your textures of a set, each as so many orientations of equal weight.

    Parameters
    ----------
    name
        Name of the set: `pool` of candidates, `validation` or `test`.
    sheet
        Your CSV or Parquet table of the textures: texture, file, split, and where files do not say
        it unit, quaternion_order, quaternion_sense and phase.
    textures
        Zarr store to write: coefficients and orientations.
    table
        Parquet table to write: one row per texture, with what reading its file said.
    grains
        Orientations of equal weight that stand for those of a file.

    Raises
    ------
    InputError
        With a sentence for each row or file that cannot be used.
    """
    entries = [entry for entry in read_entries(sheet) if entry.split == name]
    kept, rows, problems = [], [], []
    for entry in progress(entries, len(entries), f"reading textures of set {name}", "texture"):
        try:
            read = _read(entry)
        except InputError as error:
            said = in_the_sheets_words(str(error))
            problems.append(f"{sheet} row {entry.row}: {said}")
            continue
        rng = generator(seed, "texture of sheet", entry.name)
        chosen = representative_orientations(read.angles_rad, read.weights, grains, rng)
        kept.append(chosen)
        rows.append(_row(entry, read, chosen, generator(seed, "asymmetry of sheet", entry.name)))
    raise_problems(problems)
    orientations = np.stack(kept)
    made = Candidates(
        orientations,
        np.full(orientations.shape[:2], 1 / grains),
        np.stack([coefficients(each) for each in orientations]),
    )
    origin = origin.including({"sheet": sheet, "files": [entry.file for entry in entries]})
    write_orientations(textures, made, origin)
    found = pd.DataFrame(rows)
    found.insert(0, TEXTURE, np.arange(len(found)))
    write_table(table, found, origin)
    log.info(
        "Read %d textures; the farthest from its file by %.2g", len(found), found[MISSED].max()
    )


def _read(entry: Entry) -> Orientations:
    read = read_orientations(entry.file, **entry.reading, symmetry="cubic")
    if len(read) == 1:
        raise InputError(
            f"{entry.file}: it holds one orientation, which is no texture; export the whole map."
        )
    return read


def _row(
    entry: Entry, read: Orientations, chosen: np.ndarray, rng: np.random.Generator
) -> dict[str, Any]:
    doubts = list(read.doubts)
    if len(read) < len(chosen):
        doubts.append(f"it has {len(read)} orientations only, which are repeated")
        log.warning("%s: %s", entry.file, doubts[-1])
    apart, ruler = np.degrees(
        specimen_asymmetry(read.angles_rad, rng, read.weights, ASYMMETRY_DRAWS)
    )
    if apart > ruler + ASYMMETRIC_DEG:
        doubts.append(
            f"it is not orthorhombic: symmetrising turns its grains by {apart:.1f}° on average, "
            f"{apart - ruler:.1f}° more than chance explains, and coefficients and parameters are "
            "those of the symmetrised texture"
        )
        log.warning("%s: %s", entry.file, doubts[-1])
    found = coefficients(chosen)
    whole = coefficients(read.angles_rad, read.weights)
    return {
        NAME: entry.name,
        INDEX: float(texture_index(found)),
        FILE: str(entry.file),
        "orientations": len(read),
        MISSED: float(coefficient_distance(found, whole)),
        "notes": "; ".join(read.notes),
        "doubts": "; ".join(doubts),
    }
