"""The training structures that designs are compared with, read from the files of a set."""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.studies.composite.certificates.reference import (
    Reference,
    fit_reference,
    nearest_in_stiffness,
)
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.rows import FIRST_RUN, read_positions, structures_of

FILES: Final = ("structures.zarr", "structures.parquet", "stiffness.parquet", "splits.parquet")


class SetFiles(NamedTuple):
    """Files of a set of structures."""

    structures: Path
    table: Path
    stiffness: Path
    splits: Path

    @classmethod
    def of(cls, folder: Path) -> "SetFiles":
        """Name those of a folder."""
        return cls(*(folder / name for name in FILES))

    def missing(self) -> tuple[Path, ...]:
        """Name those that do not exist."""
        return tuple(path for path in self if not path.exists())


@refuses_masks
def training_reference(
    files: SetFiles, designed: np.ndarray, run: int = FIRST_RUN, threads: int = 1
) -> Reference:
    """Describe the training structures of a run that are nearest in stiffness to designs.

    Parameters
    ----------
    files
        The set.
    designed
        `NORMAL` in GPa of the designs, shape ``(m, 6)``.
    run
        Whose training structures.
    threads
        Structures that are described at once.
    """
    rows = structures_of(files.table, files.stiffness, files.splits, "train", run)
    rows = rows.iloc[nearest_in_stiffness(rows[list(NORMAL)].to_numpy(), designed)]
    known = read_positions(files.structures, rows["position"])
    phases = np.stack([known[place] for place in rows["position"]])
    return fit_reference(phases, list(rows["morphology"]), list(rows["structure"]), threads)
