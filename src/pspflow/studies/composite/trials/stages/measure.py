"""Stage: the networks of trials are measured on validation and test structures."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.logs import progress
from pspflow.seeds import generator
from pspflow.studies.composite.networks.endings import ending
from pspflow.studies.composite.networks.network import Network, load_network, to_input
from pspflow.studies.composite.networks.options import TrainingOptions
from pspflow.studies.composite.networks.reconstruction_losses import reconstruction_loss
from pspflow.studies.composite.paths import (
    SplitTable,
    StiffnessTable,
    StructureStore,
    StructureTable,
    StyleWeights,
)
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.rows import read_split, rows_of
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.composite.structures.solution import solve_candidates
from pspflow.studies.composite.trials.measures import (
    Known,
    Latents,
    design_error,
    latent_measures,
    reconstruction,
    regression_measures,
    separation,
    separation_by_property,
    spread_over,
)
from pspflow.studies.composite.trials.tables import COLUMNS
from pspflow.studies.paths import NamedHistories, NamedWeights
from pspflow.studies.stage import AUTO, Device, Index, Seed, Threads, stage

UNIT_STRUCTURES = 128
"""Training structures from which reconstruction losses take their units."""


@stage
def measure(
    *,
    weights: NamedWeights,
    histories: NamedHistories,
    run: Index = 0,
    structures: StructureStore,
    table: StructureTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    style_weights: StyleWeights | None = None,
    measures: Path,
    designs: Index = 6,
    solver: SolutionOptions = SolutionOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Measure trained networks of C11 on validation and on test structures of one split.

    Parameters
    ----------
    weights, histories
        By the names of the trials.
    run
        Random split that the networks were trained on.
    style_weights
        File of VGG19's weights, for networks with the style loss; none: fixed random filters.
    measures
        Parquet table to write: of each `trial` one row for the validation structures and one for
        the tests.
    designs
        Number of validation structures whose C11 is designed for; 0 for none.
    solver
        How designs are solved.

    Raises
    ------
    InputError
        If the histories are not those of the weights.
    """
    if set(histories) != set(weights):
        raise InputError("--histories names other trials than --weights; give one of each.")
    torch.set_num_threads(threads)
    rows = read_split(splits, run)
    names = rows["structure"].to_numpy()
    voxels = read_values(open_store(structures), PHASE)
    values = rows_of(stiffness, names, splits)[NORMAL[0]].to_numpy(np.float64)
    kinds = rows_of(table, names, splits)["morphology"].to_numpy(str)
    parts = {}
    for split in ("train", "validation", "test"):
        here = np.flatnonzero(rows["split"] == split)
        parts[split] = Known(voxels[here], values[here], kinds[here])
    drawn = generator(seed, "units of a trial", run).permutation(len(parts["train"].c11_gpa))
    few = to_input(torch.from_numpy(parts["train"].phases[drawn[:UNIT_STRUCTURES]]).to(device))
    made = []
    for name, path in progress(weights.items(), len(weights), "trials", "trial"):
        network, material = load_network(path, device)
        judged = {split: parts[split] for split in ("validation", "test")}
        found = {split: regression_measures(network, part) for split, part in judged.items()}
        if network.recipe.autoencoder:
            loss = reconstruction_loss(network.recipe, style_weights).to(device)
            loss.fit(few)  # type: ignore[operator]
            _add_decoding(found, network, loss, parts, seed)
            if designs:
                wanted = spread_over(parts["validation"].c11_gpa, designs)
                found["validation"]["design_error"] = design_error(
                    network,
                    wanted,
                    partial(_solved, material=material, solver=solver, threads=threads),
                    seed,
                )
        settings = _settings(network, histories[name], len(parts["train"].c11_gpa))
        made += [
            {"trial": name, "split": split, **settings, **each} for split, each in found.items()
        ]
    write_table(measures, pd.DataFrame(made).reindex(columns=["trial", *COLUMNS]), origin)


def _solved(
    phases: np.ndarray, *, material: dict[str, Any], solver: SolutionOptions, threads: int
) -> np.ndarray:
    return solve_candidates(phases, material, solver, threads)[:, 0]


def _add_decoding(
    found: dict[str, dict[str, float]],
    network: Network,
    loss: nn.Module,
    parts: Mapping[str, Known],
    seed: int,
) -> None:
    """Measure latents and reconstructions of the splits that are judged."""
    training = parts["train"]
    learned = Latents.of(network, training)
    for split in found:
        part = parts[split]
        latents = Latents.of(network, part)
        found[split] |= {
            **latent_measures(latents, learned, seed),
            "reconstruction": reconstruction(network, loss, part.phases, latents.means, seed),
            "separation": separation(
                latents.components, part.morphologies, (learned.components, training.morphologies)
            ),
            "separation_by_c11": separation_by_property(
                part.c11_gpa, part.morphologies, (training.c11_gpa, training.morphologies)
            ),
        }


def _settings(network: Network, history: Path, training_structures: int) -> dict[str, object]:
    """Say what a network was trained with, by the record of its training."""
    told = table_provenance(history)["options"]
    known = set(TrainingOptions.model_fields)
    options = TrainingOptions.model_validate({k: v for k, v in told.items() if k in known})
    rows, recipe = read_table(history), network.recipe
    objective = options.objective(network.model)
    weighted = recipe.autoencoder
    return {
        "training_structures": options.training_structures or training_structures,
        "regression_weight": objective.regression_weight if weighted else np.nan,
        "kl_weight": objective.kl_weight if weighted else np.nan,
        "latent": float(options.latent) if weighted else np.nan,
        "components": float(options.components if recipe.mixture else 1) if weighted else np.nan,
        "prior_spread": options.prior_spread if recipe.mixture else np.nan,
        "epochs": len(rows),
        "ended_by": ending(rows, network.model, options.patience),
    }
