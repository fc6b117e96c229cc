"""A simulated database of micrographs: its metadata table, with gaps as in the UHCS database."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from pspflow.seeds import generator
from pspflow.simulate.precipitates import Precipitates
from pspflow.simulate.spheroidite import (
    PIXEL_SIZE_TIMES_MAGNIFICATION_UM,
    simulate_carbides,
    simulate_spheroidite,
)
from pspflow.studies.latent.curation.options import SimulatedDatabaseOptions

MAGNIFICATIONS: Final = {1964: 135, 982: 79, 4910: 64, 1473: 22, 3437: 21, 491: 7, 786: 7}
"""Magnifications of spheroidite in the UHCS database, and how many micrographs have each; those of
fewer than seven are left out."""
ANNOTATION_BAR_PX: Final = 38
"""Rows of the bar below an image of the UHCS database."""
GAPS: Final = ("no magnification", "no file", "blank", "other")
"""The first micrographs after those of the samples: each lacks something."""


@dataclass(frozen=True)
class DatabaseEntry:
    """A row of the table, and what draws its image; None: the file is missing."""

    row: dict[str, str]
    draw: Callable[[], np.ndarray] | None


def plan_database(options: SimulatedDatabaseOptions, seed: int) -> list[DatabaseEntry]:
    """Plan the rows of a simulated database and their images.

    Every sample has the median magnification of the UHCS database first, then others as frequent
    as there. Four more rows have a gap each: a missing magnification, a missing file, an image of
    one grey level, another microconstituent without a sample.
    """
    rng = generator(seed, "simulated database")
    values, counts = np.array(list(MAGNIFICATIONS)), np.array(list(MAGNIFICATIONS.values()))
    shape = (options.height_px, options.width_px)
    entries: list[DatabaseEntry] = []
    for sample in range(options.samples):
        carbides = simulate_carbides(generator(seed, "simulated sample", sample))
        others = options.micrographs_per_sample - 1
        drawn = [1964, *rng.choice(values, others, p=counts / counts.sum()).tolist()]
        for magnification in drawn:
            number = len(entries) + 1
            draw = partial(_drawn, carbides, shape, magnification, seed, number)
            # the database writes both
            sign = "X" if number % 3 else "x"
            row = _row(number, f"{magnification}{sign}", magnification, str(float(sample + 1)))
            entries.append(DatabaseEntry(row, draw))
    full = (options.height_px + ANNOTATION_BAR_PX, options.width_px)
    carbides = simulate_carbides(generator(seed, "simulated sample", 0))
    for gap in GAPS:
        number = len(entries) + 1
        row = _row(number, "1964X", 1964, "1.0") | {"primary_microconstituent": "spheroidite"}
        others_drawn = {"blank": partial(np.zeros, full, "u1"), "no file": None}
        if gap == "no magnification":
            row["magnification"] = ""
        elif gap == "other":
            row |= {"primary_microconstituent": "pearlite", "sample_key": ""}
        draw = partial(_drawn, carbides, shape, 1964, seed, number)
        entries.append(DatabaseEntry(row, others_drawn.get(gap, draw)))
    return entries


def _drawn(
    carbides: Precipitates, shape: tuple[int, int], magnification: float, seed: int, number: int
) -> np.ndarray:
    """Draw a micrograph from a stream of its own, whichever thread comes first."""
    stream = generator(seed, "simulated micrograph of a database", number)
    return simulate_spheroidite(carbides, shape, magnification, ANNOTATION_BAR_PX, stream)


def table_of(entries: list[DatabaseEntry]) -> pd.DataFrame:
    """Write the rows as the database's table, whose first column are row numbers."""
    return pd.DataFrame([entry.row for entry in entries])


def _row(number: int, magnification: str, value: float, sample: str) -> dict[str, str]:
    bar_px = 103
    return {
        "micrograph_id": str(number),
        "path": f"micrograph{number}.tif",
        "primary_microconstituent": "spheroidite",
        "magnification": magnification,
        "micron_bar": f"{bar_px * PIXEL_SIZE_TIMES_MAGNIFICATION_UM / value:.4g}",
        "micron_bar_px": str(bar_px),
        "micron_bar_units": "um",
        "sample_key": sample,
    }
