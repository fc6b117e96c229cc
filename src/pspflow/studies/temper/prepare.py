"""Stages from a sheet of micrographs to persistence images."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from pspflow.errors import InputError, raise_problems
from pspflow.io import imagesets
from pspflow.io.arrays import (
    add_array,
    concatenate,
    get_array,
    new_store,
    open_store,
    provenance_of,
)
from pspflow.io.artefacts import Provenance
from pspflow.io.sheet import read_sheet
from pspflow.io.specimens import write_simulated
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.microstructure import rescale, splits
from pspflow.microstructure.catalogue import build_catalogue, columns_without_unit
from pspflow.microstructure.plan import Tally, plan_chips, too_small
from pspflow.options import Paths
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper.options import (
    CatalogueOptions,
    ChipOptions,
    PersistenceOptions,
    SimulateOptions,
    SplitOptions,
)


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
    write_simulated(
        sheet, images, options.specimens, options.size_px, options.pixel_size_um, seed, threads
    )
    log.info("Simulated %d specimens: %s", options.specimens, sheet)


def catalogue(*, sheet: Path, catalogue: Path, options: CatalogueOptions) -> None:
    """Check the sheet and its images, and plan each micrograph's crop, scale and size.

    Parameters
    ----------
    sheet
        CSV or Parquet sheet with one row an image.
    catalogue
        Parquet table to write: one row a micrograph.
    options
        Domains, labels and common scale.
    """
    rows = read_sheet(sheet)
    sources, problems = [], []
    for row, image in rows["image"].items():
        try:
            sources.append(imagesets.read_source(sheet, int(str(row)), image))
        except InputError as error:
            problems.append(str(error))
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
    coloured = sum(source.colour for source in sources)
    if coloured:
        log.info("%d of %d images hold colour: read as luminance", coloured, len(sources))
    for name in columns_without_unit(table):
        log.info("Column %r holds numbers but names no unit: kept as text", name)
    if table["pixel_size_um"].isna().all() and (table["scale"] == 1).all():
        log.info("The sheet gives no scale: images keep their own pixels")
    files = [imagesets.image_path(sheet, image) for image in rows["image"]]
    origin = Provenance.of("temper catalogue", {"sheet": sheet, "images": files}, options)
    write_table(catalogue, table, origin)


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
        rectangles = draw(table, options.shares, np.random.default_rng(seed))
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
        delayed(imagesets.read_rescaled)(sheet, entry) for entry in entries
    )
    inputs = {"catalogue": catalogue, "regions": regions}
    with new_store(micrographs, Provenance.of("temper micrographs", inputs)) as store:
        store.attrs["grey_range"] = [low, high]
        pairs = zip(entries, reading, strict=True)
        for entry, pixels in progress(pairs, len(entries), "micrographs", "micrograph"):
            grey = pixels if pixels.dtype == np.uint8 else rescale.to_uint8(pixels, low, high)
            imagesets.put_micrograph(store, entry, grey)


def _training_pixels(
    sheet: Path, catalogue: pd.DataFrame, regions: pd.DataFrame
) -> Iterator[np.ndarray]:
    entries = catalogue.set_index("micrograph")
    for region in regions[regions["split"] == "train"].itertuples():
        pixels = imagesets.read_rescaled(sheet, entries.loc[region.micrograph])
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
    raise_problems(too_small(table, rectangles, options.size_px))
    inputs = {"catalogue": catalogue, "regions": regions, "micrographs": micrographs}
    origin = Provenance.of("temper chips", inputs, options, seed)
    tally = Tally()
    load = imagesets.Micrographs(micrographs).__getitem__
    pieces = plan_chips(table, rectangles, options.placement_rule, load, tally, seed)
    write_table(chips, progress(pieces, len(rectangles), "chips", "region"), origin)
    write_table(counts, tally.table(), origin)
    for line in tally.table().to_string(index=False).splitlines():
        log.info("%s", line)


def persistence(
    *,
    micrographs: Path,
    chips: Path,
    persistence: Path,
    options: PersistenceOptions = PersistenceOptions(),
    shard: str = "1-of-1",
) -> None:
    """Compute the persistence images of one share of the chips.

    Parameters
    ----------
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    persistence
        Zarr store to write: (chip, homology, birth, persistence).
    options
        Backend, convention and grid.
    shard
        Which share, `2-of-8` for example.
    """
    table = pi.share(imagesets.read_chips(chips), shard)
    store = imagesets.Micrographs(micrographs)
    inputs = {"micrographs": micrographs, "chips": chips}
    with new_store(persistence, Provenance.of("temper persistence", inputs, options)) as group:
        shape = (len(table), 2, options.resolution, options.resolution)
        array = add_array(group, pi.IMAGES, shape, np.float32, pi.DIMS, pi.units(options))
        pi.put_axes(group, options)
        images = np.empty(shape, dtype=np.float32)
        work = pi.batches(store, table, options)
        for at, batch in progress(work, len(table), "persistence images", "chip", _chips_in):
            images[at] = batch
        array[...] = images


def _chips_in(batch: tuple[slice, np.ndarray]) -> int:
    return len(batch[1])


def merge(*, shards: Paths, persistence: Path) -> None:
    """Join the shares of the persistence images into one store, in the order of the chips.

    Parameters
    ----------
    shards
        Zarr stores of the shares, in order.
    persistence
        Zarr store to write.

    Raises
    ------
    InputError
        If the shares were made with different options or from different chips.
    """
    stores = [open_store(shard) for shard in shards]
    records = [provenance_of(store) for store in stores]
    if any(record != records[0] for record in records):
        raise InputError(f"{persistence.name}: its shares differ in origin; delete them and rerun.")
    origin = Provenance.of("temper merge", {"shards": shards})
    with new_store(persistence, origin) as group:
        group.attrs["chips"] = records[0]["inputs"]["chips"]
        for name in pi.DIMS[1:]:
            concatenate([get_array(stores[0], name)], group)
        concatenate([get_array(store, pi.IMAGES) for store in stores], group)
