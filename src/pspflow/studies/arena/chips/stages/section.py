"""Stage: the section about the shared chips is written."""

from typing import Final

import numpy as np

from pspflow.io.artefacts import Provenance
from pspflow.report.mosaics import mosaic
from pspflow.report.sheets import labelled, sized
from pspflow.studies.arena.chips.section import chips_section
from pspflow.studies.arena.chips.shared import read_shared
from pspflow.studies.arena.paths import SharedImages, SharedTable
from pspflow.studies.paths import FigureFolder, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage

SHOWN: Final = 10
"""Chips of a domain in the figure."""
WIDTH_PX: Final = 96


@stage
def section(
    *,
    images: SharedImages,
    table: SharedTable,
    figures: FigureFolder,
    section: SectionFile,
    simulated: bool = False,
    origin: Provenance,
) -> None:
    """Write what the report says about the shared chips; show some of them.

    Parameters
    ----------
    simulated
        Whether the micrographs are simulated.
    """
    shared = read_shared(images, table)
    domains = shared.table["domain"].to_numpy()
    training = shared.rows("train")
    rows = {}
    for name in shared.domains:
        here = training[domains[training] == name]
        at = here[np.linspace(0, len(here) - 1, min(SHOWN, len(here))).astype(int)]
        rows[name] = mosaic(sized(shared.images[at], WIDTH_PX), SHOWN)
    figure = FigureSheet(figures, "chips", origin).save_picture(
        "chips", labelled(rows), "Training chips of every domain."
    )
    save_section(section, chips_section(shared.table, figure, simulated=simulated), origin)
