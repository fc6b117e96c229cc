"""How far reconstructions are from the held-out images: the table, with paired differences."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
from skimage.metrics import structural_similarity

from pspflow.evaluation.features import two_point_curves
from pspflow.evaluation.measures import MeanMeasure, root_mean_square
from pspflow.evaluation.pair_distances import image_distances, mean_of_pairs
from pspflow.evaluation.resampling import Sample, resamples
from pspflow.seeds import generator
from pspflow.studies.latent.datasets.image_sets import ImageSet
from pspflow.studies.latent.evaluation import connectivity
from pspflow.studies.latent.evaluation.made_images import PCA, PRINTED, MadeImages
from pspflow.studies.latent.evaluation.options import MeasuringOptions
from pspflow.studies.latent.evaluation.units import (
    Images,
    codes,
    varied,
    weighted_means,
    with_ends,
)
from pspflow.studies.latent.names import POTTS_NAMES, DatasetName
from pspflow.studies.latent.networks.results import STUCK as VARIANCE_OF_STUCK

MEAN_IMAGE, ORIGINAL = "mean image", "original"
MSE, R2, SSIM = "MSE", "R²", "SSIM"
TWO_POINT, SPREAD = "two-point distance", "spread of outputs"
UNITS: Final = {MSE: "1", R2: "1", SSIM: "1", TWO_POINT: "grey level²", SPREAD: "1"}
REFERENCES: Final = (PRINTED, PCA)
STUCK: Final = float(np.sqrt(VARIANCE_OF_STUCK))
"""Spread of outputs, over that of the images, below which a network is stuck at one output: the
same bound as that of variances in the chapter of the networks."""
_TO_TANH: Final = 2 / 255
"""Width of a grey level where images are scaled to -1 … 1."""


def reconstruction_table(
    dataset: DatasetName, images: ImageSet, made: MadeImages, options: MeasuringOptions, seed: int
) -> pd.DataFrame:
    """Measure the reconstructions of all models, of PCA, and the mean training image.

    Returns
    -------
    DataFrame
        `dataset`, `model`, `measure`, `unit`, `images`, `groups`, `value`, `low`, `high`, and
        `less_printed` and `less_pca` with `_low` and `_high`: the difference to the model of that
        name, in the same resamples. Intervals (95 %) resample groups; one group has none.
        Connectivity is measured of the original images too, under the model `original`.
    """
    rows = made.test_rows
    originals = Images(images.images(rows), codes(images.table["group"].iloc[rows]))
    groups = int(originals.units.max()) + 1
    rng = generator(seed, "resamples of reconstructions", dataset)
    draws = resamples(np.zeros(groups, np.int64), options.resamples, rng)
    sets = {model: made.reconstructions(model) for model in made.reconstructing}
    mean = mean_image(images, images.rows("train", options.training_images, seed))
    sets[MEAN_IMAGE] = np.broadcast_to(np.rint(mean).astype(np.uint8), originals.pixels.shape)
    found = {
        model: dict(_measured(pixels, originals, mean, draws)) for model, pixels in sets.items()
    }
    if dataset in POTTS_NAMES:
        real = connectivity.lines_of(dataset, originals.pixels)
        both = {ORIGINAL: real}
        both |= {
            model: connectivity.lines_of(dataset, pixels)
            for model, pixels in sets.items()
            if model != MEAN_IMAGE
        }
        for model, lines in both.items():
            known = connectivity.measured(lines, originals.units, draws, real, originals.units)
            found.setdefault(model, {}).update(known)
    units = {**UNITS, **connectivity.UNITS}
    table = []
    for model, each in found.items():
        for measure, values in each.items():
            row: dict[str, Any] = {"dataset": dataset, "model": model, "measure": measure}
            row |= {"unit": units[measure], "images": len(rows), "groups": groups}
            row |= with_ends(varied(values, originals.units))
            for other in REFERENCES:
                keys = (f"less_{other}", f"less_{other}_low", f"less_{other}_high")
                theirs = found.get(other, {}).get(measure)
                less = np.full(2, np.nan) if theirs is None or other == model else values - theirs
                row |= with_ends(varied(less, originals.units), keys)
            table.append(row)
    return pd.DataFrame(table)


def mean_image(images: ImageSet, rows: np.ndarray, at_a_time: int = 256) -> np.ndarray:
    """Average images at rows of the table: (y, x) float64, in grey levels."""
    total = np.zeros(images.shape)
    for start in range(0, len(rows), at_a_time):
        total += images.images(rows[start : start + at_a_time]).sum(axis=0, dtype=np.float64)
    return total / len(rows)


def _measured(
    pixels: np.ndarray, originals: Images, mean: np.ndarray, draws: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each measure of `UNITS`, (1 + R,) float64."""
    weights = draws[:, originals.units]
    error = weighted_means(_mse(pixels, originals.pixels), weights)
    yield MSE, error
    yield R2, 1 - error / weighted_means(_mse(mean[None], originals.pixels), weights)
    pairs = zip(pixels, originals.pixels, strict=True)
    yield SSIM, weighted_means(np.array([structural_similarity(*pair) for pair in pairs]), weights)
    distance = MeanMeasure(root_mean_square, UNITS[TWO_POINT])
    a, b = (Sample(two_point_curves(each), originals.units) for each in (pixels, originals.pixels))
    yield TWO_POINT, distance.compare(a, b, draws)
    ours, theirs = (
        mean_of_pairs(image_distances(each, mirrored=()) ** 2, weights)
        for each in (pixels, originals.pixels)
    )
    yield SPREAD, np.sqrt(ours / theirs)


def _mse(pixels: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """Return the mean squared error of every image, (n,), where levels are scaled to -1 … 1."""
    scaled = (pixels.astype(np.float32) - originals) * _TO_TANH
    return np.asarray(np.square(scaled).mean(axis=(1, 2), dtype=np.float64))
