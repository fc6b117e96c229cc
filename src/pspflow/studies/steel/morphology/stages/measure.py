"""Stage: ferrite fraction and mean free path of every chip are measured."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.microstructure.loader import chip_batches
from pspflow.microstructure.morphology import Morphology, measure_morphology
from pspflow.studies.paths import CatalogueTable, ChipTable, MicrographStore
from pspflow.studies.stage import stage
from pspflow.studies.steel.morphology.conditions import checked_conditions
from pspflow.studies.steel.morphology.measured import tabulated
from pspflow.studies.steel.morphology.options import MeasureOptions

IDENTITY = ["chip_id", "micrograph", "specimen", "domain", "split"]


@stage
def measure(
    *,
    catalogue: CatalogueTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    measures: Path,
    options: MeasureOptions = MeasureOptions(),
    origin: Provenance,
) -> None:
    """Measure ferrite fraction and mean free path of every chip, beside its conditions.

    Parameters
    ----------
    measures
        Parquet table to write: one row per chip, in the order of the chips.
    options
        Which phase is ferrite, the correction of uneven light, and the conditions.

    Raises
    ------
    InputError
        If a condition is missing, empty, no number, or has no logarithm where one is used.
    """
    known = checked_conditions(read_table(catalogue), options.conditions, catalogue)
    store, rows = Micrographs(micrographs), read_chips(chips)
    batches = chip_batches(store, rows)
    parts = [
        measure_morphology(images, phase=options.phase, background_px=options.background_px)
        for _, images in progress(batches, len(rows), "chips", "chip", lambda each: len(each[1]))
    ]
    found = Morphology(*(np.concatenate(each) for each in zip(*parts, strict=True)))
    table = rows[IDENTITY].astype(str)
    conditions = known.loc[table["micrograph"]].reset_index(drop=True)
    values = tabulated(found, store.pixel_size_um)
    _say(values)
    write_table(measures, pd.concat([table, conditions, values], axis=1), origin)


def _say(values: pd.DataFrame) -> None:
    failed, doubtful = int((values["failure"] != "").sum()), int(values["one_peak"].sum())
    if failed:
        log.warning(
            "%d of %d chips have one phase: they have no values, and tables leave them out",
            *(failed, len(values)),
        )
    if doubtful:
        log.warning(
            "%d of %d chips have grey levels of one peak: Otsu's threshold may divide one phase; "
            "look at them, and at morphology.background_px where the light is uneven",
            *(doubtful, len(values)),
        )
