"""Stage: the shared chips are drawn and cut."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import RowWriter, add_array, new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.microstructure.chips import few_chips, halves
from pspflow.microstructure.loader import chip_batches
from pspflow.seeds import generator
from pspflow.studies.arena.chips.options import ArenaChipsOptions
from pspflow.studies.arena.chips.shared import joined
from pspflow.studies.paths import ChipTable, MicrographStore
from pspflow.studies.stage import Seed, stage
from pspflow.studies.steel.paths import MeasureTable


@stage
def gather(
    *,
    micrographs: MicrographStore,
    chips: ChipTable,
    measures: MeasureTable,
    drawn: Path,
    drawn_measures: Path,
    images: Path,
    table: Path,
    options: ArenaChipsOptions = ArenaChipsOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Draw the shared chips, and store them as every model reads them.

    Parameters
    ----------
    drawn
        Parquet table to write: the rows of these chips.
    drawn_measures
        Parquet table to write: their rows of the table of measures.
    images
        Zarr store to write: images (image, y, x).
    table
        Parquet table to write: one row per image.
    """
    rows, store = read_chips(chips), Micrographs(micrographs)
    rng = generator(seed, "shared chips")
    at = few_chips(rows, options.chips_per_micrograph, rng, ("micrograph",))
    # halves are those of what all chips of a micrograph cover
    mine, sides = rows.iloc[at].reset_index(drop=True), halves(rows)[at]
    known = read_table(measures).iloc[at].reset_index(drop=True)
    counts = mine.groupby(["domain", "split"], observed=True).size()
    log.info("%d chips: %s", len(mine), dict(counts))
    with new_store(images, origin) as group:
        edge = int(mine["size_px"].iloc[0])
        array = add_array(
            group, "images", (len(mine), edge, edge), np.uint8, ("image", "y", "x"), "grey level"
        )
        writer = RowWriter(array)
        batches = chip_batches(store, mine)
        for _, cut in progress(batches, len(mine), "chips", "chip", lambda each: len(each[1])):
            writer.add(cut)
        writer.flush()
    plain = mine.astype(dict.fromkeys(mine.select_dtypes("category"), str))
    write_table(drawn, plain, origin)
    write_table(drawn_measures, known, origin)
    write_table(table, joined(plain, known, pd.Series(sides)), origin)
