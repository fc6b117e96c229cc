"""Stage: structures of several draws of noise are solved, to see whether a choice helps."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.composite.inverse.errors import relative_errors
from pspflow.studies.composite.inverse.options import WantedOptions
from pspflow.studies.composite.inverse.targets import inside, wanted_of
from pspflow.studies.composite.networks.decoding import cut, noise_source
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.paths import SplitTable, StiffnessTable, StructureTable
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import C11, NORMAL
from pspflow.studies.composite.structures.solution import solve_candidates
from pspflow.studies.paths import Weights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage


@stage
def choose(
    *,
    weights: Weights,
    objective: Weights,
    table: StructureTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    draws: Path,
    options: WantedOptions = WantedOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Decode the inferred latents with several draws of noise, predict and solve each structure.

    The latents are those of `infer` for C11: the means of the components of the refitted prior.

    Parameters
    ----------
    weights
        Weights of a network whose decoder takes noise.
    draws
        Parquet table to write: one row per instance, component and draw, with errors in percent of
        what is wanted as the network predicts, as the objective's network does, and as solved.
    options
        What is wanted, and the number of draws.
    solver
        Element and tolerance.
    """
    torch.set_num_threads(threads)
    wanted_gpa = wanted_of("c11", table, stiffness, splits, options, seed).values_gpa
    network, material = load_network(weights, device)
    guide, _ = load_network(objective, device)
    means = network.prior(wanted_gpa, "refitted").means
    rows, made = [], []
    for instance, component in np.ndindex(*means.shape[:2]):
        copies = means[instance, component].expand(options.draws, -1)
        noise = noise_source(network, seed, "noise of a choice", instance, component)
        phases = cut(network.decode(copies, noise))
        own, guided = (each.predict(phases)[0][:, 0] for each in (network, guide))
        rows.append(
            pd.DataFrame(
                {
                    "instance": instance,
                    "component": component,
                    "draw": np.arange(options.draws),
                    "wanted_c11_gpa": wanted_gpa[instance, 0],
                    "predicted_c11_gpa": own,
                    "guide_c11_gpa": guided,
                }
            )
        )
        made.append(phases)
    found = pd.concat(rows, ignore_index=True)
    solved = solve_candidates(np.concatenate(made), material, solver, threads)
    found["c11_gpa"] = solved[:, NORMAL.index("c11_gpa")]
    asked = found[["wanted_c11_gpa"]].to_numpy()
    found["inside"] = inside(C11, asked, material["ranges"])
    for by in ("predicted_", "guide_", ""):
        errors = relative_errors(found[[f"{by}c11_gpa"]].to_numpy(), asked)
        found[f"{by}error_percent"] = 100 * errors[:, 0]
    write_table(draws, found, origin)
