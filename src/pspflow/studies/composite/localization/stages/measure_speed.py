"""Stage: the ways to local fields are timed."""

from pathlib import Path

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log_table
from pspflow.studies.composite.localization.fields import FieldSet
from pspflow.studies.composite.localization.options import LocalizationOptions
from pspflow.studies.composite.localization.speed import speeds
from pspflow.studies.composite.paths import (
    FieldStore,
    PhaseTable,
    SplitTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.stage import AUTO, Device, Threads, stage
from pspflow.training.memory import keep_freed_memory


@stage
def measure_speed(
    *,
    structures: StructureStore,
    fields: FieldStore,
    table: StructureTable,
    phases: PhaseTable,
    splits: SplitTable,
    speed: Path,
    options: LocalizationOptions = LocalizationOptions(),
    solver: SolutionOptions = SolutionOptions(),
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Time the solver, networks and linear models on the structures of localization.

    Parameters
    ----------
    speed
        Parquet table to write: seconds per structure of each model, of CPNet by its gap, and of the
        solver, each with its device and threads.
    options
        Sizes of the Fourier neural operator.
    solver
        Element and tolerance with which the solver is timed.

    Raises
    ------
    InputError
        If stores and tables do not belong together, or a structure has no solution.
    """
    keep_freed_memory()
    known = FieldSet.open(structures, fields, table, splits)
    timed = speeds(known, options.fno, read_table(phases), solver, threads, device)
    log_table(timed)
    write_table(speed, timed, origin)
