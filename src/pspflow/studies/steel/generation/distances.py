"""Distances of generated chips to real test chips, density and coverage, with rulers.

Rulers: real halves, the floor (test chips from one half of every micrograph against those from the
other half, half as many and so a little too large); real training chips (other micrographs of the
same domain); and another domain, the nearer of the neighbours (its test chips). Intervals resample
micrographs on the real side and chips on the generated side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pspflow.evaluation.coverage import NEIGHBOURS, coverage, density, inside_balls
from pspflow.evaluation.features import standardise, texture_features, two_point_curves
from pspflow.evaluation.lineal_path import lineal_path_curves
from pspflow.evaluation.measures import (
    KernelMeasure,
    MeanMeasure,
    Measure,
    mean_absolute,
    root_mean_square,
)
from pspflow.evaluation.resampling import Sample, interval
from pspflow.microstructure.morphology import Phase
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.steel.morphology.measured import measured
from pspflow.studies.steel.morphology.options import MorphologyOptions

FLOOR, OTHERS, NEIGHBOUR = "real halves", "real training", "another domain"
RULERS = (FLOOR, OTHERS, NEIGHBOUR)
PERSISTENCE, TWO_POINT = "persistence image L1", "two-point correlation"
LINEAL, KID = "lineal path", "KID"
DENSITY, COVERAGE = "density", "coverage"
MORPHOLOGY = ["ferrite_fraction", "mean_free_path_px"]
Features = Callable[[np.ndarray], np.ndarray]
"""From chips (n, rows, columns) uint8 to features (n, k) float64."""


@dataclass(frozen=True)
class Chips:
    """A set of chips, and what of them is resampled together."""

    images: np.ndarray
    """(n, rows, columns) uint8."""
    units: np.ndarray
    """(n,) int64, codes that the draws weigh: of micrographs, or of generated chips."""
    halves: np.ndarray | None = None
    """(n,) int64, half of its micrograph in which a chip lies, 0 or 1; -1: both."""


class Remembered:
    """Texture features of arrays, each computed once; two measures and the scale use them."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def __call__(self, chips: np.ndarray) -> np.ndarray:
        """Return `texture_features` of chips (n, rows, columns), which stay alive with them."""
        if id(chips) not in self._known:
            self._known[id(chips)] = chips, texture_features(chips)
        return self._known[id(chips)][1]


def measures(
    imaging: Imaging, textures: Features, reference: np.ndarray, phase: Phase
) -> dict[str, tuple[Measure, Features]]:
    """Return the measures by name, each with the features that it compares.

    Parameters
    ----------
    imaging
        Settings of the persistence images.
    textures
        Texture features of chips.
    reference
        Those of real training chips, (n, k), which scale those of all sets.
    phase
        Which phase is ferrite, along which the lineal path runs.
    """
    return {
        PERSISTENCE: (
            MeanMeasure(mean_absolute, "1"),
            lambda chips: pi.compute(chips, imaging).reshape(len(chips), -1),
        ),
        TWO_POINT: (MeanMeasure(root_mean_square, "grey level²"), two_point_curves),
        LINEAL: (
            MeanMeasure(mean_absolute, "1"),
            lambda chips: lineal_path_curves(chips, phase=phase),
        ),
        KID: (KernelMeasure(), lambda chips: standardise(textures(chips), reference)),
    }


def distances(
    measure: Measure,
    features: Features,
    real: Mapping[str, Chips],
    training: Mapping[str, Chips],
    near: Mapping[str, list[str]],
    generated: Mapping[tuple[str, str], Chips],
    draws: np.ndarray,
) -> dict[tuple[str, str], np.ndarray]:
    """Measure generated sets and rulers against the real test chips of their domain.

    Parameters
    ----------
    measure, features
        One of `measures`.
    real, training
        Domain, its test and its training chips.
    near
        Domain, the domains beside it.
    generated
        Name of a set and its domain.
    draws
        (1 + R, U) weights of the units.

    Returns
    -------
    dict
        Name or ruler and domain, (1 + R,) float64; see `RULERS`.
    """
    known = {name: Sample(features(each.images), each.units) for name, each in real.items()}
    out = {}
    for (name, domain), each in generated.items():
        made = Sample(features(each.images), each.units)
        out[name, domain] = compared(measure, made, known[domain], draws)
    for domain, each in real.items():
        parts = _halves(known[domain], each)
        if parts is not None:
            out[FLOOR, domain] = compared(measure, *parts, draws)
        others = training[domain]
        sample = Sample(features(others.images), others.units)
        out[OTHERS, domain] = compared(measure, sample, known[domain], draws)
        beside = [compared(measure, known[other], known[domain], draws) for other in near[domain]]
        if beside:
            out[NEIGHBOUR, domain] = min(beside, key=lambda values: float(values[0]))
    return out


