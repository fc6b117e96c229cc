"""Stage: a share of the variants of a micrograph is made."""

from pathlib import Path

from joblib import Parallel, delayed

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.shards import share
from pspflow.logs import log, progress
from pspflow.studies.latent.datasets.inpainting import regions, variant
from pspflow.studies.latent.datasets.micrograph import read_grey
from pspflow.studies.latent.datasets.options import DatasetsOptions
from pspflow.studies.latent.datasets.plan import planned
from pspflow.studies.latent.datasets.stored import write_images
from pspflow.studies.latent.paths import UserMicrograph
from pspflow.studies.stage import Seed, Threads, stage


@stage
def inpaint(
    *,
    micrograph: UserMicrograph,
    shard: str = "1-of-1",
    images: Path,
    table: Path,
    options: DatasetsOptions = DatasetsOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Make a share of the variants of your micrograph: crops, of which squares are filled in anew.

    Parameters
    ----------
    shard
        Which share, as 2-of-8; joined in order they are the dataset, however many there are.
    images
        Zarr store to write: images (image, y, x).
    table
        Parquet table to write: one row per image.
    options
        Number of images, and how they are made.

    Raises
    ------
    InputError
        If the micrograph cannot be used.
    """
    pixels, given = read_grey(micrograph), options.inpainted
    try:
        places = regions(pixels.shape, given.size_px, options.counts)
    except InputError as error:
        raise InputError(f"{micrograph}: {error}") from None
    rows = planned("inpainted", options.counts)
    mine = share(len(rows), shard)
    work = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(variant)(pixels, places[split], given, number, seed)
        for number, split in rows["split"].iloc[mine].items()
    )
    shown = progress(work, mine.stop - mine.start, "inpainted", "image")
    write_images(images, table, rows.iloc[mine].drop(columns="group"), shown, origin)
    log.info("%s: %d variants of %s", images, mine.stop - mine.start, micrograph)
