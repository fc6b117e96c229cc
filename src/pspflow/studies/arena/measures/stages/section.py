"""Stage: the section about made and real chips is written."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.arena.chips.shared import read_shared
from pspflow.studies.arena.measures import figures as draw
from pspflow.studies.arena.measures.protocol import POOLED
from pspflow.studies.arena.measures.section import measures_section
from pspflow.studies.arena.models.made import Made
from pspflow.studies.arena.paths import SharedImages, SharedTable
from pspflow.studies.paths import FigureFolder, NamedStores, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage


@stage
def section(
    *,
    images: SharedImages,
    table: SharedTable,
    made: NamedStores,
    tables: NamedTables,
    figures: FigureFolder,
    section: SectionFile,
    origin: Provenance,
) -> None:
    """Write what the report says about made images; draw samples and ratios.

    Parameters
    ----------
    made
        ENTRANT=PATH: stores of made images.
    tables
        ratios=PATH: what the stage compare wrote.
    """
    shared, ratios = read_shared(images, table), read_table(tables["ratios"])
    known = {name: Made.read(path) for name, path in made.items()}
    rows = shared.rows(shared.tested, half=0)
    at = draw.spread(shared.table["domain"].to_numpy(object)[rows], shared.domains)
    shown = {
        name: each.images[draw.spread(each.domains, shared.domains)] for name, each in known.items()
    }
    sheet = FigureSheet(figures, "measures", origin)
    drawn = {
        "samples": sheet.save_picture(
            "samples",
            draw.samples_picture(shared.images[rows[at]], shown),
            f"Real test chips, and images of every model, by domain ({', '.join(shared.domains)} "
            "from left to right): the first ones that it made, none chosen.",
        ),
        "ratios": sheet.save(
            "ratios",
            draw.ratios_figure(ratios[ratios["domain"] == POOLED]),
            "Every measure over that of real halves, all domains together, with 95 % intervals. "
            "Distances: 1 is as near as real chips of the same micrographs. Density and coverage: "
            "1 is as much as they have. Black: real training chips, of other micrographs.",
        ),
    }
    save_section(section, measures_section(ratios, drawn), origin)
