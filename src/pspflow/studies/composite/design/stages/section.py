"""Stage: the section of the report about designs."""

import re
from typing import cast

import pandas as pd

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.design.comparisons import by_target
from pspflow.studies.composite.design.design_figures import errors_figure
from pspflow.studies.composite.design.findings import QUANTITIES
from pspflow.studies.composite.design.options import DesignOptions
from pspflow.studies.composite.design.section import design_section
from pspflow.studies.composite.paths import CertificateTable
from pspflow.studies.composite.structures.properties import Target
from pspflow.studies.paths import FigureFolder, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage


@stage
def section(
    *,
    designs: NamedTables,
    certificates: CertificateTable,
    figures: FigureFolder,
    section: SectionFile,
    options: DesignOptions = DesignOptions(),
    papers_material: bool = False,
    origin: Provenance,
) -> None:
    """Write what the report says about designs; draw their errors.

    Parameters
    ----------
    designs
        Tables of designs by SET/TARGET/runN.
    options
        Options of the chapter.
    papers_material
        Whether the structures are of the paper's material: only then its values are shown.

    Raises
    ------
    InputError
        If a table is named otherwise.
    """
    parts: dict[tuple[str, Target], list[pd.DataFrame]] = {}
    for name, path in designs.items():
        found = re.fullmatch(r"(\w+)/(\w+)/run\d+", name)
        if found is None or found[2] not in QUANTITIES:
            raise InputError(f"A table of designs is named {name!r}; name it SET/TARGET/runN.")
        parts.setdefault((found[1], cast("Target", found[2])), []).append(read_table(path))
    points = {key: by_target(pd.concat(tables)) for key, tables in parts.items()}
    sheet = FigureSheet(figures, "design", origin)
    drawn = {
        "errors": sheet.save(
            "errors",
            errors_figure(points),
            "Errors of designs, of every target: as drawn by the network alone, the best by the "
            "solver, and with the solver in the loop; and of retrieval.",
        )
    }
    written = design_section(
        points, read_table(certificates), drawn, options, papers_material=papers_material
    )
    save_section(section, written, origin)
