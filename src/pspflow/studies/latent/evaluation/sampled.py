"""How far samples are from real test images: the table, with rulers of real images.

Rulers: real training images against real test images, as many as there are samples; and two halves
of the real test images. Recall, coverage and the kernel distance depend on the numbers of images:
those of a row are in it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.evaluation.coverage import NEIGHBOURS, coverage, density, inside_balls, precision
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
    root_mean_square,
)
from pspflow.evaluation.pair_distances import feature_distances, image_distances, mean_of_pairs
from pspflow.evaluation.resampling import Sample, resamples
from pspflow.seeds import generator
from pspflow.studies.latent.datasets.image_sets import ImageSet
from pspflow.studies.latent.evaluation import connectivity
from pspflow.studies.latent.evaluation.made_images import FITTED, INDEPENDENT, NOISE, MadeImages
from pspflow.studies.latent.evaluation.options import MeasuringOptions
from pspflow.studies.latent.evaluation.units import Images, codes, varied, with_ends
from pspflow.studies.latent.names import POTTS_NAMES, DatasetName

REAL_TRAINING, REAL_HALVES, REAL_TEST = "real training", "real halves", "real test"
RULERS: Final = (REAL_TRAINING, REAL_HALVES)
TWO_POINT, GREY, LIGHT = "two-point distance", "grey-level distance", "light fraction, distance"
KID = "KID"
DENSITY, COVERAGE, PRECISION, RECALL = "density", "coverage", "precision", "recall"
PAIRS_FEATURES, PAIRS_PIXELS = "pair distance, features", "pair distance, pixels"
UNITS: Final = {
    TWO_POINT: "grey level²",
    GREY: "grey level",
    LIGHT: "1",
    KID: "1",
    DENSITY: "1",
    COVERAGE: "1",
    PRECISION: "1",
    RECALL: "1",
    PAIRS_FEATURES: "1",
    PAIRS_PIXELS: "1",
}
TWO_PHASE: Final = ("gaussian_binary",)
"""Datasets of two phases, light and dark, whose fraction is compared."""
_BINS: Final = 100
_MIDDLE: Final = 127


class Memo:
    """Features of arrays that stay alive, each computed once; of texture if none are named."""

    def __init__(self, features: Callable[[np.ndarray], np.ndarray] = texture_features) -> None:
        self._features = features
        self._known: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return the features of images (n, y, x) uint8."""
        if id(images) not in self._known:
            self._known[id(images)] = images, self._features(images)
        return self._known[id(images)][1]


class Sides(NamedTuple):
    """Sets that are compared with real test images, and the draws of their units."""

    made: dict[tuple[str, str], Images]
    """Model and sampler, samples."""
    test: Images
    """As many real test images as a set has samples, or all."""
    training: Images
    """As many real training images."""
    halves: tuple[Images, Images]
    draws: np.ndarray
    """(1 + R, units), how often each unit is drawn."""


