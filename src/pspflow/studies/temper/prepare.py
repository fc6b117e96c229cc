"""Stages from a sheet of micrographs to chips."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from pspflow.errors import InputError, raise_problems
from pspflow.io import imagesets
from pspflow.io.arrays import (
    new_store,
)
from pspflow.io.artefacts import Inputs, Provenance, fingerprint
from pspflow.io.micrographs import read_header
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.microstructure import rescale, splits
from pspflow.microstructure.catalogue import CROP_COLUMNS, Source, build_catalogue
from pspflow.microstructure.plan import Tally, plan_chips, too_small
from pspflow.seeds import generator
from pspflow.studies.temper.options import (
    CatalogueOptions,
    ChipOptions,
    SimulateOptions,
    SplitOptions,
)
from pspflow.studies.temper.simulated import write_simulated


def simulate(
    *,
    sheet: Path,
    images: Path,
    options: SimulateOptions = SimulateOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Simulate specimens and write them as a user would: a folder of TIFF images and a sheet.

    Parameters
    ----------
    sheet
        CSV sheet to write.
    images
        Folder of TIFF images to write.
    options
        Number and size of the micrographs.
    seed
        Seed of every specimen.
    threads
        Processes to simulate with.
    """
    write_simulated(sheet, images, options, seed, threads)
    log.info("Simulated %d specimens: %s", options.specimens, sheet)


def catalogue(*, sheet: Path, catalogue: Path, options: CatalogueOptions, threads: int = 1) -> None:
    """Check the sheet and its images, and plan each micrograph's crop, scale and size.

    Parameters
    ----------
    sheet
        CSV or Parquet sheet with one row an image.
    catalogue
        Parquet table to write: one row a micrograph.
    options
        Domains, labels and common scale.
    threads
        Threads to read images with.
    """
    rows = read_sheet(sheet)
    looks = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(_look)(sheet, row, image) for row, image in rows["image"].items()
    )
    sources, problems = [], []
    for source, problem in progress(looks, len(rows), "checking images", "image"):
        problems.extend([problem] if problem else [])
        sources.extend([source] if source else [])
    raise_problems(problems)
    table, problems = build_catalogue(
        rows,
        sources,
        options.labels,
        options.scale.annotation_bar_px,
        options.scale.pixel_size_um,
        options.scale.magnification,
    )
    raise_problems([problem.replace("Sheet", str(sheet), 1) for problem in problems])
    if table["colour"].any():
        log.info("%d of %d images hold colour: read as luminance", table["colour"].sum(), len(rows))
    if table["pixel_size_um"].isna().all() and (table["scale"] == 1).all():
        log.info("The sheet gives no scale: images keep their own pixels")
    inputs: Inputs = {"sheet": sheet, "images": _files(sheet, rows["image"])}
    write_table(catalogue, table, Provenance.of("temper catalogue", inputs, options))


def _look(sheet: Path, row: int, image: str) -> tuple[Source | None, str]:
    """Look at one image: what it is, or what is wrong with it."""
    try:
        pixels = imagesets.read_image(sheet, row, image)
    except InputError as error:
        return None, str(error)
    path = imagesets.image_path(sheet, image)
    content = hashlib.blake2b(pixels.tobytes(), salt=str(pixels.shape).encode()[:16])
    source = Source(
        pixels.shape[0],
        pixels.shape[1],
        str(pixels.dtype),
        fingerprint(path),
        content.hexdigest(),
        read_header(path).colour,
    )
    return source, ""


def _files(sheet: Path, images: pd.Series) -> list[Path]:
    return [imagesets.image_path(sheet, image) for image in images]


def split(
    *, catalogue: Path, regions: Path, options: SplitOptions = SplitOptions(), seed: int = 0
) -> None:
    """Decide, before anything is learned, which pixels train, validate and test.

    Parameters
    ----------
    catalogue
        Table of the micrographs.
    regions
        Parquet table to write: rectangles of pixels and their split.
    options
        By specimen or by region, and the shares.
    seed
        Seed of the draw.
    """
    table = read_table(catalogue)
    draw = splits.specimen_regions if options.by == "specimen" else splits.image_regions
    try:
        rectangles = draw(table, options.shares, generator(seed, "split"))
    except ValueError as error:
        raise InputError(str(error)) from error
    origin = Provenance.of("temper split", {"catalogue": catalogue}, options, seed)
    write_table(regions, rectangles, origin)


