"""Stage: test structures of a family are rebuilt by decoders that were trained on it."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.certificates.reference import fit_reference
from pspflow.studies.composite.families.names import family_of
from pspflow.studies.composite.families.options import FamiliesOptions
from pspflow.studies.composite.families.rebuilding import OBSERVED, distances
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.networks.reconstructions import reconstruction
from pspflow.studies.composite.paths import (
    PhaseTable,
    SplitTable,
    StiffnessTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.options import SetName, SolutionOptions
from pspflow.studies.composite.structures.properties import C11
from pspflow.studies.composite.structures.rows import evenly_spread, structures_of
from pspflow.studies.composite.structures.sets import PHASE, write_structures
from pspflow.studies.composite.structures.solution import material_of, solve_candidates
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Index, Seed, Threads, stage


@stage
def rebuild(
    *,
    name: SetName = "all",
    run: Index = 0,
    weights: NamedWeights,
    structures: StructureStore,
    table: StructureTable,
    phases: PhaseTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    rebuilt: Path,
    rebuilt_structures: Path,
    options: FamiliesOptions = FamiliesOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Rebuild test structures of a family by its decoders, solve them and describe them.

    Parameters
    ----------
    name
        The set.
    run
        Random split.
    rebuilt
        Parquet table to write: one row per model and structure, the test structures first.
    rebuilt_structures
        Zarr store to write: phase ids of the same rows.
    options
        Number of structures.
    solver
        Element and tolerance.
    """
    torch.set_num_threads(threads)
    voxels = read_values(open_store(structures), PHASE)
    train = structures_of(table, stiffness, splits, "train", run)
    tests = structures_of(table, stiffness, splits, "test", run)
    tests = tests.iloc[evenly_spread(len(tests), options.reconstructions)]
    real = voxels[train["position"]]
    reference = fit_reference(real, train["morphology"].tolist(), threads=threads)
    observed = voxels[tests["position"]]
    made = {OBSERVED: observed}
    for model, path in weights.items():
        made[model] = reconstruction(load_network(path, device)[0], observed, seed)
    known = set(train["morphology"])
    kinds = [each if each in known else "all" for each in tests["morphology"]]
    material = material_of(read_table(phases))
    solved = tests[C11[0]].to_numpy()
    parts = []
    for model, some in made.items():
        own = (
            solved if model == OBSERVED else solve_candidates(some, material, solver, threads)[:, 0]
        )
        columns = {
            "family": family_of(name),
            "model": model,
            "run": run,
            "structure": tests["structure"].to_numpy(),
            "morphology": tests["morphology"].to_numpy(),
            "volume_fraction": some.mean(axis=(1, 2, 3)),
            "c11_gpa": own,
            "c11_error_percent": 100 * np.abs(own - solved) / np.abs(solved),
        }
        far = distances(some, kinds, reference, threads)
        parts.append(pd.concat([pd.DataFrame(columns), far], axis=1))
    write_table(rebuilt, pd.concat(parts, ignore_index=True), origin)
    everything = np.concatenate(list(made.values()))
    write_structures(rebuilt_structures, everything, len(everything), observed.shape[1], origin)
