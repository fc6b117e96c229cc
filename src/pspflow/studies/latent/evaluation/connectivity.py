"""Connectivity of grain boundaries: the flaw that the report names (section 7)."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from pspflow.evaluation.measures import MeanMeasure, histogram_wasserstein
from pspflow.evaluation.resampling import Sample
from pspflow.microstructure.boundaries import boundaries, dark_lines
from pspflow.studies.latent.evaluation.units import weighted_means
from pspflow.studies.latent.names import DatasetName

ENDS, JUNCTIONS = "dangling ends per 1,000 px of boundary", "junctions per 1,000 px of boundary"
SEPARATING, CELLS = "boundary that separates two cells", "cells"
AREA, DIAMETERS = "mean cell area", "cell diameters, distance"
JOINED_ENDS = "dangling ends per 1,000 px, opposite edges joined"
JOINED_SEPARATING = "boundary that separates two cells, opposite edges joined"
UNITS: Final = {
    ENDS: "1",
    JUNCTIONS: "1",
    SEPARATING: "1",
    CELLS: "1",
    AREA: "px²",
    DIAMETERS: "px",
    JOINED_ENDS: "1",
    JOINED_SEPARATING: "1",
}
PERIODIC: Final = ("grain_growth",)
"""Datasets whose lines go on at the opposite edge."""
PER_PX: Final = 1000
_MEASURE: Final = MeanMeasure(histogram_wasserstein(1.0), "px")


class Lines(NamedTuple):
    """What the lines of each image are like; each (n,) but the last."""

    length_px: np.ndarray
    ends: np.ndarray
    junctions: np.ndarray
    separating_px: np.ndarray
    cells: np.ndarray
    pixels: np.ndarray
    """Area of all cells of an image, in square pixels."""
    diameters: np.ndarray
    """(n, bins) shares of an image's cells, by the diameter of a circle of equal area in px."""
    joined: np.ndarray | None
    """(n, 3) length, ends and separating pixels where opposite edges meet; None where they do not
    meet in the data."""


def lines_of(dataset: DatasetName, images: np.ndarray) -> Lines:
    """Threshold images (n, y, x) uint8 by Otsu's method, and measure their thinned lines.

    Edges are edges first, since no network here is told which of them meet. Of periodic datasets
    lines are measured a second time with opposite edges joined, as they are in the data.
    """
    widest = int(np.ceil(np.sqrt(4 / np.pi * images[0].size))) + 1
    rows, diameters = [], np.zeros((len(images), widest + 1))
    joined = np.zeros((len(images), 3)) if dataset in PERIODIC else None
    for number, lines in enumerate(dark_lines(images)):
        found = boundaries(lines)
        if joined is not None:
            around = boundaries(lines, periodic=True)
            joined[number] = around.length_px, around.ends, around.separating_px
        areas = found.cell_areas_px
        rows.append((*found[:4], len(areas), areas.sum()))
        at = np.rint(np.sqrt(4 / np.pi * areas)).astype(np.int64)
        diameters[number] = np.bincount(at, minlength=widest + 1) / max(1, len(at))
    length, ends, junctions, separating, cells, pixels = np.array(rows, dtype=np.float64).T
    return Lines(length, ends, junctions, separating, cells, pixels, diameters, joined)


def measured(
    lines: Lines, units: np.ndarray, draws: np.ndarray, real: Lines, real_units: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each measure of `UNITS`, (1 + R,) float64; the joined ones of periodic datasets alone.

    Parameters
    ----------
    lines, units
        Of the images to measure, and their units.
    draws
        (1 + R, S) weights of the units.
    real, real_units
        Of the real images, whose cells are compared.
    """
    weights = draws[:, units]
    length = _known(weights @ lines.length_px)
    yield ENDS, PER_PX * (weights @ lines.ends) / length
    yield JUNCTIONS, PER_PX * (weights @ lines.junctions) / length
    yield SEPARATING, weights @ lines.separating_px / length
    yield CELLS, weighted_means(lines.cells, weights)
    yield AREA, weights @ lines.pixels / _known(weights @ lines.cells)
    ours, theirs = Sample(lines.diameters, units), Sample(real.diameters, real_units)
    yield DIAMETERS, _MEASURE.compare(ours, theirs, draws)
    if lines.joined is not None:
        length, ends, separating = (weights @ lines.joined).T
        yield JOINED_ENDS, PER_PX * ends / _known(length)
        yield JOINED_SEPARATING, separating / _known(length)


def _known(totals: np.ndarray) -> np.ndarray:
    """Return totals, NaN for 0: an image without lines has no ends per length."""
    return np.where(totals > 0, totals, np.nan)
