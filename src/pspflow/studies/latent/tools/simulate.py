"""Command: simulated microstructures as images, with the labels of their grains."""

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import pandas as pd
from cyclopts import Parameter
from joblib import Parallel, delayed
from numpy.lib.format import open_memmap

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.sheet import write_sheet
from pspflow.logs import log, progress
from pspflow.studies.latent.datasets.inpainting import Region, variant
from pspflow.studies.latent.datasets.micrograph import read_grey
from pspflow.studies.latent.datasets.options import DatasetsOptions
from pspflow.studies.latent.datasets.plan import unfinished
from pspflow.studies.latent.datasets.simulated import simulated
from pspflow.studies.latent.datasets.stored import Made
from pspflow.studies.latent.names import SimulatedName
from pspflow.studies.shared.output_folders import check_output_folder
from pspflow.studies.stage import Seed, Threads, Whole

SHEET, IMAGES = FILES = ("images.csv", "images")
LABELS: Final = "labels.npy"
HELP: Final = "Options of the dataset; use, counts, shards and those of other datasets do not act."


def simulate(
    dataset: SimulatedName,
    /,
    *,
    out: Path,
    count: Whole = 16,
    options: Annotated[DatasetsOptions, Parameter(help=HELP)] = DatasetsOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """Simulate microstructures of a dataset, or vary your micrograph, and write them as images.

    They are the first images of the dataset with this seed and these options. For `inpainted`,
    `--options.inpainted.image` names your micrograph, and crops come from all of it.

    Parameters
    ----------
    dataset
        Which dataset.
    out
        Folder to make: images/*.tif, images.csv with what was drawn for each, and labels.npy,
        (image, y, x) int32, where there are grains.
    count
        Images to make.

    Raises
    ------
    InputError
        If there is nothing to make, or the folder holds something else.
    """
    # the image library takes a third of a second, which help need not wait for
    from pspflow.io.micrographs.tiff import write_tiff  # noqa: PLC0415

    out = out.resolve()
    check_output_folder(out, FILES, "earlier images", (LABELS,))
    if count < 1:
        raise InputError(f"--count is {count}; give at least 1.")
    image = options.inpainted.image
    if dataset == "inpainted" and image is None:
        raise InputError("No micrograph is named; give --options.inpainted.image FILE.")
    acting = options.of_dataset(dataset).without("counts")
    if warning := unfinished(dataset, acting):
        log.warning("%s", warning)
    inputs = {"micrograph": image} if dataset == "inpainted" and image else {}
    origin = Provenance.of("latent simulate", inputs, acting, seed)
    made = (
        _variants(acting, count, seed, threads)
        if inputs
        else simulated(dataset, acting, range(count), seed, threads)
    )
    first = next(made)
    columns = []
    with replacing(out) as staged:
        (staged / IMAGES).mkdir(parents=True)
        labels = None
        if first.labels is not None:
            shape = (count, *first.labels.shape[1:])
            labels = open_memmap(staged / LABELS, "w+", first.labels.dtype, shape)
        names: list[str] = []
        pieces = progress(
            chain([first], made), count, dataset, "image", lambda piece: len(piece.images)
        )
        for piece in pieces:
            if labels is not None:
                labels[len(names) : len(names) + len(piece.images)] = piece.labels
            for pixels in piece.images:
                names.append(f"{IMAGES}/{len(names) + 1:05d}.tif")
                write_tiff(staged / names[-1], pixels, None, origin.as_json())
            columns.append(pd.DataFrame(piece.columns))
        drawn = pd.concat(columns, ignore_index=True)
        if labels is not None:
            labels.flush()
        write_sheet(staged / SHEET, pd.concat([pd.DataFrame({"image": names}), drawn], axis=1))
    _say(drawn)
    log.info("%d images: %s", count, out)


def _variants(options: DatasetsOptions, count: int, seed: int, threads: int) -> Iterator[Made]:
    """Vary crops from anywhere in a micrograph."""
    given = options.inpainted
    pixels = read_grey(Path(str(given.image)))
    if any(size < crop for size, crop in zip(pixels.shape, given.size_px, strict=True)):
        raise InputError(
            f"{given.image}: the micrograph has {pixels.shape[0]} x {pixels.shape[1]} pixels, "
            f"fewer than a crop of {given.size_px[0]} x {given.size_px[1]}; set "
            "--options.inpainted.size-px."
        )
    everywhere = Region("all", 0, 0, *pixels.shape)
    yield from Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(variant)(pixels, everywhere, given, number, seed) for number in range(count)
    )


def _say(drawn: pd.DataFrame) -> None:
    numbers = drawn.select_dtypes(np.number)
    for name in numbers:
        values = numbers[name]
        sys.stdout.write(f"{name}: mean {values.mean():.4g}, sd {values.std():.3g}\n")
