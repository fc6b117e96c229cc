"""Stage: the report's section about models of codes is written."""

from collections.abc import Mapping
from typing import cast

import numpy as np
import pandas as pd
import zarr

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.report.section import Figure
from pspflow.studies.paths import (
    FigureFolder,
    NamedHistories,
    NamedStores,
    NamedTables,
    SectionFile,
)
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage
from pspflow.studies.steel.codes import figures as draw
from pspflow.studies.steel.codes.options import CodesOptions
from pspflow.studies.steel.codes.section import codes_section
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.paths import MeasureTable


@stage
def section(
    *,
    histories: NamedHistories,
    reconstructions: NamedTables,
    pictures: NamedStores,
    measures: MeasureTable,
    figures: FigureFolder,
    section: SectionFile,
    options: CodesOptions = CodesOptions(),
    measuring: MeasureOptions,
    simulated: bool = False,
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about models of codes; draw chips, latents and codebooks.

    Parameters
    ----------
    options
        The options of the chapter.
    measuring
        The conditions, of which the first colours the latent space.
    simulated
        Whether the micrographs are the simulated ones.
    """
    known = {name: read_table(path) for name, path in histories.items()}
    tables = {name: read_table(path) for name, path in reconstructions.items()}
    stores = {name: open_store(path) for name, path in pictures.items()}
    sheet = FigureSheet(figures, "codes", origin)
    drawn = _figures(sheet, stores, read_table(measures), measuring)
    drawn["training"] = sheet.save(
        "training",
        draw.training_figure(known),
        "Validation loss and use of the codebook over the epochs; the epoch that is kept is "
        "marked.",
    )
    made = codes_section(known, tables, drawn, options, seed, simulated=simulated)
    save_section(section, made, origin)


def _figures(
    sheet: FigureSheet,
    stores: Mapping[str, zarr.Group],
    measures: pd.DataFrame,
    measuring: MeasureOptions,
) -> dict[str, Figure]:
    first = next(iter(stores.values()))
    shown = {
        name: draw.Shown(*(read_values(store, part) for part in draw.Shown._fields))
        for name, store in stores.items()
    }
    domains = cast("list[str]", first.attrs["domains"])
    condition = measuring.conditions[0]
    placed, values = {}, {}
    for name, store in stores.items():
        each = ("coordinates", "explained", "thumbnail")
        placed[name] = {part: read_values(store, part) for part in each}
        at = read_values(store, "position")
        values[name] = measures[condition.column].to_numpy(np.float64)[at]
    return {
        "reconstructions": sheet.save(
            "reconstructions",
            draw.reconstruction_figure(read_values(first, "original"), domains, shown),
            "Test chips above their reconstructions and codes, by model (compare the paper's "
            "Figure 6). Codes are coloured along the first principal axis of their codebook.",
        ),
        "latent": sheet.save(
            "latent",
            draw.latent_figure(placed, values, condition.column, log=condition.log),
            "Training chips on the first two principal axes of their latents (the paper's Figure "
            f"15): some of the chips, and all of them coloured by {condition.column}.",
        ),
        "codebook": sheet.save(
            "codebook",
            draw.codebook_figure(shown),
            "Vectors of the codebooks on their first two principal axes, coloured along the first "
            "(the paper's Figure 16); the area of a point grows with how often the test chips "
            "shown above have its code.",
        ),
    }
