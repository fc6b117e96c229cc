"""Stage: PixelCNN is trained on maps of codes."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pspflow.io.artefacts import Provenance
from pspflow.logs import log
from pspflow.models.parameters import parameter_count
from pspflow.models.steel.pixelcnn import PixelCNN, log_likelihood
from pspflow.seeds import generator
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.steel.codes.options import CodeModel, TrainedOn
from pspflow.studies.steel.paths import CodeStore, MeasureTable
from pspflow.studies.steel.prior.conditions import TrainedCondition, conditions_of, standardise
from pspflow.studies.steel.prior.maps import MIRRORED, CodeMaps, read_maps
from pspflow.studies.steel.prior.options import Conditioning, TrainingOptions
from pspflow.studies.steel.prior.trained import model_arguments
from pspflow.training.data import Batch, Pairs, in_order, shuffled
from pspflow.training.optimisers import Adam
from pspflow.training.session import prepare, train_and_save
from pspflow.training.supervised import Supervised

VALIDATION_BATCH = 64


class CrossEntropy:
    """Mean of -log p over all codes of a batch, in nats; see `supervised.Loss`."""

    def __init__(self, net: PixelCNN) -> None:
        self.net = net

    def training(self, batch: Batch, epoch: int, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a batch of maps and their conditions, a scalar."""
        return self.validation(batch, number)

    def validation(self, batch: Batch, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the same loss, a scalar."""
        return -log_likelihood(self.net, *batch).mean(), {}


@stage
def train(
    *,
    code_model: CodeModel,
    trained_on: TrainedOn = "all",
    conditioning: Conditioning = "process",
    codes: CodeStore,
    measures: MeasureTable,
    weights: Path,
    history: Path,
    options: TrainingOptions = TrainingOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Train PixelCNN on codes of training chips, as they are and mirrored, under conditions.

    A killed training goes on from its last epoch when it is started again.

    Parameters
    ----------
    code_model
        Model whose codes are learned.
    trained_on
        Domains that the network sees.
    conditioning
        What it is conditioned on.
    weights
        Safetensors file to write: the weights of the best epoch, and the range of the conditions.
    history
        Parquet table to write: losses in nats a code, by epoch.
    """
    name = (code_model, trained_on, conditioning)
    stream = int(generator(seed, "prior", *name).integers(2**31))
    prepare(threads, stream)
    conditions = conditions_of(conditioning, options.conditions)
    maps = read_maps(codes, measures).with_measures(conditioning)
    if trained_on == "held_out":
        maps = maps.where((maps.chips["domain"] != options.held_out).to_numpy())
    parts = {split: maps.of_split(split) for split in ("train", "validation")}
    seen = parts["train"].values(conditions)
    scaled = [TrainedCondition.of(each, seen[:, place]) for place, each in enumerate(conditions)]
    data = {split: _pairs(part, part.values(conditions), scaled) for split, part in parts.items()}
    arguments = {
        "codes": maps.count,
        "channels": options.channels,
        "layers": options.layers,
    }
    net = PixelCNN(conditions=len(conditions), **arguments)
    log.info(
        "%d maps to train on, %d to validate with, %d parameters",
        *(len(each) for each in data.values()),
        parameter_count(net),
    )
    optimiser = Adam(net.parameters(), lr=options.learning_rate)
    rows, columns = maps.codes.shape[2:]
    train_and_save(
        Supervised(
            net,
            CrossEntropy(net),
            optimiser,
            shuffled(data["train"], options.batch_size, stream),
            in_order(data["validation"], VALIDATION_BATCH),
            device,
        ),
        origin=origin,
        weights=weights,
        history=history,
        model=model_arguments(arguments, scaled, (rows, columns)),
        epochs=options.max_epochs,
        score="validation_loss",
        patience=options.patience,
    )


def _pairs(maps: CodeMaps, values: np.ndarray, conditions: list[TrainedCondition]) -> Pairs:
    """Pair the maps of both orientations with their standardised conditions."""
    twice = np.repeat(standardise(conditions, values), MIRRORED, axis=0)
    return Pairs(torch.from_numpy(maps.flat().astype(np.int32)), torch.from_numpy(twice))
