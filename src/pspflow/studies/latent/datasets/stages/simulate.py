"""Stage: a share of a dataset is simulated."""

from pathlib import Path

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.shards import share
from pspflow.logs import log, progress
from pspflow.studies.latent.datasets.options import DatasetsOptions
from pspflow.studies.latent.datasets.plan import planned, unfinished
from pspflow.studies.latent.datasets.simulated import simulated
from pspflow.studies.latent.datasets.stored import write_images
from pspflow.studies.latent.names import SimulatedName
from pspflow.studies.stage import Seed, Threads, stage


@stage
def simulate(
    *,
    dataset: SimulatedName,
    shard: str = "1-of-1",
    images: Path,
    table: Path,
    options: DatasetsOptions = DatasetsOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Simulate a share of the images of a dataset.

    Parameters
    ----------
    dataset
        Which dataset.
    shard
        Which share, as 2-of-8; joined in order they are the dataset, however many there are.
    images
        Zarr store to write: images (image, y, x), and labels of grains.
    table
        Parquet table to write: one row per image.
    options
        Number of images, and how they are simulated.

    Raises
    ------
    InputError
        If the dataset is made of a micrograph.
    """
    if dataset == "inpainted":
        raise InputError("The dataset inpainted is not simulated; run the stage inpaint.")
    if warning := unfinished(dataset, options):
        log.warning("%s", warning)
    rows = planned(dataset, options.counts)
    mine = share(len(rows), shard)
    numbers = range(len(rows))[mine]
    made = simulated(dataset, options, numbers, seed, threads)
    shown = progress(made, len(numbers), dataset, "image", lambda piece: len(piece.images))
    write_images(images, table, rows.iloc[mine], shown, origin)
    log.info("%s: %d images", images, len(numbers))
