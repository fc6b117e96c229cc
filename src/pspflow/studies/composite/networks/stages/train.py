"""Stage: a network of the study is trained, whichever it is."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import torch
from cyclopts import Parameter
from torch import Tensor

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.logs import log
from pspflow.models.parameters import parameter_count
from pspflow.seeds import generator
from pspflow.studies.composite.networks.endings import SCORE, watched
from pspflow.studies.composite.networks.network import LEAST, Network, to_input
from pspflow.studies.composite.networks.options import TrainingOptions
from pspflow.studies.composite.networks.priors import refit
from pspflow.studies.composite.networks.recipes import RECIPES, NetworkName, known_network
from pspflow.studies.composite.networks.reconstruction_losses import reconstruction_loss
from pspflow.studies.composite.networks.symmetry import COPIES
from pspflow.studies.composite.networks.training import AutoencoderLoss, NetworkLoss, training_of
from pspflow.studies.composite.paths import (
    PhaseTable,
    SplitTable,
    StiffnessTable,
    StructureStore,
    StyleWeights,
)
from pspflow.studies.composite.structures.options import SetName
from pspflow.studies.composite.structures.properties import NORMAL, TARGETS, Target
from pspflow.studies.composite.structures.rows import read_split, rows_of
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.composite.structures.splits import training_rows
from pspflow.studies.composite.structures.symmetries import Symmetries, symmetries_of
from pspflow.studies.stage import AUTO, Device, Index, Seed, Threads, stage
from pspflow.training.data import Pairs, in_order, shuffled
from pspflow.training.session import prepare, train_and_save

UNIT_STRUCTURES = 128
"""Training structures from which reconstruction losses take their units."""

NetworkArgument = Annotated[
    NetworkName,
    Parameter(
        help=f"Name of the network: {', '.join(RECIPES)}.",
        validator=lambda _, name: known_network(name),
    ),
]


@stage
def train(
    *,
    network: NetworkArgument,
    name: SetName = "all",
    target: Target | None = None,
    run: Index = 0,
    structures: StructureStore,
    phases: PhaseTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    style_weights: StyleWeights | None = None,
    weights: Path,
    history: Path,
    options: TrainingOptions = TrainingOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Train a network until its loss on validation structures stops falling.

    A killed training continues from its last epoch when it is started again. Augmented networks
    learn from symmetric copies, of those symmetries that the set has, and train to the end of their
    schedule.

    Parameters
    ----------
    name
        Set of the structures.
    target
        What it predicts; none for the plain autoencoder.
    run
        Which random split; it also seeds the weights.
    style_weights
        File of VGG19's weights, for networks with the style loss; none: fixed random filters.
    weights
        Safetensors file to write: the weights of the best epoch, with a refitted prior.
    history
        Parquet table to write: losses by epoch.
    options
        Sizes, weights of the loss and length of the training.

    Raises
    ------
    InputError
        If the network predicts properties and no target is given, or there are fewer training
        structures than are wanted.
    """
    stream = seed + 1000 * run
    prepare(threads, stream)
    recipe = RECIPES[network]
    if recipe.regression and target is None:
        raise InputError(f"Network {network} predicts properties: give --target c11 or normal.")
    properties = TARGETS[target] if recipe.regression and target else ()
    rows = read_split(splits, run)
    values = rows_of(stiffness, rows["structure"].to_numpy(), splits)[list(NORMAL)].to_numpy()
    store = open_store(structures)
    voxels = read_values(store, PHASE)
    part = {
        "train": _training_rows(rows["split"], options.training_structures, splits),
        "validation": np.flatnonzero(rows["split"] == "validation"),
    }
    data = {
        split: Pairs(torch.from_numpy(voxels[here]), torch.from_numpy(values[here]).float())
        for split, here in part.items()
    }
    columns = [NORMAL.index(each) for each in properties]
    known = values[part["train"]][:, columns]
    arguments = {
        "model": network,
        "edge": voxels.shape[1],
        "properties": list(properties),
        "log": bool(recipe.log and properties and _positive(known)),
        "components": options.components if recipe.mixture else 1,
        **{key: getattr(options, key) for key in ("latent", "width", "decoder_width", "dense")},
    }
    made = Network(**arguments)
    if recipe.mixture:
        made.start_apart(options.prior_spread)
    if properties:
        made.scale.fit(torch.from_numpy(known.astype(np.float32)))
    copies = None
    if recipe.augmented:
        rng = generator(seed, "composite symmetries", run)
        copies = symmetries_of(store, name, voxels[part["train"]], rng)
        log.info("Symmetric copies that the set allows: %s", copies)
        origin = replace(origin, options={**origin.options, COPIES: str(copies)})
    loss = _loss(made, columns, options, stream, copies)
    if isinstance(loss, AutoencoderLoss):
        loss.reconstruction = reconstruction_loss(recipe, style_weights)
        # neighbours in a user's stack may be alike: the pairs that set the unit are drawn
        drawn = generator(seed, "composite units", run).permutation(len(known))[:UNIT_STRUCTURES]
        few = to_input(data["train"].inputs[drawn]).to(device)
        loss.reconstruction.to(device).fit(few)  # type: ignore[operator]
    log.info("%d structures to train on, %d parameters", len(known), parameter_count(made.net))
    seen = voxels[part["train"]].mean(axis=(1, 2, 3), dtype=np.float64)
    material = _material(read_table(phases), properties, known, seen)

    epochs = options.epochs(network, name)

    def finish(best: dict[str, Tensor]) -> dict[str, Tensor]:
        made.load_state_dict(best)
        made.eval()
        if made.refitted is not None:
            _refit(made, data, columns, stream, options.prior_spread)
        return made.state_dict()

    train_and_save(
        training_of(
            loss,
            shuffled(data["train"], options.batch_size, stream),
            in_order(data["validation"], options.batch_size),
            epochs,
            device,
        ),
        origin=origin,
        weights=weights,
        history=history,
        model={**arguments, "material": material},
        epochs=epochs,
        score=SCORE,
        patience=None if recipe.augmented else options.patience,
        watched=watched(network),
        finish=finish,
    )


