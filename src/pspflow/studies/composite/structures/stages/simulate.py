"""Stage: a set of structures is simulated."""

from pathlib import Path

from joblib import Parallel, delayed

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.seeds import generator
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.structures.options import SetName, SimulatedOptions
from pspflow.studies.composite.structures.sets import (
    phase_table,
    plan_structures,
    write_structures,
)
from pspflow.studies.stage import Seed, Threads, stage


@stage
def simulate(
    *,
    name: SetName = "all",
    structures: Path,
    table: Path,
    phases: Path,
    options: SimulatedOptions = SimulatedOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Simulate a set of two-phase structures, as many of every morphology.

    Parameters
    ----------
    name
        Name of the set, see `options.SetName`.
    structures
        Zarr store to write: phase ids (structure, x, y, z).
    table
        Parquet table to write: one row per structure.
    phases
        Parquet table to write: the moduli of the phases.
    options
        Number, size, morphologies, volume fractions and moduli.
    """
    plan = plan_structures(name, options, seed)
    widths, edge = options.morphologies(name), options.edge(name)
    work = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(simulate_composite)(
            edge,
            widths[place % len(widths)],
            fraction,
            generator(seed, "composite structure", name, place),
        )
        for place, fraction in enumerate(plan["volume_fraction"])
    )
    made = progress(work, len(plan), f"structures of set {name}", "structure")
    plan["volume_fraction"] = write_structures(structures, made, len(plan), edge, origin)
    write_table(table, plan, origin)
    write_table(phases, phase_table(options.young_gpa, options.poisson), origin)
    log.info("Simulated %d structures of %d morphologies", len(plan), len(widths))