def fidelity(
    features: Features,
    real: Mapping[str, Chips],
    training: Mapping[str, Chips],
    generated: Mapping[tuple[str, str], Chips],
    draws: np.ndarray,
) -> dict[str, dict[tuple[str, str], np.ndarray]]:
    """Compute density and coverage of generated sets and of real training chips, as `distances`.

    Intervals resample the real test micrographs alone: a resample of the other side would have
    fewer different chips, and cover less. A domain with too few test chips for neighbours is left
    out.

    Returns
    -------
    dict
        `DENSITY` and `COVERAGE`; of each what `distances` returns.
    """
    out: dict[str, dict[tuple[str, str], np.ndarray]] = {DENSITY: {}, COVERAGE: {}}
    known = {
        domain: features(each.images)
        for domain, each in real.items()
        if len(each.images) > NEIGHBOURS
    }
    sets = {**generated, **{(OTHERS, domain): each for domain, each in training.items()}}
    for (name, domain), each in sets.items():
        if domain not in known:
            continue
        inside = inside_balls(known[domain], features(each.images))
        weights = draws[:, real[domain].units]
        out[DENSITY][name, domain] = density(inside, weights)
        out[COVERAGE][name, domain] = coverage(inside, weights)
    return out


def fidelity_features(
    textures: Features, reference: np.ndarray, training: np.ndarray, options: MorphologyOptions
) -> dict[str, Features]:
    """Return the features of density and coverage by name.

    Texture shows noise and sharpness, morphology (ferrite fraction and mean free path) what the
    study is about. Both are standardised by training chips.

    Parameters
    ----------
    textures, reference
        As for `measures`.
    training
        The same chips (n, rows, columns).
    options
        How chips are measured.
    """

    def morphology(chips: np.ndarray) -> np.ndarray:
        return measured(chips, options)[MORPHOLOGY].to_numpy(np.float64)

    morphologies = morphology(training)
    return {
        "texture": lambda chips: standardise(textures(chips), reference),
        "morphology": lambda chips: standardise(morphology(chips), morphologies),
    }


def tabulate(
    found: Mapping[tuple[str, str], np.ndarray],
    name: str,
    unit: str,
    resolved: Mapping[str, bool],
) -> pd.DataFrame:
    """Tabulate what was measured, with intervals where a domain has several test micrographs.

    Returns
    -------
    DataFrame
        `made` (a set or a ruler), `domain`, `measure`, `unit`, `value`, `low`, `high`.
    """
    rows = []
    for (made, domain), values in found.items():
        value, low, high = interval(values)
        ends = (low, high) if resolved[domain] else (np.nan, np.nan)
        rows.append((made, domain, name, unit, value, *ends))
    columns = ["made", "domain", "measure", "unit", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def compared(measure: Measure, a: Sample, b: Sample, draws: np.ndarray) -> np.ndarray:
    """Compare two samples by the draws of their own units alone: (1 + R,) float64.

    Other units count nothing, and their pairs cost time.
    """
    used = np.union1d(a.specimens, b.specimens)
    first, second = (
        Sample(each.features, np.searchsorted(used, each.specimens)) for each in (a, b)
    )
    return measure.compare(first, second, draws[:, used])


def _halves(sample: Sample, chips: Chips) -> tuple[Sample, Sample] | None:
    """Take the chips of each half of the micrographs; None if a micrograph lacks one."""
    if chips.halves is None:
        return None
    sides = [chips.halves == side for side in (0, 1)]
    everyone = set(sample.specimens)
    if any(set(sample.specimens[side]) != everyone for side in sides):
        return None
    one, other = (Sample(sample.features[side], sample.specimens[side]) for side in sides)
    return one, other
