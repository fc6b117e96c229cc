"""Whether synthetic chips could be real ones: distances to real chips of their target domain.

Every distance stands beside three rulers. Doing nothing: the sources themselves. The floor: one
half of the real target chips against the other, which is what chips of the same specimens score.
Other specimens: real training chips of the target, which is what a flow would score that knows the
domain and nothing of the specimen. Intervals resample specimens; the same resamples weigh both
sides of every comparison, so that differences between flows are paired.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

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
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper.options import Imaging

SOURCE, FLOOR, OTHERS = "untransferred source", "real halves", "real, other specimens"
RULERS = (SOURCE, FLOOR, OTHERS)
PERSISTENCE = "persistence image L1"
BIN_WIDTH = 1.0
Features = Callable[[np.ndarray], np.ndarray]
"""Of chips (n, rows, columns) uint8, to (n, k) float64."""
Direction = tuple[str, str]


@dataclass(frozen=True)
class Chips:
    """Chips with the code of the specimen of each."""

    images: np.ndarray
    """(n, rows, columns) uint8."""
    specimens: np.ndarray
    """(n,) int64."""


def measures(imaging: Imaging, reference: np.ndarray) -> dict[str, tuple[Measure, Features]]:
    """Return the measures by name, each with the features that it compares.

    Parameters
    ----------
    imaging
        What persistence images are made with.
    reference
        Real training chips (n, rows, columns), by which texture features are scaled.
    """
    textures = texture_features(reference)
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
        "KID": (KernelMeasure(), lambda chips: standardise(texture_features(chips), textures)),
    }


def _projected(chips: np.ndarray, imaging: Imaging, dimension: int) -> np.ndarray:
    diagrams = [both[dimension] for both in pi.diagrams(chips, imaging)]
    return projected_diagrams(diagrams, bin_width=BIN_WIDTH)


def distances(
    measure: Measure,
    features: Features,
    real: Mapping[str, Chips],
    others: Mapping[str, Chips],
    synthetic: Mapping[str, Mapping[Direction, np.ndarray]],
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
        Domain name, real training chips.
    synthetic
        Name of a flow; direction, its chips in the order of the sources.
    draws
        (1 + R, S) weights of the specimens.

    Returns
    -------
    dict
        Flow or ruler and direction, (1 + R,) float64: the value and its resamples.
    """
    known = {name: Sample(features(chips.images), chips.specimens) for name, chips in real.items()}
    out = {}
    for target in real:
        floor = measure.compare(*_halves(known[target]), draws)
        elsewhere = Sample(features(others[target].images), others[target].specimens)
        other = measure.compare(elsewhere, known[target], draws)
        for source in real:
            if source != target:
                way = (source, target)
                out[SOURCE, way] = measure.compare(known[source], known[target], draws)
                out[FLOOR, way], out[OTHERS, way] = floor, other
    for flow, by_direction in synthetic.items():
        for way, images in by_direction.items():
            made = Sample(features(images), real[way[0]].specimens)
            out[flow, way] = measure.compare(made, known[way[1]], draws)
    return out


def _halves(sample: Sample) -> tuple[Sample, Sample]:
    """Split a sample so that both halves hold every specimen."""
    order = np.argsort(sample.specimens, kind="stable")
    first, second = (
        Sample(sample.features[order[k::2]], sample.specimens[order[k::2]]) for k in (0, 1)
    )
    return first, second


def tabulate(
    measured: Mapping[tuple[str, Direction], np.ndarray], name: str, unit: str, resolved: bool
) -> pd.DataFrame:
    """Tabulate distances with their intervals.

    Parameters
    ----------
    measured
        See `distances`.
    name, unit
        Of the measure.
    resolved
        Whether there are specimens enough for an interval; else it is NaN.

    Returns
    -------
    DataFrame
        `flow`, `source`, `target`, `measure`, `unit`, `value`, `low`, `high`.
    """
    rows = []
    for (flow, (source, target)), values in measured.items():
        value, low, high = interval(values)
        limits = (low, high) if resolved else (np.nan, np.nan)
        rows.append((flow, source, target, name, unit, value, *limits))
    columns = ["flow", "source", "target", "measure", "unit", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def effects(
    measured: Mapping[tuple[str, Direction], np.ndarray],
    trainings: Mapping[str, Sequence[str]],
    name: str,
    resolved: bool,
) -> pd.DataFrame:
    """Compare each regularisation with none, averaged over trainings.

    Parameters
    ----------
    measured
        See `distances`.
    trainings
        Regularisation, the names of its flows; `none` among them.
    name
        Of the measure.
    resolved
        Whether there are specimens enough for an interval; else it is NaN.

    Returns
    -------
    DataFrame
        `regularisation`, `source`, `target`, `measure`, `without` and `with` it (means over
        trainings), `difference` (below 0 is better), `low`, `high` (resampling specimens),
        `sd_over_seeds` of the distance with it.
    """
    rows = []
    for way in dict.fromkeys(way for _, way in measured):
        by_kind = {
            kind: np.stack([measured[flow, way] for flow in flows])
            for kind, flows in trainings.items()
        }
        without = by_kind.pop("none").mean(axis=0)
        for kind, values in by_kind.items():
            value, low, high = interval(values.mean(axis=0) - without)
            limits = (low, high) if resolved else (np.nan, np.nan)
            spread = float(values[:, 0].std(ddof=1)) if len(values) > 1 else np.nan
            pair = (float(without[0]), float(values[:, 0].mean()))
            rows.append((kind, *way, name, *pair, value, *limits, spread))
    columns = ["regularisation", "source", "target", "measure", "without", "with"]
    return pd.DataFrame(rows, columns=[*columns, "difference", "low", "high", "sd_over_seeds"])