def _training_rows(split: pd.Series, count: int | None, splits: Path) -> np.ndarray:
    try:
        return training_rows(split, count)
    except ValueError as error:
        raise InputError(
            f"{splits}: {error}, spare ones among them; make more structures."
        ) from None


def _loss(
    network: Network,
    columns: list[int],
    options: TrainingOptions,
    seed: int,
    symmetries: Symmetries | None,
) -> NetworkLoss:
    kind = AutoencoderLoss if network.recipe.autoencoder else NetworkLoss
    return kind(network, columns, options.objective(network.model), seed, symmetries)


def _refit(
    network: Network, data: Mapping[str, Pairs], columns: list[int], seed: int, spread: float
) -> None:
    """Refit the prior on the latents of training and validation structures."""
    known = []
    for split in ("train", "validation"):
        means, log_variances = network.encode(data[split].inputs.numpy())
        wanted = network.scale(data[split].targets[:, columns].to(network.device)).cpu()
        known.append((torch.from_numpy(means), torch.from_numpy(log_variances), wanted))
    prior = network.refitted
    assert prior is not None
    reached = refit(prior.cpu(), known[0], known[1], seed, spread)
    prior.to(network.device)
    log.info("Refitted prior: %.2f nats per validation structure", reached)


def _positive(known: np.ndarray) -> bool:
    """Return whether logarithms of properties `n x p` are safe: none comes near 0."""
    return bool((known.min(axis=0) > LEAST * np.abs(known).mean(axis=0)).all())


def _material(
    phases: pd.DataFrame, properties: tuple[str, ...], known: np.ndarray, fractions: np.ndarray
) -> dict[str, Any]:
    """Describe what the network was trained on, for those who use it without the run."""
    columns = {**dict(zip(properties, known.T, strict=True)), "volume_fraction": fractions}
    return {
        "young_gpa": phases["young_gpa"].tolist(),
        "poisson": phases["poisson"].tolist(),
        "ranges": {
            name: [float(column.min()), float(column.max())] for name, column in columns.items()
        },
    }
