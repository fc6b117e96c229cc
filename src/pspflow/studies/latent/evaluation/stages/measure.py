"""Stage: reconstructions and samples are compared with real images."""

from pathlib import Path

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.studies.latent.datasets.image_sets import open_images
from pspflow.studies.latent.evaluation.copied import copy_table
from pspflow.studies.latent.evaluation.made_images import MadeImages
from pspflow.studies.latent.evaluation.options import MeasuringOptions
from pspflow.studies.latent.evaluation.reconstructed import reconstruction_table
from pspflow.studies.latent.evaluation.sampled import Memo, sample_table, sides_of
from pspflow.studies.latent.names import DatasetName
from pspflow.studies.latent.paths import ImageStores, ImageTables, MadeStore
from pspflow.studies.stage import Seed, stage


@stage
def measure(
    *,
    dataset: DatasetName,
    images: ImageStores,
    tables: ImageTables,
    made: MadeStore,
    reconstructions: Path,
    samples: Path,
    copies: Path,
    options: MeasuringOptions = MeasuringOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Compare reconstructions and samples with real images: errors, distances, collapse, copies.

    Parameters
    ----------
    dataset
        Whose images.
    reconstructions
        Parquet table to write: errors of reconstructions, by model.
    samples
        Parquet table to write: distances of samples, by model and sampler, with rulers.
    copies
        Parquet table to write: how near samples and test images come to training images.
    """
    found, store = open_images(images, tables), MadeImages.open(made)
    log.info("measuring reconstructions of %s", dataset)
    table = reconstruction_table(dataset, found, store, options, seed)
    write_table(reconstructions, table, origin)
    log.info("measuring samples of %s", dataset)
    sides, textures = sides_of(dataset, found, store, options, seed), Memo()
    write_table(samples, sample_table(dataset, sides, textures), origin)
    write_table(copies, copy_table(dataset, found, sides, textures, options, seed), origin)
