"""Whether synthetic chips could be real ones: distances to real chips of their target domain.

Every distance is compared with three rulers. Untransferred sources: the distance without any flow.
Real halves, the floor: real target chips from one half of every micrograph against those from the
other half; chips of the same specimens have this distance. It rests on half as many chips as the
others, and so is a little too large. Other specimens: real training chips of the target; a flow
that models the domain but not the specimen has this distance. In splits by region they are of the
same specimens, and this ruler is left out. Intervals resample specimens; the same resamples weight
both sides of every comparison, so that differences between flows are paired.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd

from pspflow.evaluation.coverage_measures import DensityGap, Uncovered
from pspflow.evaluation.diagrams import projected_diagrams, sliced_wasserstein
from pspflow.evaluation.features import (
    grey_histograms,
    standardise,
    texture_features,
    two_point_curves,
)
from pspflow.evaluation.measures import (
    KernelMeasure,
    MeanMeasure,
    Measure,
    histogram_wasserstein,
    mean_absolute,
    root_mean_square,
)
from pspflow.evaluation.resampling import Sample, interval
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging

SOURCE, FLOOR, OTHERS = "untransferred source", "real halves", "real, other specimens"
RULERS = (SOURCE, FLOOR, OTHERS)
PERSISTENCE, KID = "persistence image L1", "KID"
UNCOVERED, DENSITY = "uncovered real chips", "density gap"
BELOW_ZERO = (KID,)
"""Measures that may be negative: they have no meaningful ratios."""
BIN_WIDTH = 1.0
BATCH = 512
Features = Callable[[np.ndarray], np.ndarray]
"""From chips (n, rows, columns) uint8 to features (n, k) float64."""
Direction = tuple[str, str]


@dataclass(frozen=True)
class Chips:
    """Chips with the code of the specimen of each."""

    images: np.ndarray
    """(n, rows, columns) uint8."""
    specimens: np.ndarray
    """(n,) int64."""
    halves: np.ndarray | None = None
    """(n,) int64, half of its micrograph in which a chip lies, 0 or 1; -1 if it touches both."""


def measures(imaging: Imaging, reference: np.ndarray) -> dict[str, tuple[Measure, Features]]:
    """Return the measures by name, each with the features that it compares.

    Parameters
    ----------
    imaging
        Settings of the persistence images.
    reference
        Real training chips (n, rows, columns), which scale the texture features.
    """
    textures = texture_features(reference)
    scaled = Remembered(lambda chips: standardise(texture_features(chips), textures))
    wasserstein = MeanMeasure(sliced_wasserstein(bin_width=BIN_WIDTH), "grey level")
    return {
        PERSISTENCE: (
            MeanMeasure(mean_absolute, "1"),
            lambda chips: pi.compute(chips, imaging).reshape(len(chips), -1),
        ),
        "sliced Wasserstein, H0": (wasserstein, lambda chips: _projected(chips, imaging, 0)),
        "sliced Wasserstein, H1": (wasserstein, lambda chips: _projected(chips, imaging, 1)),
        "two-point correlation": (MeanMeasure(root_mean_square, "grey level^2"), two_point_curves),
        "grey histogram": (MeanMeasure(histogram_wasserstein(), "grey level"), grey_histograms),
        KID: (KernelMeasure(), scaled),
        UNCOVERED: (Uncovered(), scaled),
        DENSITY: (DensityGap(), scaled),
    }


class Remembered:
    """Features that are computed once for each set of chips, though several measures compare them.

    Parameters
    ----------
    features
        Computes them.
    """

    def __init__(self, features: Features) -> None:
        self._features = features
        self._known: dict[bytes, np.ndarray] = {}

    def __call__(self, chips: np.ndarray) -> np.ndarray:
        """Return the features of chips (n, rows, columns) uint8, (n, k) float64."""
        key = sha256(str(chips.shape).encode() + chips.tobytes()).digest()
        if key not in self._known:
            self._known[key] = self._features(chips)
        return self._known[key]


def _projected(chips: np.ndarray, imaging: Imaging, dimension: int) -> np.ndarray:
    rows = []
    for first in range(0, len(chips), BATCH):  # all pairs of a set at once are gigabytes
        batch = pi.diagrams(chips[first : first + BATCH], imaging)
        diagrams = [both[dimension] for both in batch]
        rows.append(projected_diagrams(diagrams, bin_width=BIN_WIDTH).astype(np.float32))
    return np.concatenate(rows)


def distances(
    measure: Measure,
    features: Features,
    real: Mapping[str, Chips],
    others: Mapping[str, Chips],
    synthetic: Mapping[str, Callable[[str, str], np.ndarray]],
    draws: np.ndarray,
) -> dict[tuple[str, Direction], np.ndarray]:
    """Measure every flow and ruler in every direction.

    Parameters
    ----------
    measure, features
        One of `measures`.
    real
        Domain name, its held-out chips: targets, and sources of the synthetic ones.
    others
        Domain name, real training chips of other specimens; empty where there are none.
    synthetic
        Name of a flow; returns the chips of a source and a target, in the order of the sources.
    draws
        (1 + R, S) weights of the specimens.

    Returns
    -------
    dict
        Flow or ruler and direction, (1 + R,) float64: the value and its resamples.
    """
    known = {name: Sample(features(chips.images), chips.specimens) for name, chips in real.items()}
    ways = [(a, b) for b in real for a in real if a != b]
    out = {}
    for flow, transferred in synthetic.items():
        for source, target in ways:
            made = Sample(features(transferred(source, target)), real[source].specimens)
            out[flow, (source, target)] = measure.compare(made, known[target], draws)
    for source, target in ways:
        out[SOURCE, (source, target)] = measure.compare(known[source], known[target], draws)
    for target, chips in real.items():
        rulers = {}
        halves = _halves(known[target], chips)
        if halves is not None:
            rulers[FLOOR] = measure.compare(halves[0], halves[1], draws)
        if target in others:
            elsewhere = others[target]
            sample = Sample(features(elsewhere.images), elsewhere.specimens)
            rulers[OTHERS] = measure.compare(sample, known[target], draws)
        for name, values in rulers.items():
            out |= {(name, way): values for way in ways if way[1] == target}
    return out


def _halves(sample: Sample, chips: Chips) -> tuple[Sample, Sample] | None:
    """Take the chips of each half of the micrographs; None if a specimen lacks one."""
    if chips.halves is None:
        return None
    one, other = chips.halves == 0, chips.halves == 1
    everyone = set(sample.specimens)
    if any(set(sample.specimens[side]) != everyone for side in (one, other)):
        return None
    return (
        Sample(sample.features[one], sample.specimens[one]),
        Sample(sample.features[other], sample.specimens[other]),
    )


def tabulate(
    measured: Mapping[tuple[str, Direction], np.ndarray], name: str, unit: str, resolved: bool
) -> pd.DataFrame:
    """Tabulate distances with their intervals.

    Parameters
    ----------
    measured
        See `distances`.
    name, unit
        Name and unit of the measure.
    resolved
        Whether there are enough specimens for an interval; otherwise it is NaN.

    Returns
    -------
    DataFrame
        `flow`, `source`, `target`, `measure`, `unit`, `value`, `low`, `high`.
    """
    rows = []
    for (flow, (source, target)), values in measured.items():
        low, high = np.nan, np.nan
        if resolved and np.isfinite(values[0]):
            _, low, high = interval(values)
        rows.append((flow, source, target, name, unit, float(values[0]), low, high))
    columns = ["flow", "source", "target", "measure", "unit", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)
