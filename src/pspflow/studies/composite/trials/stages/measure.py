"""Stage: the network of a trial is measured on validation and test structures."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.seeds import generator
from pspflow.studies.composite.networks.endings import ending
from pspflow.studies.composite.networks.network import Network, load_network, to_input
from pspflow.studies.composite.networks.options import TrainingOptions
from pspflow.studies.composite.networks.reconstruction_losses import reconstruction_loss
from pspflow.studies.composite.paths import (
    HistoryTable,
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
from pspflow.studies.paths import Weights
from pspflow.studies.stage import AUTO, Device, Index, Seed, Threads, stage

UNIT_STRUCTURES = 128
"""Training structures from which reconstruction losses take their units."""


@stage
def measure(
    *,
    weights: Weights,
    history: HistoryTable,
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
    """Measure a trained network of C11 on validation and on test structures.

    Parameters
    ----------
    run
        Random split that the network was trained on.
    style_weights
        File of VGG19's weights, for networks with the style loss; none: fixed random filters.
    measures
        Parquet table to write: one row for the validation structures and one for the tests.
    designs
        Number of validation structures whose C11 is designed for; 0 for none.
    solver
        How designs are solved.
    """
    torch.set_num_threads(threads)
    network, material = load_network(weights, device)
    rows = read_split(splits, run)
    names = rows["structure"].to_numpy()
    voxels = read_values(open_store(structures), PHASE)
    values = rows_of(stiffness, names, splits)[NORMAL[0]].to_numpy(np.float64)
    kinds = rows_of(table, names, splits)["morphology"].to_numpy(str)

    def known(split: str) -> Known:
        here = np.flatnonzero(rows["split"] == split)
        return Known(voxels[here], values[here], kinds[here])

    training = known("train")
    parts = {split: known(split) for split in ("validation", "test")}
    found = {name: regression_measures(network, part) for name, part in parts.items()}
    if network.recipe.autoencoder:
        loss = reconstruction_loss(network.recipe, style_weights).to(device)
        drawn = generator(seed, "units of a trial", run).permutation(len(training.c11_gpa))
        few = training.phases[drawn[:UNIT_STRUCTURES]]
        loss.fit(to_input(torch.from_numpy(few).to(device)))  # type: ignore[operator]
        learned = Latents.of(network, training)
        for name, part in parts.items():
            latents = Latents.of(network, part)
            found[name] |= latent_measures(latents, learned, seed)
            found[name]["reconstruction"] = reconstruction(
                network, loss, part.phases, latents.means, seed
            )
            found[name]["separation"] = separation(
                latents.components, part.morphologies, (learned.components, training.morphologies)
            )
            found[name]["separation_by_c11"] = separation_by_property(
                part.c11_gpa, part.morphologies, (training.c11_gpa, training.morphologies)
            )
        if designs:
            wanted = spread_over(parts["validation"].c11_gpa, designs)
            found["validation"]["design_error"] = design_error(
                network,
                wanted,
                lambda phases: solve_candidates(phases, material, solver, threads)[:, 0],
                seed,
            )
    settings = _settings(network, history, len(training.c11_gpa))
    made = pd.DataFrame([{"split": name, **settings, **each} for name, each in found.items()])
    write_table(measures, made.reindex(columns=COLUMNS), origin)


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
