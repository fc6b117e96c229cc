"""Whether samples are copies of training images, mirrored or not."""

from typing import Any, Final

import numpy as np
import pandas as pd

from pspflow.evaluation.copies import ALL_FLIPS, distances_to_training, nearness
from pspflow.evaluation.resampling import resamples
from pspflow.seeds import generator
from pspflow.studies.latent.datasets.image_sets import ImageSet
from pspflow.studies.latent.evaluation.options import MeasuringOptions
from pspflow.studies.latent.evaluation.sampled import Memo, Sides
from pspflow.studies.latent.evaluation.units import with_ends
from pspflow.studies.latent.names import DatasetName

TEST: Final = "test"
EXACT: Final = 0.1
"""A sample nearer to a training image than this share of the least distance of a test image counts
as a copy: so few that shares do not show them are counted."""


def copy_table(
    dataset: DatasetName,
    images: ImageSet,
    sides: Sides,
    textures: Memo,
    options: MeasuringOptions,
    seed: int,
) -> pd.DataFrame:
    """Tabulate how near samples and real test images come to training images.

    Returns
    -------
    DataFrame
        `dataset`, `model`, `sampler`, `features`, `images`, `test_images`, `training_images`,
        `least` and `test_least` (distance of the nearest sample and test image), `copies` (see
        `EXACT`), `ratio` and `closer_share` with `_low` and `_high`; see `copies.Nearness`.
    """
    training = images.images(images.rows("train", options.training_images, seed))
    sets = {"/".join(name): each.pixels for name, each in sides.made.items()}
    sets[TEST] = sides.test.pixels
    weights = sides.draws[:, sides.test.units]
    rows = []
    known = distances_to_training(sets, training, mirrored=ALL_FLIPS, textures=textures)
    for kind, found in known.items():
        held_out = found.pop(TEST)
        for name, values in found.items():
            rng = generator(seed, "copies", dataset, kind, name)
            drawn = resamples(np.zeros(len(values), np.int64), options.resamples, rng)
            near = nearness(values, held_out, drawn, weights)
            model, _, sampler = name.partition("/")
            row: dict[str, Any] = {"dataset": dataset, "model": model, "sampler": sampler}
            row |= {"features": kind, "images": len(values), "test_images": len(held_out)}
            row |= {"training_images": len(training)}
            row |= {"least": float(values.min()), "test_least": float(held_out.min())}
            row |= {"copies": int((values <= EXACT * held_out.min()).sum())}
            for column, share in (("ratio", near.ratio), ("closer_share", near.closer)):
                row |= with_ends(share, (column, f"{column}_low", f"{column}_high"))
            rows.append(row)
    return pd.DataFrame(rows)
