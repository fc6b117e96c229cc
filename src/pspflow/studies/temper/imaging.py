"""Stages from chips to persistence images."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.errors import InputError, raise_problems
from pspflow.io.arrays import (
    add_array,
    concatenate,
    get_array,
    new_store,
    open_store,
    provenance_of,
)
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.shards import share
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.loader import cut_chips
from pspflow.options import Paths
from pspflow.seeds import generator
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper.options import Imaging, PersistenceOptions

GRID_CHIPS_PER_SPECIMEN = 10
WARNED_SHARE, REFUSED_SHARE = 0.02, 0.2
"""Shares of the weight outside the grid that are warned of and refused."""


def grid(
    *,
    micrographs: Path,
    chips: Path,
    grid: Path,
    coverage: Path,
    options: PersistenceOptions = PersistenceOptions(),
    seed: int = 0,
) -> None:
    """Fit ranges, bandwidth and weight of persistence images to training chips.

    Chips of every domain and split are then held against the grid: where pairs outside it carry
    more than 2 % of the weight, a warning says how much; where more than 20 %, the stage refuses.

    Parameters
    ----------
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    grid
        Parquet table to write: one row, what persistence images are made with.
    coverage
        Parquet table to write: share of the weight outside the grid, by domain and split.
    options
        Backend, convention and grid; what is null is fitted.
    seed
        Seed of the sample of chips.
    """
    rows, store = read_chips(chips), Micrographs(micrographs)
    sample = rows.iloc[few_chips(rows, GRID_CHIPS_PER_SPECIMEN, generator(seed, "grid"))]
    imaging = pi.settle(cut_chips(store, sample[sample["split"] == "train"]), options)
    shares = []
    for (domain, split), few in sample.groupby(["domain", "split"], observed=True, sort=False):
        share = pi.outside(cut_chips(store, few), imaging)
        shares.append((domain, split, len(few), share))
    table = pd.DataFrame(shares, columns=["domain", "split", "chips", "outside_share"])
    raise_problems(_ill_fitting(table, imaging))
    inputs = {"micrographs": micrographs, "chips": chips}
    origin = Provenance.of("temper grid", inputs, options, seed)
    write_table(coverage, table, origin)
    write_table(grid, pi.imaging_row(imaging), origin)


def _ill_fitting(table: pd.DataFrame, imaging: Imaging) -> list[str]:
    """Warn of chips that the grid misses, and return sentences for those it misses by far."""
    problems = []
    for row in table[table["outside_share"] > WARNED_SHARE].itertuples():
        sentence = (
            f"Pairs outside births {imaging.birth_range} and persistences "
            f"{imaging.persistence_range} carry {row.outside_share:.0%} of the weight of "
            f"{row.domain} {row.split} chips; set temper.persistence.birth_range and "
            "persistence_range to cover them."
        )
        if row.outside_share > REFUSED_SHARE:
            problems.append(sentence)
        else:
            log.warning("Warning: %s", sentence)
    return problems


def persistence(
    *, micrographs: Path, chips: Path, grid: Path, persistence: Path, shard: str = "1-of-1"
) -> None:
    """Compute the persistence images of one share of the chips.

    Parameters
    ----------
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    grid
        Table of what to make the images with.
    persistence
        Zarr store to write: (chip, homology, birth, persistence).
    shard
        Which share, `2-of-8` for example.
    """
    rows = read_chips(chips)
    table = rows.iloc[share(len(rows), shard)]
    store = Micrographs(micrographs)
    imaging = pi.read_imaging(grid)
    inputs = {"micrographs": micrographs, "chips": chips, "grid": grid}
    with new_store(persistence, Provenance.of("temper persistence", inputs, imaging)) as group:
        shape = (len(table), 2, imaging.resolution, imaging.resolution)
        array = add_array(group, pi.IMAGES, shape, np.float32, pi.DIMS, "1")
        pi.put_axes(group, imaging)
        images = np.empty(shape, dtype=np.float32)
        work = pi.batches(store, table, imaging)
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
    # what the images are is what their shares are: convention, grid and all
    inputs = {**records[0]["inputs"], "shards": fingerprint(*shards)}
    origin = Provenance("temper merge", records[0]["options"], None, inputs)
    with new_store(persistence, origin) as group:
        group.attrs["chips"] = records[0]["inputs"]["chips"]
        for name in pi.DIMS[1:]:
            concatenate([get_array(stores[0], name)], group)
        concatenate([get_array(store, pi.IMAGES) for store in stores], group)
