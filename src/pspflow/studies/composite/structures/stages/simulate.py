"""Stage: a set of structures is simulated."""

from functools import partial
from pathlib import Path

from joblib import Parallel, delayed

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.seeds import generator
from pspflow.simulate import simulate_composite
from pspflow.simulate.families import FAMILIES, Simulator
from pspflow.studies.composite.structures.options import SetName, SimulatedOptions
from pspflow.studies.composite.structures.sets import (
    morphology_name,
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
    made_by, edge = simulators(name, options), options.edge(name)
    plan = plan_structures(name, list(made_by), options, seed)
    work = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(made_by[row.morphology])(
            edge,
            volume_fraction=row.volume_fraction,
            rng=generator(seed, "composite structure", name, place),
        )
        for place, row in enumerate(plan.itertuples())
    )
    made = progress(work, len(plan), f"structures of set {name}", "structure")
    plan["volume_fraction"] = write_structures(structures, made, len(plan), edge, origin)
    write_table(table, plan, origin)
    write_table(phases, phase_table(options.young_gpa, options.poisson), origin)
    log.info("Simulated %d structures of %d morphologies", len(plan), len(made_by))


def simulators(name: SetName, options: SimulatedOptions) -> dict[str, Simulator]:
    """Return what simulates each morphology of a set, by the morphology's name."""
    if name in FAMILIES:
        return dict(FAMILIES[name])
    return {
        morphology_name(widths): partial(simulate_composite, sigma_voxels=widths)
        for widths in options.morphologies(name)
    }
