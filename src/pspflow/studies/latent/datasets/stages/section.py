"""Stage: the report's section about the simulated datasets is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.io.arrays import open_store
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.latent.datasets import paper
from pspflow.studies.latent.datasets.figures import autocovariance_figure, gallery_picture
from pspflow.studies.latent.datasets.image_sets import ImageSet
from pspflow.studies.latent.datasets.measured import autocovariance_of
from pspflow.studies.latent.datasets.options import DatasetsOptions
from pspflow.studies.latent.datasets.section import Seen, datasets_section
from pspflow.studies.latent.names import SimulatedName
from pspflow.studies.paths import FigureFolder, NamedStores, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage

MOST_READ: Final = 200
"""Images of a dataset that are measured and shown."""


@stage
def section(
    *,
    images: NamedStores,
    tables: NamedTables,
    figures: FigureFolder,
    section: SectionFile,
    options: DatasetsOptions = DatasetsOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about the simulated datasets; draw images of each.

    Parameters
    ----------
    images
        DATASET/SHARD=PATH: stores of the first and the last share of each dataset.
    tables
        DATASET/SHARD=PATH: their tables.
    options
        The options of the chapter.
    """
    seen = {name: _seen(name, images, tables) for name in options.use}
    sheet = FigureSheet(figures, "datasets", origin)
    names = ", ".join(f"{name.replace('_', ' ')}: {paper.FIGURES[name]}" for name in seen)
    drawn = {
        "gallery": sheet.save_picture(
            "gallery",
            gallery_picture({name: each.images for name, each in seen.items()}),
            f"Nine training images of each dataset (compare the report's figures; {names}).",
        )
    }
    smooth = seen.get("gaussian_smooth")
    covariance = smooth and autocovariance_of(smooth.images, options.gaussian)
    if covariance:
        drawn["autocovariance"] = sheet.save(
            "autocovariance",
            autocovariance_figure(covariance),
            f"Autocovariance of {covariance.images} smooth Gaussian images, with 95 % intervals by "
            "image, and the analytic one (lines); and how far it is from that at displacements in "
            "both directions.",
        )
    save_section(section, datasets_section(seen, covariance, drawn, options, seed), origin)


def _seen(name: SimulatedName, images: Mapping[str, Path], tables: Mapping[str, Path]) -> Seen:
    """Read images from the start and the end of a dataset, and all their rows."""
    shards = [key for key in images if key.partition("/")[0] == name]
    table = pd.concat([read_table(tables[key]) for key in shards], ignore_index=True)
    stored = ImageSet(table, tuple(open_store(images[key]) for key in shards))
    count = min(MOST_READ, len(table))
    rows = np.r_[: -(-count // 2), len(table) - count // 2 : len(table)]
    return Seen(table, rows, stored.images(rows))