def sides_of(
    dataset: DatasetName, images: ImageSet, made: MadeImages, options: MeasuringOptions, seed: int
) -> Sides:
    """Choose real images, and as many samples; draw resamples of groups and of samples."""
    samples = {name: made.samples(*name) for name in made.sampling}
    fewest = min(len(each) for each in samples.values())
    test = images.rows("test", 2 * fewest, seed)
    train = images.rows("train", fewest, seed)
    count = min(fewest, len(test), len(train))
    mixed = generator(seed, "halves of test images", dataset).permutation(len(test))
    first, second = np.sort(mixed[:count]), np.sort(mixed[count : 2 * count])
    known = codes(images.table["group"].iloc[test])
    trained = codes(images.table["group"].iloc[train[:count]])
    sizes = [int(known.max()) + 1, int(trained.max()) + 1, count]
    # as many strata as kinds of membership, so that no resample lacks a set
    member = 2 * np.isin(np.arange(sizes[0]), known[first]) + np.isin(
        np.arange(sizes[0]), known[second]
    )
    strata = np.concatenate([member, np.repeat([4, 5], sizes[1:])])
    draws = resamples(strata, options.resamples, generator(seed, "resamples of samples", dataset))

    def real(at: np.ndarray) -> Images:
        return Images(images.images(test[at]), known[at])

    halves = (first, second) if len(second) == count else (mixed[: count // 2], mixed[count // 2 :])
    return Sides(
        {
            name: Images(each[:count], sizes[0] + sizes[1] + np.arange(count))
            for name, each in samples.items()
        },
        real(first),
        Images(images.images(train[:count]), sizes[0] + trained),
        (real(halves[0]), real(halves[1])),
        draws,
    )


def sample_table(dataset: DatasetName, sides: Sides, textures: Memo) -> pd.DataFrame:
    """Measure samples and rulers against real test images.

    Returns
    -------
    DataFrame
        `dataset`, `model`, `sampler`, `measure`, `unit`, `images`, `real_images`, `value`, `low`,
        `high`, `beside`, and `less` with `_low` and `_high`: the difference to the set that is
        named in `beside`. Rulers are models without a sampler; of connectivity, that of test images
        is `real test`. Intervals (95 %) resample groups on the real side and samples on the other;
        those of density, coverage and recall the real side alone, of precision the other. Where a
        side has one group alone, there are none.
    """
    pairs: dict[tuple[str, str], tuple[Images, Images]] = {
        **{name: (each, sides.test) for name, each in sides.made.items()},
        (REAL_TRAINING, ""): (sides.training, sides.test),
        (REAL_HALVES, ""): sides.halves,
    }
    scale, measures = textures(sides.training.pixels), _measures(dataset)
    found = {
        name: dict(_compared(measures, ours, real, sides.draws, textures, scale))
        for name, (ours, real) in pairs.items()
    }
    rows = []
    for name, (ours, real) in pairs.items():
        other = beside(name)
        for measure, drawn in found[name].items():
            values = varied(drawn, ours.units, real.units)
            row = _row(dataset, name, ours, real, measure, values)
            known = found.get(other, {}).get(measure, np.full_like(values, np.nan))
            row |= {"beside": "/".join(other) if other in found else ""}
            row |= with_ends(values - known, ("less", "less_low", "less_high"))
            rows.append(row)
    if dataset in POTTS_NAMES:
        rows += list(_connected(dataset, sides))
    return pd.DataFrame(rows)


def beside(name: tuple[str, str]) -> tuple[str, str]:
    """Name the set that a better way stands beside: independent latents, or DCGAN's samples."""
    model, sampler = name
    others = {FITTED: (model, INDEPENDENT), NOISE: ("dcgan", NOISE)}
    other = others.get(sampler, ("", ""))
    return ("", "") if other == name else other


def _compared(
    measures: Mapping[str, tuple[Measure, Memo]],
    ours: Images,
    real: Images,
    draws: np.ndarray,
    textures: Memo,
    scale: np.ndarray,
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each measure of `UNITS`, (1 + R,) float64."""
    used = np.union1d(ours.units, real.units)
    draws = draws[:, used]
    ours, real = (Images(each[0], np.searchsorted(used, each[1])) for each in (ours, real))
    a, b = (standardise(textures(each.pixels), scale) for each in (ours, real))
    for name, (measure, features) in measures.items():
        one, other = (Sample(features(each.pixels), each.units) for each in (ours, real))
        yield name, measure.compare(one, other, draws)
    yield KID, KernelMeasure().compare(Sample(a, ours.units), Sample(b, real.units), draws)
    mine, theirs = draws[:, ours.units], draws[:, real.units]
    if min(len(a), len(b)) > NEIGHBOURS:
        inside = inside_balls(b, a)
        yield DENSITY, density(inside, theirs)
        yield COVERAGE, coverage(inside, theirs)
        yield PRECISION, precision(inside, mine)
        yield RECALL, precision(inside_balls(a, b), theirs)
    for name, (first, second) in {
        PAIRS_FEATURES: (feature_distances(a), feature_distances(b)),
        PAIRS_PIXELS: (image_distances(ours.pixels), image_distances(real.pixels)),
    }.items():
        yield name, mean_of_pairs(first, mine) / mean_of_pairs(second, theirs)


def _measures(dataset: DatasetName) -> dict[str, tuple[Measure, Memo]]:
    """Return measures of mean features, each with its features."""
    found: dict[str, tuple[Measure, Memo]] = {
        TWO_POINT: (MeanMeasure(root_mean_square, UNITS[TWO_POINT]), Memo(two_point_curves)),
        GREY: (MeanMeasure(histogram_wasserstein(1.0), UNITS[GREY]), Memo(grey_histograms)),
    }
    if dataset in TWO_PHASE:
        light = MeanMeasure(histogram_wasserstein(1 / _BINS), UNITS[LIGHT])
        found[LIGHT] = (light, Memo(light_fractions))
    return found


def light_fractions(images: np.ndarray) -> np.ndarray:
    """Mark the share of light pixels, above the middle of the grey levels, of every image.

    Returns
    -------
    ndarray
        (n, 101) float64, a 1 in each row, at the share in %.
    """
    shares = (images > _MIDDLE).mean(axis=(1, 2))
    return np.eye(_BINS + 1)[np.rint(_BINS * shares).astype(np.int64)]


def _connected(dataset: DatasetName, sides: Sides) -> Iterator[dict[str, Any]]:
    sets: dict[tuple[str, str], Images] = {
        **sides.made,
        (REAL_TRAINING, ""): sides.training,
        (REAL_TEST, ""): sides.test,
    }
    lines = {name: connectivity.lines_of(dataset, each.pixels) for name, each in sets.items()}
    real, units = lines[REAL_TEST, ""], sides.test.units
    for name, each in sets.items():
        for found in connectivity.measured(lines[name], each.units, sides.draws, real, units):
            yield _row(dataset, name, each, sides.test, *found)


def _row(
    dataset: DatasetName,
    name: tuple[str, str],
    ours: Images,
    real: Images,
    measure: str,
    values: np.ndarray,
) -> dict[str, Any]:
    units = {**UNITS, **connectivity.UNITS}
    row: dict[str, Any] = {
        "dataset": dataset,
        "model": name[0],
        "sampler": name[1],
        "measure": measure,
    }
    row |= {"unit": units[measure], "images": len(ours.units), "real_images": len(real.units)}
    return row | with_ends(values)
