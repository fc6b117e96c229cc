"""Stage: test structures are decoded from their latents, and solved."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.networks.captions import OBSERVED
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.networks.reconstructions import reconstruction, several
from pspflow.studies.composite.paths import (
    PhaseTable,
    SplitTable,
    StiffnessTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.rows import read_positions, structures_of
from pspflow.studies.composite.structures.sets import write_structures
from pspflow.studies.composite.structures.solution import material_of, solve_candidates
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage


@stage
def reconstruct(
    *,
    weights: NamedWeights,
    structures: StructureStore,
    table: StructureTable,
    phases: PhaseTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    reconstructions: Path,
    reconstructed: Path,
    solver: SolutionOptions = SolutionOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Decode test structures of several morphologies from their latents, and solve the results.

    Composite paper, Figure 6. The structures are test structures of the first run.

    Parameters
    ----------
    reconstructions
        Parquet table to write: volume fraction and stiffness, one row per structure and model.
    reconstructed
        Zarr store to write: phase ids of the same rows.
    solver
        Element and tolerance.
    """
    torch.set_num_threads(threads)
    tests = several(structures_of(table, stiffness, splits, "test"))
    known = read_positions(structures, tests["position"])
    observed = np.stack([known[place] for place in tests["position"]])
    made = {OBSERVED: observed}
    for model, path in weights.items():
        made[model] = reconstruction(load_network(path, device)[0], observed, seed)
    rows = pd.DataFrame(
        {
            "structure": np.tile(tests["structure"], len(made)),
            "morphology": np.tile(tests["morphology"], len(made)),
            "model": np.repeat(list(made), len(tests)),
            "volume_fraction": np.concatenate(
                [each.mean(axis=(1, 2, 3)) for each in made.values()]
            ),
        }
    )
    new = np.concatenate([made[model] for model in weights])
    solved = solve_candidates(new, material_of(read_table(phases)), solver, threads)
    rows[list(NORMAL)] = np.concatenate([tests[list(NORMAL)].to_numpy(), solved])
    write_table(reconstructions, rows, origin)
    everything = np.concatenate(list(made.values()))
    write_structures(reconstructed, everything, len(everything), observed.shape[1], origin)
