"""What images are compared by: features of every chip, and the distance of two sets' means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from skimage.filters import threshold_otsu

from pspflow.evaluation.features import standardise, texture_features, two_point_curves
from pspflow.evaluation.lineal_path import phase_paths
from pspflow.evaluation.measures import (
    MeanMeasure,
    Measure,
    histogram_wasserstein,
    mean_absolute,
    root_mean_square,
)
from pspflow.evaluation.minkowski import minkowski_densities
from pspflow.microstructure.otsu import light_phase
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import PersistenceOptions

FRACTION, TWO_POINT, LINEAL = "volume fraction", "two-point correlation", "lineal path"
MINKOWSKI, PERSISTENCE, TEXTURE = "Minkowski functionals", "persistence images", "texture"
DISTANCES: Final = (FRACTION, TWO_POINT, LINEAL, MINKOWSKI, PERSISTENCE)
DENSITY, COVERAGE = "density", "coverage"
NEAREST, COPIES = "nearest training chip", "near copies"
MEASURES: Final = (*DISTANCES, DENSITY, COVERAGE, NEAREST, COPIES)
"""All measures, in the order of tables and figures."""
UNITS: Final = {
    FRACTION: "1",
    TWO_POINT: "grey level²",
    LINEAL: "1",
    MINKOWSKI: "standard deviation",
    PERSISTENCE: "1",
    DENSITY: "1",
    COVERAGE: "1",
    NEAREST: "1",
    COPIES: "1",
}
BINS: Final = 100
"""Shares of the lighter phase are counted in per cent."""
GRID_CHIPS: Final = 100
"""Training chips to which the grid of persistence images is fitted."""


@dataclass(frozen=True)
class Descriptors:
    """Features of chips (n, y, x) uint8, all scaled by the same training chips."""

    features: dict[str, Callable[[np.ndarray], np.ndarray]]
    """By name, from chips to features (n, k) float64."""
    measures: dict[str, Measure]
    """By name of `DISTANCES`."""

    def of(self, chips: np.ndarray) -> dict[str, np.ndarray]:
        """Describe chips: by name, (n, k) float64."""
        return {name: describe(chips) for name, describe in self.features.items()}


def descriptors(training: np.ndarray) -> Descriptors:
    """Fit to training chips (n, y, x) uint8 what the descriptors leave open.

    That is the grey level which decides chips of one phase, the grid of the persistence images, and
    the scales of Minkowski functionals and of texture.
    """
    level = float(threshold_otsu(training))
    some = training[np.linspace(0, len(training) - 1, min(GRID_CHIPS, len(training))).astype(int)]
    imaging = pi.fitted_imaging(some, PersistenceOptions())
    shapes = minkowski_densities(light_phase(training, level))
    textures = texture_features(training)
    return Descriptors(
        {
            FRACTION: lambda chips: _shares(light_phase(chips, level)),
            TWO_POINT: two_point_curves,
            LINEAL: lambda chips: phase_paths(light_phase(chips, level)),
            MINKOWSKI: lambda chips: standardise(
                minkowski_densities(light_phase(chips, level)), shapes
            ),
            PERSISTENCE: lambda chips: pi.compute(chips, imaging).reshape(len(chips), -1),
            TEXTURE: lambda chips: standardise(texture_features(chips), textures),
        },
        {
            FRACTION: MeanMeasure(histogram_wasserstein(1 / BINS), UNITS[FRACTION]),
            TWO_POINT: MeanMeasure(root_mean_square, UNITS[TWO_POINT]),
            LINEAL: MeanMeasure(mean_absolute, UNITS[LINEAL]),
            MINKOWSKI: MeanMeasure(root_mean_square, UNITS[MINKOWSKI]),
            PERSISTENCE: MeanMeasure(mean_absolute, UNITS[PERSISTENCE]),
        },
    )


def _shares(member: np.ndarray) -> np.ndarray:
    """Mark the lighter phase's share of every chip (n, y, x) bool, in %: (n, 101) float64."""
    shares = member.mean(axis=(1, 2))
    return np.eye(BINS + 1)[np.rint(BINS * shares).astype(np.int64)]
