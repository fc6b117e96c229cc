"""Means of micrographs over chips that do not overlap: what is inferred from."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.microstructure.chips import cut, grid_windows
from pspflow.microstructure.morphology import measure_morphology
from pspflow.studies.steel.inverse.effects import apart, variance_components
from pspflow.studies.steel.inverse.likelihood import Scatter
from pspflow.studies.steel.inverse.scales import MEASURES
from pspflow.studies.steel.morphology.options import MorphologyOptions

CHIPS: Final = "chips"
"""Column of `micrograph_means`: how many chips a mean is of."""


def separate_chips(measures: pd.DataFrame, chips: pd.DataFrame) -> pd.DataFrame:
    """Choose chips that do not overlap and were measured.

    Parameters
    ----------
    measures
        As of the stage `measure`.
    chips
        The table of chips, in the same order.
    """
    size = int(chips["size_px"].iloc[0])
    rows, columns = chips["row"].to_numpy(np.int64), chips["column"].to_numpy(np.int64)
    chosen = np.zeros(len(chips), bool)
    for at in measures.groupby("micrograph", sort=False).indices.values():
        chosen[at] = apart(rows[at], columns[at], size)
    return measures[chosen & (measures["failure"] == "").to_numpy()]


def micrograph_means(separate: pd.DataFrame, conditions: Sequence[str]) -> pd.DataFrame:
    """Average the chips of every micrograph: one row each, with `chips`, how many they are."""
    first = ["domain", "split", *conditions]
    groups = separate.groupby("micrograph", sort=False)
    means = groups.agg({**dict.fromkeys(first, "first"), **dict.fromkeys(MEASURES, "mean")})
    return means.assign(**{CHIPS: groups.size()}).reset_index()


def mean_of(
    pixels: np.ndarray, size_px: int, options: MorphologyOptions
) -> tuple[float, float, int] | None:
    """Measure a micrograph (rows, columns) uint8: fraction, path in pixels, and chips.

    None where no chip has two phases.
    """
    height, width = pixels.shape
    region = {"row_start": 0, "row_stop": height, "column_start": 0, "column_stop": width}
    windows = pd.DataFrame(grid_windows(region, size_px, size_px), columns=["row", "column"])
    chips = cut(pixels, windows.assign(flip=False), size_px)
    found = measure_morphology(chips, phase=options.phase, background_px=options.background_px)
    known = found.failure == ""
    if not known.any():
        return None
    fraction, path = found.ferrite_fraction[known], found.mean_free_path_px[known]
    return float(fraction.mean()), float(path.mean()), int(known.sum())


def scatter_of(training: pd.DataFrame, size_px: int) -> Scatter:
    """Learn how means over areas scatter from training chips that do not overlap.

    Raises
    ------
    InputError
        If there are too few micrographs, or too few chips of each.
    """
    try:
        components = variance_components(
            training[list(MEASURES)].to_numpy(),
            pd.factorize(training["domain"])[0],
            pd.factorize(training["micrograph"])[0],
        )
    except ValueError:
        raise InputError(
            "steel.inverse needs a domain with two training micrographs, and micrographs of two "
            "chips that do not overlap, to learn how measures scatter; add micrographs, or set "
            "steel.inverse.models to []."
        ) from None
    area = training.groupby("micrograph").size().mean() * size_px**2
    return Scatter(components, float(size_px**2), float(area))


def pixel_size_of(measures: pd.DataFrame) -> float | None:
    """Return the edge of a pixel in micrometres, which both paths tell; None: unknown."""
    known = (measures["mean_free_path_um"] / measures["mean_free_path_px"]).dropna()
    return float(known.iloc[0]) if len(known) else None


def path_on_chips(path_px: float, area_px2: float, chip_px2: float) -> float:
    """Estimate the mean path on square chips from that on one square image.

    A border cuts the chords that cross it: an edge of length L adds one chord for each L of
    ferrite, less where the border falls between the pixels of two phases.

    Parameters
    ----------
    path_px
        Mean path on the image, in pixels.
    area_px2, chip_px2
        Areas of the image and of a chip, in square pixels.
    """
    cuts = chip_px2**-0.5 - area_px2**-0.5
    return 1 / (1 / path_px + max(0.0, cuts) * max(0.0, 1 - 1 / path_px))
