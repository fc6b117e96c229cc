"""Stage: a model of codes is trained on chips."""

from pathlib import Path

import numpy as np

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.logs import log
from pspflow.models.parameters import parameter_count
from pspflow.models.steel.nearest import NearestCode
from pspflow.models.steel.vqvae import VQVAE
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, MicrographStore
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.steel.codes.chips import split_chips
from pspflow.studies.steel.codes.networks import RECIPES
from pspflow.studies.steel.codes.options import CodeModel, CodesOptions, TrainedOn
from pspflow.studies.steel.codes.training import CodeTraining
from pspflow.training.data import ChipTargets, in_order, shuffled
from pspflow.training.gather import ChipGather
from pspflow.training.optimisers import Adam
from pspflow.training.session import prepare, train_and_save


@stage
def train(
    *,
    code_model: CodeModel,
    trained_on: TrainedOn,
    micrographs: MicrographStore,
    chips: ChipTable,
    weights: Path,
    history: Path,
    options: CodesOptions = CodesOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Train a model of codes until its loss on validation chips stops falling.

    A killed training goes on from its last epoch when it is started again.

    Parameters
    ----------
    code_model
        Model to train.
    trained_on
        Whether to train on the chips of all domains, or without those of the held-out one.
    weights
        Safetensors file to write: the weights of the best epoch.
    history
        Parquet table to write: losses, perplexity and dead codes by epoch.

    Raises
    ------
    InputError
        If a split has no chips, or there are too few steps to train the codebook.
    """
    stream = int(generator(seed, "codes", code_model, trained_on).integers(2**31))
    prepare(threads, stream)
    rows, store = read_chips(chips), Micrographs(micrographs)
    left_out = options.held_out.domain if trained_on == "held_out" else None
    data = {}
    for split in ("train", "validation"):
        here = split_chips(rows, split, options.chips_per_micrograph, seed, left_out)
        gathered = ChipGather.of(store, rows.iloc[here])
        data[split] = ChipTargets(gathered, np.zeros((len(here), 0), dtype=np.float32))
    recipe = RECIPES[code_model]
    arguments = recipe.arguments(options)
    net = VQVAE(**arguments).to(device)
    without_codes = options.continuous_steps if isinstance(net.quantiser, NearestCode) else 0
    steps_per_epoch = -(-len(data["train"]) // options.batch_size)
    steps = options.max_epochs * steps_per_epoch
    if steps <= without_codes:
        raise InputError(
            f"Training has {steps} steps, and codes.continuous_steps of {options.continuous_steps} "
            "leaves none for the codebook; lower it, or raise codes.max_epochs."
        )
    log.info("%d chips to train on, %d parameters", len(data["train"]), parameter_count(net))
    training = CodeTraining(
        net,
        recipe.loss(net, options, stream),
        Adam(net.parameters(), lr=options.learning_rate),
        shuffled(data["train"], options.batch_size, stream),
        in_order(data["validation"], options.batch_size),
        device,
        seed=stream,
        data_init=options.data_init,
        restart_unused=options.restart_unused,
        continuous_steps=options.continuous_steps,
    )
    train_and_save(
        training,
        origin=origin,
        weights=weights,
        history=history,
        model={"code_model": code_model, "network": arguments},
        epochs=options.max_epochs,
        score="validation_loss",
        eligible_from=without_codes // steps_per_epoch,
        patience=options.patience,
    )
