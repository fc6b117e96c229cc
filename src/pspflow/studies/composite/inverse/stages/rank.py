"""Stage: several structures are drawn for each target, solved, ranked, and set beside retrieval."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.composite.inverse.candidates import propose
from pspflow.studies.composite.inverse.designs import check_designer, draw_latents
from pspflow.studies.composite.inverse.errors import relative_errors
from pspflow.studies.composite.inverse.options import DesignOptions
from pspflow.studies.composite.inverse.targets import inside, wanted_of
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.paths import SplitTable, StiffnessTable, StructureTable
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL, TARGETS, Target
from pspflow.studies.composite.structures.rows import structures_of
from pspflow.studies.composite.structures.solution import solve_candidates
from pspflow.studies.paths import Weights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage


@stage
def rank(
    *,
    target: Target,
    weights: Weights,
    table: StructureTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    ranked: Path,
    options: DesignOptions = DesignOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Draw structures of wanted stiffness, solve each, and rank them by their error.

    The targets are those of `infer`; latents are drawn from the network's refitted prior. The
    designs are compared with retrieval: the training structure of the first run that is nearest to
    what is wanted.

    Parameters
    ----------
    target
        What is wanted: c11 or normal.
    ranked
        Parquet table to write: one row per instance and structure drawn for it, the best first.
    options
        What is wanted, the number of structures drawn, and of draws of noise to choose from.
    solver
        Element and tolerance.
    """
    torch.set_num_threads(threads)
    wanted_gpa = wanted_of(target, table, stiffness, splits, options, seed).values_gpa
    network, material = load_network(weights, device)
    check_designer(network)
    columns = list(TARGETS[target])
    if list(network.properties) != columns:
        raise InputError(
            f"{weights}: it predicts {', '.join(network.properties)}; give weights of target "
            f"{target}."
        )
    count = options.candidates
    latents = [
        draw_latents(
            network.prior(row[None], "refitted"), count, generator(seed, "composite rank", instance)
        )[0]
        for instance, row in enumerate(wanted_gpa)
    ]
    asked = np.repeat(wanted_gpa, count, axis=0)
    drawn = torch.from_numpy(np.concatenate(latents)).to(network.device)
    phases, predicted_gpa = propose(network, drawn, asked, options.draws, seed)
    solved = solve_candidates(phases, material, solver, threads)
    reached = solved[:, [NORMAL.index(name) for name in columns]]
    rows = pd.DataFrame(
        {
            "instance": np.repeat(np.arange(len(wanted_gpa)), count),
            "error_percent": 100 * relative_errors(reached, asked).mean(axis=1),
            **dict(zip((f"wanted_{name}" for name in columns), asked.T, strict=True)),
            **dict(zip(NORMAL, solved.T, strict=True)),
            **dict(zip((f"predicted_{name}" for name in columns), predicted_gpa.T, strict=True)),
            "volume_fraction": phases.mean(axis=(1, 2, 3)),
            "inside": inside(columns, asked, material["ranges"]),
        }
    )
    training = structures_of(table, stiffness, splits, "train")
    rows = rows.join(_retrieved(training, columns, wanted_gpa), on="instance")
    rows = rows.sort_values(["instance", "error_percent"], kind="stable", ignore_index=True)
    rows.insert(1, "rank", rows.groupby("instance").cumcount() + 1)
    best = rows[rows["rank"] == 1]
    log.info(
        "Mean error: best of %d %.1f %%, all drawn %.1f %%, nearest training structure %.1f %%",
        *(count, best["error_percent"].mean(), rows["error_percent"].mean()),
        best["nearest_error_percent"].mean(),
    )
    write_table(ranked, rows, origin)


def _retrieved(training: pd.DataFrame, columns: list[str], wanted_gpa: np.ndarray) -> pd.DataFrame:
    """Find the structure that is nearest to each of what is wanted.

    Parameters
    ----------
    training
        Column structure, and those of the properties.
    columns
        Properties that are wanted.
    wanted_gpa
        Shape ``(instances, properties)``.

    Returns
    -------
    One row per instance: nearest_structure and nearest_error_percent.
    """
    values = training[columns].to_numpy()[None]
    errors = 100 * relative_errors(values, wanted_gpa[:, None]).mean(axis=2)
    return pd.DataFrame(
        {
            "nearest_structure": training["structure"].to_numpy()[errors.argmin(axis=1)],
            "nearest_error_percent": errors.min(axis=1),
        }
    )
