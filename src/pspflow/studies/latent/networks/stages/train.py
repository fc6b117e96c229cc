"""Stage: a network is trained on the images of a dataset."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.latent.datasets.image_sets import open_images
from pspflow.studies.latent.names import GANS, DatasetName, LatentModel
from pspflow.studies.latent.networks.autoencoder_training import autoencoder_training
from pspflow.studies.latent.networks.options import TrainingOptions
from pspflow.studies.latent.networks.ready import Images
from pspflow.studies.latent.networks.snapshots import WithSnapshots
from pspflow.studies.latent.paths import ImageStores, ImageTables
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.training.session import Arguments, Tensors, prepare, train_and_save


@stage
def train(
    *,
    dataset: DatasetName,
    latent_model: LatentModel,
    images: ImageStores,
    tables: ImageTables,
    weights: Path,
    history: Path,
    errors: Path,
    snapshots: Path,
    options: TrainingOptions = TrainingOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Train an autoencoder or an adversarial network for a fixed number of epochs.

    A killed training goes on from its last epoch when it is started again.

    Parameters
    ----------
    dataset
        Dataset of the images, whose layers the network has.
    latent_model
        Network to train.
    weights
        Safetensors file to write: of an autoencoder, the weights of the epoch with the lowest
        validation loss; of an adversarial network, those of the last epoch.
    history
        Parquet table to write: losses and measures by epoch.
    errors
        Parquet table to write: the error of every validation image under these weights; without
        rows for an adversarial network, which encodes none.
    snapshots
        Folder to write: the weights after some epochs, EPOCH.safetensors, counted from 1.

    Raises
    ------
    InputError
        If the images do not fit the network.
    """
    stream = int(generator(seed, "network", dataset, latent_model).integers(2**31))
    prepare(threads, stream)
    found = open_images(images, tables)
    rows = {
        "train": found.rows("train", options.most_images, seed),
        "validation": found.rows("validation"),
    }
    data = Images(*(found.images(each) for each in rows.values()))
    log.info("%d images to train on, %d x %d pixels", len(data.train), *data.shape)
    if latent_model in GANS:
        from pspflow.studies.latent.networks.gan_training import (  # noqa: PLC0415 - of these alone
            gan_training,
        )

        ready = gan_training(dataset, latent_model, data, options, stream, device)
    else:
        ready = autoencoder_training(
            dataset, latent_model, data, options.autoencoder, stream, device
        )
    kept = WithSnapshots(ready.trainable, options.snapshot_epochs, origin)
    arguments: Arguments = {}

    def finish(best: Tensors) -> Tensors:
        done = ready.finish(best)
        arguments.update(done.arguments)
        known = rows["validation"][: len(done.errors)]
        table = pd.DataFrame(
            {
                "image_id": found.table["image_id"].to_numpy()[known].astype(str),
                "group": found.table["group"].to_numpy()[known].astype(str),
                "mse": done.errors.astype(np.float64),
            }
        )
        write_table(errors, table, origin)
        kept.write(snapshots, arguments)
        return best

    train_and_save(
        kept,
        origin=origin,
        weights=weights,
        history=history,
        model=lambda: arguments,
        epochs=options.epochs,
        score=ready.score,
        eligible_from=ready.eligible_from,
        finish=finish,
    )
