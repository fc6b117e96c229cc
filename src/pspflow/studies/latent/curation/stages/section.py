"""Stage: the section on the curation is written."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pspflow.io.arrays import get_array, open_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs
from pspflow.io.tables import read_table
from pspflow.seeds import generator
from pspflow.studies.latent.curation.figures import magnification_figure
from pspflow.studies.latent.curation.options import CurationOptions
from pspflow.studies.latent.curation.rows import KEPT
from pspflow.studies.latent.curation.section import curation_section
from pspflow.studies.latent.datasets.image_sets import IMAGES, open_images
from pspflow.studies.latent.paths import MicrographTable
from pspflow.studies.paths import (
    FigureFolder,
    MicrographStore,
    NamedStores,
    NamedTables,
    SectionFile,
)
from pspflow.studies.shared.images.figures import image_grid
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage

SHOWN, WINDOW_PX = 6, 128


@stage
def section(
    *,
    table: MicrographTable,
    micrographs: MicrographStore,
    images: NamedStores,
    crops: NamedTables,
    figures: FigureFolder,
    section: SectionFile,
    options: CurationOptions = CurationOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about the curation; draw crops and magnifications.

    Parameters
    ----------
    options
        The options of the chapter.
    """
    rows, store = read_table(table), Micrographs(micrographs)
    kept = rows[(rows["reason"] == KEPT) & rows["micrograph"].isin(store.names)]
    tables = {name: read_table(crops[name]) for name in options.use}
    common = float(rows["common_magnification"].iloc[0])
    sheet = FigureSheet(figures, "curation", origin)
    drawn = {
        "magnifications": sheet.save(
            "magnifications",
            magnification_figure(kept["magnification"].to_numpy(), common, tables),
            "Magnifications of the micrographs that are used (compare the report's Figure 9-1), "
            "and how much micrographs were enlarged that crops come from.",
        ),
        "rescaled": sheet.save(
            "rescaled",
            _grid([_windows(kept, store)]),
            f"Windows of at most {WINDOW_PX} pixels of micrographs of several magnifications, at "
            "the common scale.",
        ),
        "crops": sheet.save(
            "crops",
            _grid([each for name in options.use for each in _tiles(name, images, crops, seed)]),
            "Crops of each split, drawn at random.",
        ),
    }
    rejected = {
        name: int(str(get_array(open_store(images[name]), IMAGES).attrs["rejected_low_contrast"]))
        for name in options.use
    }
    unreadable = int((rows["reason"] == KEPT).sum()) - len(kept)
    save_section(
        section, curation_section(rows, unreadable, tables, rejected, drawn, options), origin
    )


class Tiles(NamedTuple):
    """A row of images."""

    name: str
    images: list[np.ndarray]
    titles: list[str]


def _grid(rows: list[Tiles]) -> Figure:
    """Show rows of images whose pixels have no known size."""
    images = {row.name: row.images for row in rows}
    return image_grid(images, {row.name: row.titles for row in rows}, np.nan)


def _windows(kept: pd.DataFrame, store: Micrographs) -> Tiles:
    """Cut a window out of one micrograph of some magnifications, from low to high."""
    first = kept.drop_duplicates("magnification").sort_values("magnification")
    at = np.unique(np.linspace(0, len(first) - 1, SHOWN).round().astype(int))
    shown = first.iloc[at]
    cut = [store[name][:WINDOW_PX, :WINDOW_PX] for name in shown["micrograph"]]
    titles = [
        f"{each.magnification:g}x, scaled by {each.upscale:.2g}" for each in shown.itertuples()
    ]
    return Tiles("", cut, titles)


def _tiles(name: str, images: NamedStores, crops: NamedTables, seed: int) -> list[Tiles]:
    """Draw crops of each split of a dataset."""
    found = open_images([Path(images[name])], [Path(crops[name])])
    tiles = []
    for split in ("train", "validation", "test"):
        rows = found.rows(split)
        rng = generator(seed, "crops that are shown", name, split)
        some = np.sort(rng.choice(rows, min(SHOWN, len(rows)), replace=False))
        titles = [f"{value:g}x" for value in found.table["magnification"].iloc[some]]
        tiles.append(Tiles(f"{name}\n{split}", list(found.images(some)), titles))
    return tiles
