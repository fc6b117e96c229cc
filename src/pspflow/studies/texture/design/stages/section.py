"""Stage: the section of the report about designs."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.paths import FigureFolder, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.texture.design.comparisons import sheet_table
from pspflow.studies.texture.design.figures import poles_figure, sheets_figure
from pspflow.studies.texture.design.options import DesignOptions
from pspflow.studies.texture.design.section import CAPTIONS, design_section
from pspflow.studies.texture.design.store import read_designs
from pspflow.studies.texture.paths import DesignStore, DesignTable, TargetTable


@stage
def section(
    *,
    targets: TargetTable,
    designs: DesignTable,
    store: DesignStore,
    figures: FigureFolder,
    section: SectionFile,
    options: DesignOptions = DesignOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about designs; draw their figures.

    Parameters
    ----------
    options
        Options of the chapter.
    """
    wanted, made = read_table(targets), read_table(designs)
    drawn = {
        "pole_figures": poles_figure(made, read_designs(store)[1]),
        "sheets": sheets_figure(sheet_table(wanted, made)),
    }
    sheet = FigureSheet(figures, "design", origin)
    pictures = {name: sheet.save(name, each, CAPTIONS[name]) for name, each in drawn.items()}
    save_section(section, design_section(wanted, made, pictures, options), origin)
