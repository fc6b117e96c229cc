"""Stage: a network of localization is trained."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from pspflow.errors import InputError
from pspflow.io.arrays import open_store
from pspflow.io.artefacts import Provenance
from pspflow.logs import log
from pspflow.models.parameters import parameter_count
from pspflow.seeds import generator
from pspflow.studies.composite.localization.fields import Scale, StrainSet, smooth
from pspflow.studies.composite.localization.localizers import WindowLocalizer, make_localizer
from pspflow.studies.composite.localization.names import LocalizerName, gap_of, window_of
from pspflow.studies.composite.localization.options import LocalizationOptions
from pspflow.studies.composite.localization.training import training_of
from pspflow.studies.composite.localization.windows import Windows, covering, drawn
from pspflow.studies.composite.networks.symmetry import COPIES
from pspflow.studies.composite.paths import (
    SplitTable,
    StrainStore,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.symmetries import symmetries_of
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.training.data import Batches, Pairs, in_order, shuffled
from pspflow.training.session import prepare, train_and_save

VALIDATION_WINDOWS = 256
"""Windows that are validated together."""


@stage
def train(
    *,
    localizer: LocalizerName,
    structures: StructureStore,
    strain: StrainStore,
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
    """Train a network to predict the strain of every voxel, on the first run's split.

    A killed training goes on from its last epoch when it is started again.

    Parameters
    ----------
    localizer
        `cpnet7`, `cpnet5` or `cpnet3`, named after the edge of the centre of its windows, or `fno`.
    weights
        Safetensors file to write: the weights of the best epoch.
    history
        Parquet table to write: losses by epoch.
    options
        Sizes of the networks and length of their training.
    """
    prepare(threads, seed)
    fields = StrainSet.open(structures, strain, table, splits)
    arguments = _arguments(localizer, fields.edge, options)
    network = make_localizer(arguments)
    phases, strains = fields.read(fields.places("train"))
    rng = generator(seed, "composite symmetries", "localization")
    symmetries = symmetries_of(open_store(structures), "all", phases, rng)
    log.info("Symmetric copies that the set allows: %s", symmetries.around_x())
    origin = replace(origin, options={**origin.options, COPIES: str(symmetries.around_x())})
    network.standardise_by(Scale.of(smooth(phases)), Scale.of(strains))
    training = (network.inputs(phases), network.targets(strains))
    phases, strains = fields.read(fields.places("validation"))
    validation = (network.inputs(phases), network.targets(strains))
    count = parameter_count(network)
    log.info("%d structures to train on, %d parameters", len(training[0]), count)

    if isinstance(network, WindowLocalizer):
        batches = _window_batches(network, training, validation, options, seed)
    else:
        size = options.fno.batch_size
        batches = (shuffled(Pairs(*training), size, seed), in_order(Pairs(*validation), size))
    chosen = options.fno if localizer == "fno" else options.cpnet
    train_and_save(
        training_of(
            network,
            *batches,
            epochs=chosen.epochs,
            learning_rate=chosen.learning_rate,
            seed=seed,
            symmetries=symmetries,
            device=device,
        ),
        origin=origin,
        weights=weights,
        history=history,
        model=arguments,
        epochs=chosen.epochs,
        score="validation_loss",
        patience=options.patience,
    )


def _arguments(localizer: str, edge: int, options: LocalizationOptions) -> dict[str, Any]:
    """Return what makes the localizer of this name."""
    if localizer == "fno":
        chosen = options.fno
        return {"width": chosen.width, "modes": chosen.modes, "blocks": chosen.blocks}
    window, gap = window_of(edge), gap_of(localizer)
    if window < gap:
        raise InputError(
            f"composite.localization.models has {localizer}, whose centre of {gap} voxels exceeds "
            f"the structures' edge of {edge}; choose a CPNet with a smaller centre."
        )
    return {"window": window, "gap": gap}


def _window_batches(
    network: WindowLocalizer,
    training: Sequence[Tensor],
    validation: Sequence[Tensor],
    options: LocalizationOptions,
    seed: int,
) -> tuple[Batches, Batches]:
    """Draw training windows anew for every epoch; validate on those that cover the structures."""
    windows = Windows(training[0], training[1], network.window, network.gap)
    held_out = Windows(validation[0], validation[1], network.window, network.gap)
    return (
        drawn(windows, options.cpnet.windows, options.cpnet.batch_size, seed),
        covering(held_out, VALIDATION_WINDOWS),
    )