def micrographs(
    *, sheet: Path, catalogue: Path, regions: Path, micrographs: Path, threads: int = 1
) -> None:
    """Read, crop, rescale and store every micrograph once, as 8-bit grey.

    Parameters
    ----------
    sheet
        The sheet that image paths are relative to.
    catalogue
        Table of the micrographs.
    regions
        Table of the splits: deep images are mapped by a range fitted on training regions.
    micrographs
        Zarr store to write: one group a micrograph.
    threads
        Threads to read with.
    """
    table, rectangles = read_table(catalogue), read_table(regions)
    low, high = 0.0, 255.0
    if table["depth"].iloc[0] != "uint8":
        low, high = rescale.fit_grey_range(lambda: _training_pixels(sheet, table, rectangles))
        log.info("Grey levels %g to %g of the training images become 0 to 255", low, high)
    entries = [entry for _, entry in table.iterrows()]
    reading = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(_rescaled)(sheet, entry) for entry in entries
    )
    files = _files(sheet, table["image"])
    inputs: Inputs = {"catalogue": catalogue, "regions": regions, "images": files}
    with new_store(micrographs, Provenance.of("temper micrographs", inputs)) as store:
        store.attrs["grey_range"] = [low, high]
        pairs = zip(entries, reading, strict=True)
        for entry, pixels in progress(pairs, len(entries), "micrographs", "micrograph"):
            grey = pixels if pixels.dtype == np.uint8 else rescale.to_uint8(pixels, low, high)
            imagesets.put_micrograph(store, entry, grey)


def _rescaled(sheet: Path, entry: pd.Series) -> np.ndarray:
    """Read one catalogued image, cropped and brought to the common scale."""
    pixels = imagesets.read_image(sheet, int(entry["row"]), str(entry["image"]))
    row, column, height, width = (int(entry[name]) for name in CROP_COLUMNS)
    cropped = pixels[row : row + height, column : column + width]
    if cropped.min() == cropped.max():
        raise InputError(
            f"{sheet} row {entry['row']}: every pixel of the crop of {entry['image']} is "
            f"{cropped.flat[0]}; mend the crop or remove the row."
        )
    return rescale.resize(cropped, int(entry["height_px"]), int(entry["width_px"]))


def _training_pixels(
    sheet: Path, catalogue: pd.DataFrame, regions: pd.DataFrame
) -> Iterator[np.ndarray]:
    entries = catalogue.set_index("micrograph")
    for region in regions[regions["split"] == "train"].itertuples():
        pixels = _rescaled(sheet, entries.loc[region.micrograph])
        yield pixels[region.row_start : region.row_stop, region.column_start : region.column_stop]


def chips(
    *,
    catalogue: Path,
    regions: Path,
    micrographs: Path,
    chips: Path,
    counts: Path,
    options: ChipOptions = ChipOptions(),
    seed: int = 0,
) -> None:
    """Plan the chips: windows into the micrographs, each inside one split.

    Parameters
    ----------
    catalogue
        Table of the micrographs.
    regions
        Table of the splits.
    micrographs
        Zarr store of the pixels, for the contrast of a chip.
    chips
        Parquet table to write: one row a chip.
    counts
        Parquet table to write: chips kept and rejected by domain and split.
    options
        Size, placement and least contrast.
    seed
        Seed of random placement.
    """
    table, rectangles = read_table(catalogue), read_table(regions)
    problems = too_small(table, rectangles, options.size_px)
    raise_problems([problem.replace("Sheet", "The sheet's", 1) for problem in problems])
    inputs = {"catalogue": catalogue, "regions": regions, "micrographs": micrographs}
    origin = Provenance.of("temper chips", inputs, options, seed)
    tally = Tally()
    load = imagesets.Micrographs(micrographs).__getitem__
    pieces = plan_chips(table, rectangles, options.placement_rule, load, tally, seed)
    write_table(chips, progress(pieces, len(rectangles), "chips", "region"), origin)
    write_table(counts, tally.table(), origin)
    for line in tally.table().to_string(index=False).splitlines():
        log.info("%s", line)
