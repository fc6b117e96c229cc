"""Stage: persistence images are computed."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from pspflow.io.arrays import add_array, new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.shards import share
from pspflow.logs import progress
from pspflow.studies.paths import ChipTable, GridTable, MicrographStore
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.stage import stage


@stage
def compute(
    *,
    micrographs: MicrographStore,
    chips: ChipTable,
    grid: GridTable,
    persistence: Path,
    shard: str = "1-of-1",
    origin: Provenance,
) -> None:
    """Compute the persistence images of one share of the chips.

    Parameters
    ----------
    persistence
        Zarr store to write: (chip, homology, birth, persistence).
    shard
        Which share, `2-of-8` for example.
    """
    rows = read_chips(chips)
    table = rows.iloc[share(len(rows), shard)]
    store = Micrographs(micrographs)
    imaging = pi.read_imaging(grid)
    # what the images are made with stands in the grid's table; their record says it too
    record = replace(origin, options={**imaging.model_dump(mode="json"), **origin.options})
    with new_store(persistence, record) as group:
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
