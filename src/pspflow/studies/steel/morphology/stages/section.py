"""Stage: the section on morphology is written."""

from typing import Final

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table
from pspflow.microstructure.loader import cut_chips
from pspflow.microstructure.morphology import divide_phases
from pspflow.studies.paths import ChipTable, FigureFolder, MicrographStore, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage
from pspflow.studies.steel.morphology.figures import division_figure, measures_figure
from pspflow.studies.steel.morphology.findings import papers_values
from pspflow.studies.steel.morphology.moments import moments_table
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.morphology.section import morphology_section
from pspflow.studies.steel.paths import MeasureTable

CAPTIONS: Final = {
    "measures": "Ferrite fraction and mean free path of chips by domain (figures 10a and 12a).",
    "division": "The chip of the median ferrite fraction of each domain, and what Otsu's threshold "
    "takes for ferrite, in white.",
}


@stage
def section(
    *,
    micrographs: MicrographStore,
    chips: ChipTable,
    measures: MeasureTable,
    figures: FigureFolder,
    section: SectionFile,
    options: MeasureOptions = MeasureOptions(),
    simulated: bool = False,
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about the morphology of real chips; draw it.

    Parameters
    ----------
    options
        How chips are divided, and the conditions.
    simulated
        Whether the micrographs are simulated.
    """
    table, rows, store = read_table(measures), read_chips(chips), Micrographs(micrographs)
    size_um, chip_px = store.pixel_size_um, int(rows["size_px"].iloc[0])
    domains = list(dict.fromkeys(table["domain"]))
    papers = papers_values(domains, chip_px, size_um)
    shown = _median_chips(table)
    images = cut_chips(store, rows.iloc[shown])
    divided = divide_phases(images, phase=options.phase, background_px=options.background_px)
    sheet = FigureSheet(figures, "morphology", origin)
    drawn = {
        "measures": measures_figure(table, papers),
        "division": division_figure(
            list(images),
            list(divided.ferrite),
            [str(each) for each in table["domain"].iloc[shown]],
            np.nan if size_um is None else size_um,
        ),
    }
    made = morphology_section(
        moments_table(table, seed),
        _conditions(table, options),
        {name: sheet.save(name, each, CAPTIONS[name]) for name, each in drawn.items()},
        options,
        chip_px,
        papers,
        simulated=simulated,
    )
    save_section(section, made, origin)


def _median_chips(measures: pd.DataFrame) -> np.ndarray:
    """Return the position of the chip of the median fraction of each domain.

    A domain whose chips all have one phase shows its first one.
    """
    found = []
    for _, chips in measures.groupby("domain", sort=False):
        order = chips["ferrite_fraction"].sort_values(kind="stable").dropna().index
        found.append(order[len(order) // 2] if len(order) else chips.index[0])
    return np.array(found)


def _conditions(measures: pd.DataFrame, options: MeasureOptions) -> pd.DataFrame:
    """Write the values of the conditions in each domain: one, or from lowest to highest."""
    groups = measures.groupby("domain", sort=False)
    columns = {}
    for each in options.conditions:
        ends = groups[each.column].agg(["min", "max"])
        columns[each.column] = [
            f"{low:g}" if low == high else f"{low:g} to {high:g}"
            for low, high in ends.itertuples(index=False)
        ]
    return pd.DataFrame(columns, index=pd.Index(list(groups.groups), name="domain"))
