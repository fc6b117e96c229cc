"""Stage: PI-Net is trained on exact persistence images."""

from pathlib import Path

import numpy as np
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.logs import log
from pspflow.microstructure.chips import few_chips
from pspflow.models.parameters import parameter_count
from pspflow.models.pinet import Head, PINet
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, MicrographStore, PersistenceStore
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.temper.pinet.network import GreyPINet
from pspflow.studies.temper.pinet.options import PINetOptions
from pspflow.training.data import ChipTargets, in_order, shuffled
from pspflow.training.gather import ChipGather
from pspflow.training.optimisers import Adam
from pspflow.training.regression import Regression
from pspflow.training.session import prepare, train_and_save
from pspflow.training.supervised import Supervised

VALIDATION_BATCH = 64


@stage
def train(
    *,
    head: Head,
    micrographs: MicrographStore,
    chips: ChipTable,
    persistence: PersistenceStore,
    weights: Path,
    history: Path,
    options: PINetOptions = PINetOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Train PI-Net until its loss on validation chips stops falling.

    A killed training goes on from its last epoch when it is started again.

    Parameters
    ----------
    head
        Reading of the paper's last layers.
    weights
        Safetensors file to write: the weights of the best epoch.
    history
        Parquet table to write: losses by epoch.
    """
    prepare(threads, seed)
    rows, store = read_chips(chips), Micrographs(micrographs)
    images = pi.images_of(persistence, chips)
    data, targets = {}, {}
    for split in ("train", "validation"):
        here = np.flatnonzero(rows["split"].to_numpy() == split)
        few = few_chips(
            rows.iloc[here], options.chips_per_specimen, generator(seed, "pinet", split)
        )
        targets[split] = images[here[few]]
        gathered = ChipGather.of(store, rows.iloc[here[few]])
        data[split] = ChipTargets(gathered, targets[split])
    model = {"head": head, "channels": list(options.channels), "resolution": images.shape[-1]}
    net = GreyPINet(PINet(**model))
    mean = torch.from_numpy(targets["train"].mean(axis=0))
    spread = torch.from_numpy((targets["train"] - mean.numpy()).std(axis=(0, 2, 3)))[:, None, None]
    net.net.mean.copy_(mean)
    net.net.scale.copy_(spread)
    log.info("%d chips to train on, %d parameters", len(data["train"]), parameter_count(net))
    optimiser = Adam(net.parameters(), lr=options.learning_rate)
    train_and_save(
        Supervised(
            net.net,
            Regression(net, spread.to(device)),
            optimiser,
            shuffled(data["train"], options.batch_size, seed),
            in_order(data["validation"], VALIDATION_BATCH),
            device,
            schedule=CosineAnnealingLR(optimiser, options.max_epochs),
        ),
        origin=origin,
        weights=weights,
        history=history,
        model=model,
        epochs=options.max_epochs,
        score="validation_loss",
        patience=options.patience,
    )
