"""Stage: the report's section about the structures is written."""

import pandas as pd

from pspflow.io.arrays import get_array, open_store
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.paths import PhaseTable
from pspflow.studies.composite.structures import section as text
from pspflow.studies.composite.structures.figures import alike_figure, alike_pair
from pspflow.studies.composite.structures.options import StructuresOptions
from pspflow.studies.composite.structures.rows import read_positions, rows_of
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import FigureFolder, NamedStores, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage


@stage
def section(
    *,
    structures: NamedStores,
    tables: NamedTables,
    stiffness: NamedTables,
    phases: PhaseTable,
    figures: FigureFolder,
    section: SectionFile,
    options: StructuresOptions = StructuresOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about the structures; draw C11 over the volume fraction.

    Parameters
    ----------
    structures
        SET=PATH: Zarr stores of the sets' structures.
    tables
        SET=PATH: tables of the structures.
    stiffness
        SET=PATH: tables of the solved stiffnesses.
    options
        The options of the chapter.
    """
    drawn = options.design_set
    rows = read_table(tables[drawn])
    solved = rows_of(stiffness[drawn], rows["structure"].to_numpy(), tables[drawn])
    rows["c11_gpa"] = solved["c11_gpa"].to_numpy()
    pair = alike_pair(rows)
    phases_of = read_positions(structures[drawn], pair or ())
    sheet = FigureSheet(figures, "structures", origin)
    alike = sheet.save(
        "alike",
        alike_figure(rows, pair, [phases_of[place] for place in pair or ()]),
        text.figure_caption(options),
    )
    written = text.structures_section(
        read_table(tables["all"]),
        read_table(phases),
        read_table(stiffness["all"]),
        pd.DataFrame(rows.iloc[list(pair or ())]),
        alike,
        get_array(open_store(structures["all"]), PHASE).shape[1],
        options,
    )
    save_section(section, written, origin)
