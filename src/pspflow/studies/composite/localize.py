"""The stage that trains a network to predict strains."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import seed_everything
from torch import Tensor
from torch.utils.data import DataLoader

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.io.weights import save_weights
from pspflow.logs import log
from pspflow.models.pinet import parameter_count
from pspflow.studies.composite.local_data import Scale, StrainSet, smooth
from pspflow.studies.composite.local_training import LocalTraining
from pspflow.studies.composite.local_windows import Cells, Draws, Fixed, Windows
from pspflow.studies.composite.localization_options import (
    LocalizationOptions,
    LocalizerName,
    gap_of,
    window_of,
)
from pspflow.studies.composite.localizers import WindowLocalizer, make_localizer
from pspflow.training.data import loader
from pspflow.training.fit import fit
from pspflow.training.memory import keep_freed_memory

VALIDATION_WINDOWS = 256
"""Windows that are validated together."""


def train_localizer(
    *,
    model: LocalizerName,
    structures: Path,
    strain: Path,
    table: Path,
    splits: Path,
    weights: Path,
    history: Path,
    options: LocalizationOptions = LocalizationOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Train a network to predict the strain of every voxel.

    A killed training goes on from its last epoch when it is started again.

    Parameters
    ----------
    model
        `cpnet7`, `cpnet5` or `cpnet3`, after the edge of the centre of its windows, or `fno`.
    structures
        Zarr store of the structures.
    strain
        Zarr store of the strain fields of some of them.
    table
        Table of the structures.
    splits
        Table of the splits; the first run's is used.
    weights
        Safetensors file to write: the weights of the best epoch.
    history
        Parquet table to write: losses by epoch.
    options
        Sizes of the networks and length of their training.
    seed
        Seed of weights, data order and symmetries.
    threads
        Threads of torch; another number gives other rounding.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    seed_everything(seed, verbose=False)
    fields = StrainSet.open(structures, strain, table, splits)
    arguments = _arguments(model, fields.edge, options)
    net = make_localizer(arguments)
    phases, strains = fields.read(fields.places("train"))
    net.standardise_by(Scale.of(smooth(phases)), Scale.of(strains))
    train = (net.inputs(phases), net.targets(strains))
    phases, strains = fields.read(fields.places("validation"))
    validation = (net.inputs(phases), net.targets(strains))
    log.info("%d structures to train on, %d parameters", len(train[0]), parameter_count(net))

    inputs = {"structures": structures, "strain": strain, "table": table, "splits": splits}
    origin = Provenance.of(f"composite train-localizer {model}", inputs, options, seed)
    resume = origin.resume_folder(weights)
    chosen = options.fno if model == "fno" else options.cpnet
    if isinstance(net, WindowLocalizer):
        loaders = _window_loaders(net, train, validation, options, seed)
    else:
        size = options.fno.batch_size
        loaders = (loader(Cells(*train), size, seed), loader(Cells(*validation), size, None))
    losses = fit(
        LocalTraining(net, chosen.learning_rate, seed),
        *loaders,
        resume,
        chosen.epochs,
        options.patience,
    )
    write_table(history, losses, origin)
    save_weights(weights, net.state_dict(), arguments, origin)
    shutil.rmtree(resume.parent)


def _arguments(model: str, edge: int, options: LocalizationOptions) -> dict[str, Any]:
    """Return what makes the localizer of this name."""
    if model == "fno":
        chosen = options.fno
        return {"width": chosen.width, "modes": chosen.modes, "blocks": chosen.blocks}
    window, gap = window_of(edge), gap_of(model)
    if window < gap:
        raise InputError(
            f"composite.localization.models has {model}, whose centre of {gap} voxels exceeds the "
            f"structures' edge of {edge}; take a CPNet of a smaller centre."
        )
    return {"window": window, "gap": gap}


def _window_loaders(
    net: WindowLocalizer,
    train: Sequence[Tensor],
    validation: Sequence[Tensor],
    options: LocalizationOptions,
    seed: int,
) -> tuple[DataLoader, DataLoader]:
    """Draw windows to train on anew every epoch; validate on those that cover the structures."""
    data = Windows(train[0], train[1], net.window, net.gap)
    held = Windows(validation[0], validation[1], net.window, net.gap)
    draws = Draws(len(data), options.cpnet.windows, options.cpnet.batch_size, seed)
    fixed = Fixed(held.covering(), VALIDATION_WINDOWS)
    return (
        DataLoader(data, batch_size=None, sampler=draws),
        DataLoader(held, batch_size=None, sampler=fixed),
    )
