"""The stage of solver-ranked design: several structures drawn for each target, and retrieval."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.errors import InputError
from pspflow.io.artefacts import Inputs
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.composite.candidates import propose, solve_candidates
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.designing import check_designer, draw_latents
from pspflow.studies.composite.inverse import solved_provenance
from pspflow.studies.composite.inverse_options import InverseOptions
from pspflow.studies.composite.inverse_targets import structures_of, wanted_of
from pspflow.studies.composite.misses import relative_misses
from pspflow.studies.composite.networks import load_network
from pspflow.studies.composite.properties import NORMAL, TARGETS, Target


def rank(
    *,
    target: Target,
    weights: Path,
    table: Path,
    stiffness: Path,
    splits: Path,
    ranked: Path,
    options: InverseOptions = InverseOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Draw structures of wanted stiffness, solve each, and rank them by their error.

    What is wanted is what `infer` is asked for. Beside the designs stands retrieval: the training
    structure that is nearest to what is wanted.

    Parameters
    ----------
    target
        What is wanted: c11 or normal.
    weights
        Weights of the network that designs; latents are drawn from its refitted prior.
    table
        Table of the set's structures.
    stiffness
        Table of the solved stiffnesses.
    splits
        Table of the splits; retrieval is from the first run's training structures.
    ranked
        Parquet table to write: a row an instance and structure drawn for it, the best first.
    options
        What is wanted, how many structures are drawn, and how many noises to choose from.
    solver
        Element and tolerance.
    seed
        Seed of latents, noises, and of the choice of test structures.
    threads
        Threads of torch, and structures that are solved at once.
    """
    torch.set_num_threads(threads)
    wanted_gpa = wanted_of(target, table, stiffness, splits, options, seed).values_gpa
    network, material = load_network(weights)
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
    proposals = propose(network, drawn, asked, options.draws, seed)
    solved = solve_candidates(proposals.phases, material, solver, threads)
    reached = solved[:, [NORMAL.index(name) for name in columns]]
    limits = np.array([material["ranges"][name] for name in columns])
    rows = pd.DataFrame(
        {
            "instance": np.repeat(np.arange(len(wanted_gpa)), count),
            "error_percent": 100 * relative_misses(reached, asked).mean(axis=1),
            **dict(zip((f"wanted_{name}" for name in columns), asked.T, strict=True)),
            **dict(zip(NORMAL, solved.T, strict=True)),
            **dict(zip((f"told_{name}" for name in columns), proposals.told_gpa.T, strict=True)),
            "volume_fraction": proposals.phases.mean(axis=(1, 2, 3)),
            "inside": ((asked >= limits[:, 0]) & (asked <= limits[:, 1])).all(axis=1),
        }
    )
    training = structures_of(table, stiffness, splits, "train")
    rows = rows.join(retrieved(training, columns, wanted_gpa), on="instance")
    rows = rows.sort_values(["instance", "error_percent"], kind="stable", ignore_index=True)
    rows.insert(1, "rank", rows.groupby("instance").cumcount() + 1)
    log.info(
        "Mean error: best of %d %.1f %%, all drawn %.1f %%, nearest training structure %.1f %%",
        count,
        rows.loc[rows["rank"] == 1, "error_percent"].mean(),
        rows["error_percent"].mean(),
        rows.loc[rows["rank"] == 1, "nearest_error_percent"].mean(),
    )

    inputs: Inputs = {
        "weights": weights,
        "table": table,
        "stiffness": stiffness,
        "splits": splits,
    }
    write_table(
        ranked, rows, solved_provenance(f"composite rank {target}", inputs, options, solver, seed)
    )


def retrieved(training: pd.DataFrame, columns: list[str], wanted_gpa: np.ndarray) -> pd.DataFrame:
    """Find the structure that is nearest to each of what is wanted.

    Parameters
    ----------
    training
        Column structure, and those of the properties.
    columns
        Which properties are wanted.
    wanted_gpa
        Shape ``(instances, properties)``.

    Returns
    -------
    A row an instance: nearest_structure and nearest_error_percent.
    """
    values = training[columns].to_numpy()[None]
    errors = 100 * relative_misses(values, wanted_gpa[:, None]).mean(axis=2)
    return pd.DataFrame(
        {
            "nearest_structure": training["structure"].to_numpy()[errors.argmin(axis=1)],
            "nearest_error_percent": errors.min(axis=1),
        }
    )
