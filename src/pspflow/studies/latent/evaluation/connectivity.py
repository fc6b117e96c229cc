"""Connectivity of grain boundaries: the flaw that the report names (section 7)."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from pspflow.evaluation.measures import MeanMeasure, histogram_wasserstein
from pspflow.evaluation.resampling import Sample
from pspflow.microstructure.boundaries import boundaries, dark_lines
from pspflow.studies.latent.evaluation.units import weighted_means

ENDS, JUNCTIONS = "dangling ends per 1,000 px of boundary", "junctions per 1,000 px of boundary"
SEPARATING, CELLS = "boundary that separates two cells", "cells"
AREA, DIAMETERS = "mean cell area", "cell diameters, distance"
UNITS: Final = {
    ENDS: "1",
    JUNCTIONS: "1",
    SEPARATING: "1",
    CELLS: "1",
    AREA: "px²",
    DIAMETERS: "px",
}
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


def lines_of(images: np.ndarray) -> Lines:
    """Threshold images (n, y, x) uint8 by Otsu's method, and measure their thinned lines.

    Edges do not meet, even of periodic images: no network is built to join its lines across them.
    """
    widest = int(np.ceil(np.sqrt(4 / np.pi * images[0].size))) + 1
    rows, diameters = [], np.zeros((len(images), widest + 1))
    for number, lines in enumerate(dark_lines(images)):
        found = boundaries(lines)
        areas = found.cell_areas_px
        rows.append((*found[:4], len(areas), areas.sum()))
        at = np.rint(np.sqrt(4 / np.pi * areas)).astype(np.int64)
        diameters[number] = np.bincount(at, minlength=widest + 1) / max(1, len(at))
    length, ends, junctions, separating, cells, pixels = np.array(rows, dtype=np.float64).T
    return Lines(length, ends, junctions, separating, cells, pixels, diameters)


def measured(
    lines: Lines, units: np.ndarray, draws: np.ndarray, real: Lines, real_units: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each measure of `UNITS`, (1 + R,) float64.

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


def _known(totals: np.ndarray) -> np.ndarray:
    """Return totals, NaN for 0: an image without lines has no ends per length."""
    return np.where(totals > 0, totals, np.nan)
