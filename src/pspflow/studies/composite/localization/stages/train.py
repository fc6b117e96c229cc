"""Stage: a network of localization is trained."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pspflow.errors import InputError
from pspflow.io.arrays import open_store
from pspflow.io.artefacts import Provenance
from pspflow.logs import log
from pspflow.models.parameters import parameter_count
from pspflow.seeds import generator
from pspflow.studies.composite.localization.budget import (
    GIGA,
    VALIDATION_SHARE,
    batches_of,
    multiply_adds,
)
from pspflow.studies.composite.localization.fields import FieldSet, Scale, smooth
from pspflow.studies.composite.localization.localizers import (
    Localizer,
    WindowLocalizer,
    make_localizer,
)
from pspflow.studies.composite.localization.names import (
    FNO,
    FieldName,
    LocalizerName,
    gap_of,
    window_of,
)
from pspflow.studies.composite.localization.options import LocalizationOptions
from pspflow.studies.composite.localization.training import training_of
from pspflow.studies.composite.localization.windows import (
    Windows,
    covering,
    drawn,
    held_out,
    in_turn,
)
from pspflow.studies.composite.networks.symmetry import COPIES
from pspflow.studies.composite.paths import (
    FieldStore,
    SplitTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.symmetries import symmetries_of
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.training.data import Batches, Data, Pairs
from pspflow.training.session import prepare, train_and_save

VALIDATION_WINDOWS = 256
"""Windows that are validated together."""


@stage
def train(
    *,
    localizer: LocalizerName,
    field: FieldName = "strain",
    run: int = 0,
    structures: StructureStore,
    fields: FieldStore,
    table: StructureTable,
    splits: SplitTable,
    weights: Path,
    history: Path,
    options: LocalizationOptions = LocalizationOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Train a network to predict a local field in every voxel, on the first run's split.

    Every network stops at the same number of multiply-adds, or by patience before. A killed
    training goes on from its last epoch when it is started again.

    Parameters
    ----------
    localizer
        `cpnet7`, `cpnet5` or `cpnet3`, named after the edge of the centre of its windows, or `fno`.
    field
        `strain` or `stress`, along x.
    run
        Which of the trainings, each from other first weights.
    weights
        Safetensors file to write: the weights of the best epoch.
    history
        Parquet table to write: by epoch the losses, and what it has cost.
    options
        Sizes of the networks and budget of their training.
    """
    number = int(generator(seed, "localization training", run).integers(2**31))
    prepare(threads, number)
    known = FieldSet.open(structures, fields, table, splits, field)
    arguments = _arguments(localizer, field, known.edge, options)
    network = make_localizer(arguments)
    phases, values = known.read(known.places("train"))
    rng = generator(seed, "composite symmetries", "localization")
    symmetries = symmetries_of(open_store(structures), "all", phases, rng)
    log.info("Symmetric copies that the set allows: %s", symmetries.around_x())
    origin = replace(origin, options={**origin.options, COPIES: str(symmetries.around_x())})
    network.standardise_by(Scale.of(smooth(phases)), Scale.of(values))
    training = (network.inputs(phases), network.targets(values))
    phases, values = known.read(known.places("validation"))
    validation = (network.inputs(phases), network.targets(values))
    count = parameter_count(network)
    log.info("%d structures to train on, %d parameters", len(training[0]), count)

    chosen = options.fno if localizer == FNO else options.cpnet
    trainable = training_of(
        network,
        *_batches(network, training, validation, options, number),
        epochs=options.epochs,
        learning_rate=chosen.learning_rate,
        seed=number,
        symmetries=symmetries,
        device=device,
    )
    train_and_save(
        trainable,
        origin=origin,
        weights=weights,
        history=history,
        model=arguments,
        epochs=options.epochs,
        score="validation_loss",
        patience=options.patience,
    )


def _arguments(
    localizer: str, field: str, edge: int, options: LocalizationOptions
) -> dict[str, Any]:
    """Return what makes the localizer of this name."""
    if localizer == FNO:
        chosen = options.fno
        sizes = {"width": chosen.width, "modes": chosen.modes, "blocks": chosen.blocks}
        return {**sizes, "name": field}
    window, gap = window_of(edge), gap_of(localizer)
    if window < gap:
        raise InputError(
            f"composite.localization.models has {localizer}, whose centre of {gap} voxels exceeds "
            f"the structures' edge of {edge}; choose a CPNet with a smaller centre."
        )
    return {"window": window, "gap": gap}


def _batches(
    network: Localizer,
    training: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    options: LocalizationOptions,
    seed: int,
) -> tuple[Batches, Batches]:
    """Return as many training batches an epoch as its budget pays for; and those of validation."""
    budget = GIGA * options.budget_gmac / options.epochs
    data: Data
    others: Data
    if isinstance(network, WindowLocalizer):
        size, together = options.cpnet.batch_size, VALIDATION_WINDOWS
        data, others = (
            Windows(*each, network.window, network.gap) for each in (training, validation)
        )
        chosen, positions = drawn, covering(others)
    else:
        size = together = options.fno.batch_size
        data, others = Pairs(*training), Pairs(*validation)
        chosen, positions = in_turn, np.arange(len(others))
    inputs, _ = data[torch.zeros(1, dtype=torch.int64)]
    item = multiply_adds(network, inputs)
    most = int(VALIDATION_SHARE * budget / item)
    return (
        chosen(data, batches_of(budget, item, size), size, seed),
        held_out(others, positions, most, together),
    )
