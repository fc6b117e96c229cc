"""Stage: the report's section about the textures is written."""

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.paths import FigureFolder, NamedStores, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.texture.textures import section as text
from pspflow.studies.texture.textures.coverage import (
    Floats,
    crystal_coefficients,
    neighbours,
    spans,
)
from pspflow.studies.texture.textures.figures import neighbours_figure, sets_figure
from pspflow.studies.texture.textures.options import SET_NAMES, TexturesOptions
from pspflow.studies.texture.textures.store import open_textures


@stage
def section(
    *,
    textures: NamedStores,
    tables: NamedTables,
    figures: FigureFolder,
    section: SectionFile,
    options: TexturesOptions = TexturesOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about the textures; draw the three sets.

    Parameters
    ----------
    textures
        SET=PATH: Zarr stores of the sets' textures.
    tables
        SET=PATH: tables of the textures.
    options
        The options of the chapter.
    """
    found: dict[str, Floats] = {
        name: open_textures(textures[name]).coefficients for name in SET_NAMES
    }
    crystals = crystal_coefficients()
    apart = neighbours(**found)
    sheet = FigureSheet(figures, "textures", origin)
    drawn = (
        sheet.save("sets", sets_figure(found, crystals), text.SETS_CAPTION),
        sheet.save("neighbours", neighbours_figure(apart), text.NEIGHBOURS_CAPTION),
    )
    rows: dict[str, pd.DataFrame] = {name: read_table(tables[name]) for name in SET_NAMES}
    written = text.textures_section(rows, spans(found["pool"], crystals), apart, drawn, options)
    save_section(section, written, origin)
