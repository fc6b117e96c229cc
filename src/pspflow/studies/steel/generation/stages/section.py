"""Stage: the section on generated chips is written."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from matplotlib import figure as drawn

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table
from pspflow.studies.paths import (
    ChipTable,
    FigureFolder,
    MicrographStore,
    NamedStores,
    NamedTables,
    SectionFile,
)
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage
from pspflow.studies.steel.generation import shown
from pspflow.studies.steel.generation.compared import RealChips
from pspflow.studies.steel.generation.figures import boxes_figure, sheets_figure
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.generation.results import Results
from pspflow.studies.steel.generation.section import generation_section
from pspflow.studies.steel.generation.sets import (
    Generated,
    generated_sets,
    order_of_domains,
    read_generated,
    real_sets,
    truth_sets,
)
from pspflow.studies.steel.images.paper import differences, papers_domains
from pspflow.studies.steel.morphology.moments import quantities_of
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.paths import MeasureTable

TRUTH: Final = "truth"
CAPTIONS: Final[Mapping[str, str]] = {
    "chips": "Real test chips and generated ones by domain (the paper's Figure 7).",
    "further": "Chips at further conditions, which no network has seen (the paper's Figure 8).",
    "held_out": "A domain that networks have not seen: real test chips, chips generated without "
    "and with it (the paper's Figure 9).",
    "measures": "Ferrite fraction and mean free path of real and generated chips by domain: "
    "quartiles, median (line) and mean (triangle); whiskers to 1.5 times the distance of the "
    "quartiles (the paper's Figures 10 and 12).",
    "conditions": "The same over all conditions, further ones among them (the paper's Figures 13 "
    "and 14).",
    "codes": "Generated chips and their maps of codes; codes are coloured by their rank along the "
    "first principal axis of the codebook (the paper's Figure 17).",
}


@stage
def section(
    *,
    generated: NamedTables,
    stores: NamedStores,
    tables: NamedTables,
    measures: MeasureTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    figures: FigureFolder,
    section: SectionFile,
    simulated: bool = False,
    split_by: str = "micrograph",
    options: GenerationOptions = GenerationOptions(),
    measuring: MeasureOptions = MeasureOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about generated chips; draw them.

    Parameters
    ----------
    generated
        CODE_MODEL/TRAINED_ON=PATH: tables of generated chips.
    stores
        The same of their stores, and truth=PATH where there are simulated chips at further
        conditions.
    tables
        moments=PATH, distances=PATH, baseline=PATH and copies=PATH as `compare` writes them, and
        truth=PATH.
    simulated
        Whether the micrographs are simulated.
    split_by
        What the splits keep in one piece.
    measuring
        Which phase is ferrite, and the conditions.
    """
    rows, names = read_table(measures), [each.column for each in measuring.conditions]
    found = {name: read_table(path) for name, path in tables.items()}
    truth = found.pop(TRUTH, None)
    store, cut = Micrographs(micrographs), read_chips(chips)
    made = read_generated(generated, stores)
    real = RealChips(rows, cut, store, options, seed)
    order = order_of_domains(rows, names)
    size_um, chip_px = store.pixel_size_um, int(cut["size_px"].iloc[0])
    known = None
    if truth is not None:
        known = truth, read_values(open_store(stores[TRUTH]), "images")
    sheet = FigureSheet(figures, "generation", origin)
    pictures = {
        name: sheet.save(name, each, CAPTIONS[name])
        for name, each in _figures(real, made, known, rows, names, options, seed).items()
    }
    results = Results(
        **found,
        domains=order,
        papers_domains=papers_domains(order),
        differences=differences(chip_px, np.nan if size_um is None else size_um),
        against=f"test chips of other {'simulated ' if simulated else ''}{split_by}s",
        simulated=simulated,
    )
    save_section(section, generation_section(results, pictures, options), origin)


def _figures(
    real: RealChips,
    made: Mapping[str, Generated],
    truth: tuple[pd.DataFrame, np.ndarray] | None,
    rows: pd.DataFrame,
    names: list[str],
    options: GenerationOptions,
    seed: int,
) -> dict[str, drawn.Figure]:
    order = [name for name in order_of_domains(rows, names) if name in real.domains]
    sets = list(real_sets(rows, options.chips_per_condition, seed))
    if truth is not None:
        sets += truth_sets(truth[0], names)
    for name, each in made.items():
        sets += generated_sets(name, each.table, names)
    first = next(each for name, each in made.items() if name.endswith("/all"))
    quantities = quantities_of(rows)
    across = shown.ACROSS
    figures = {"chips": sheets_figure(shown.by_domain(real, made, order), across)}
    for name, sheets in (
        ("further", shown.at_further(made, truth, names)),
        ("held_out", shown.of_held_out(real, made)),
    ):
        if sheets:
            figures[name] = sheets_figure(sheets, across)
    for name, further in (("measures", False), ("conditions", True)):
        places = shown.measures_by_place(sets, names, further=further)
        kinds = shown.kinds_of(places)
        label = "domain" if not further else f"domain, or {', '.join(names)}"
        figures[name] = boxes_figure(places, kinds, quantities, label)
    figures["codes"] = sheets_figure(shown.code_maps(first, order), across)
    return figures
