"""Stage: the section on micrographs and chips is written."""

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, grey_range, read_chips
from pspflow.io.tables import read_table
from pspflow.microstructure.loader import cut_chips
from pspflow.report.section import Section
from pspflow.studies.paths import (
    CatalogueTable,
    ChipCountTable,
    ChipTable,
    FigureFolder,
    MicrographStore,
    SectionFile,
)
from pspflow.studies.shared.images import section as said
from pspflow.studies.shared.images.examples import drawn_chips, drawn_micrographs, micrograph_titles
from pspflow.studies.shared.images.figures import image_grid
from pspflow.studies.shared.images.options import SectionOptions
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage


@stage
def section(
    *,
    catalogue: CatalogueTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    counts: ChipCountTable,
    figures: FigureFolder,
    section: SectionFile,
    options: SectionOptions = SectionOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about micrographs and chips; draw examples of them.

    Parameters
    ----------
    options
        How the images were made.
    """
    table, rows, store = read_table(catalogue), read_chips(chips), Micrographs(micrographs)
    size_um = float(table["pixel_size_um"].iloc[0])
    sheet = FigureSheet(figures, "images", origin)

    shown = drawn_micrographs(table)
    images = {domain: [store[name] for name in few["micrograph"]] for domain, few in shown.items()}
    titles = {domain: micrograph_titles(few) for domain, few in shown.items()}
    whole = sheet.save(
        "micrographs",
        image_grid(images, titles, size_um),
        "Micrographs of each domain, from low to high label where there is one.",
    )
    drawn = drawn_chips(rows, list(shown), seed)
    cuts = {domain: list(cut_chips(store, few)) for domain, few in drawn.items()}
    names = {domain: list(few["specimen"].astype(str)) for domain, few in drawn.items()}
    small = sheet.save(
        "chips",
        image_grid(cuts, names, size_um),
        "Chips drawn at random from each domain, titled with their specimen.",
    )
    parts = (
        said.micrographs_part(table, grey_range(micrographs), whole),
        said.chips_part(read_table(counts), options, small),
    )
    lead = said.lead(table, options)
    made = Section(title="Micrographs and chips", lead=lead, parts=parts)
    save_section(section, made, origin)
