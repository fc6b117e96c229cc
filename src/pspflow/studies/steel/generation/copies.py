"""Whether generated chips are copies: how near they come to training chips.

The distance of a generated chip to its nearest training chip is compared with that of a real test
chip to its nearest, among the same training chips. Two kinds of features: of texture, and grey
levels averaged over blocks of 8 x 8 pixels, what one code stands for, brought to mean 0 and length
1 in each chip so that blur and contrast count little; a training chip counts mirrored too, as
networks see it.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.arrays import refuses_masks
from pspflow.evaluation.features import standardise, texture_features
from pspflow.evaluation.resampling import resamples
from pspflow.seeds import generator
from pspflow.studies.steel.generation.baseline import set_name
from pspflow.studies.steel.generation.compared import RealChips
from pspflow.studies.steel.generation.distances import Chips
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.generation.sets import Generated
from pspflow.studies.steel.morphology.moments import limits_of

BLOCK_PX: Final = 8
NEAREST_SHARE: Final = 0.025
"""Share of the test chips that are nearer to training chips than the others, for comparison."""
TEXTURE, BLOCKS = "texture features", "grey levels of 8 x 8 blocks"
TEST: Final = "test"
_ROWS: Final = 512
"""Chips compared at a time, which limits the memory."""


class Nearness(NamedTuple):
    """How near generated and test chips come to training chips; each (1 + R,)."""

    generated: np.ndarray
    """Mean distance of generated chips to their nearest training chip."""
    held_out: np.ndarray
    """Mean distance of test chips to theirs."""
    ratio: np.ndarray
    """The first over the second; below 1 where generated chips are nearer."""
    closer: np.ndarray
    """Share of the generated chips that are nearer than the nearest 2.5 % of the test chips."""


@refuses_masks
def block_means(chips: np.ndarray) -> np.ndarray:
    """Average grey levels over blocks, and bring them to mean 0 and length 1 in each chip.

    Parameters
    ----------
    chips
        (n, rows, columns) uint8; what is left of whole blocks at the far edges is not used.

    Returns
    -------
    ndarray
        (n, blocks) float32; a chip of one grey level has zeros.
    """
    rows, columns = (edge // BLOCK_PX for edge in chips.shape[1:])
    whole = chips[:, : rows * BLOCK_PX, : columns * BLOCK_PX]
    means = whole.reshape(-1, rows, BLOCK_PX, columns, BLOCK_PX).mean(axis=(2, 4), dtype=np.float32)
    flat = means.reshape(len(chips), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.where(length > 0, length, 1))


@refuses_masks
def nearest(points: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Return the Euclidean distance of points (n, d) to the nearest of references (m, d): (n,)."""
    norms = np.square(references).sum(axis=1)
    found = np.empty(len(points))
    for start in range(0, len(points), _ROWS):
        part = points[start : start + _ROWS]
        squares = norms - 2 * part @ references.T
        found[start : start + _ROWS] = squares.min(axis=1) + np.square(part).sum(axis=1)
    return np.sqrt(np.maximum(found, 0))


def distances_to_training(
    sets: dict[str, np.ndarray], training: np.ndarray
) -> dict[str, dict[str, np.ndarray]]:
    """Measure how far chips are from their nearest training chip.

    Parameters
    ----------
    sets
        Name of a set, its chips (n, rows, columns) uint8.
    training
        (m, rows, columns) uint8.

    Returns
    -------
    dict
        Kind of features, name of a set, (n,) float64.
    """
    textures = texture_features(training)
    blocks = np.concatenate([block_means(training), block_means(training[:, :, ::-1])])
    scaled = standardise(textures, textures)
    return {
        TEXTURE: {
            name: nearest(standardise(texture_features(chips), textures), scaled)
            for name, chips in sets.items()
        },
        BLOCKS: {name: nearest(block_means(chips), blocks) for name, chips in sets.items()},
    }


@refuses_masks
def nearness(
    generated: np.ndarray,
    held_out: np.ndarray,
    generated_weights: np.ndarray,
    held_out_weights: np.ndarray,
) -> Nearness:
    """Compare distances of generated and of test chips to training chips.

    Parameters
    ----------
    generated, held_out
        (n,) and (m,) distances.
    generated_weights, held_out_weights
        (1 + R, n) and (1 + R, m), how often each chip is drawn.
    """
    total = generated_weights.sum(axis=1)
    mine = generated_weights @ generated / total
    theirs = held_out_weights @ held_out / held_out_weights.sum(axis=1)
    closer = np.empty(len(total))
    for number, (ours, others) in enumerate(zip(generated_weights, held_out_weights, strict=True)):
        limit = np.quantile(np.repeat(held_out, others), NEAREST_SHARE)
        closer[number] = ours @ (generated < limit) / total[number]
    return Nearness(mine, theirs, mine / theirs, closer)


def copy_table(
    real: RealChips,
    test: Mapping[str, Chips],
    made: Mapping[str, Generated],
    options: GenerationOptions,
    seed: int,
) -> pd.DataFrame:
    """Tabulate how near generated and test chips of all domains come to training chips.

    Only networks that have seen all domains are looked at.

    Returns
    -------
    DataFrame
        `made`, `features`, `chips`, `test_chips`, `training_chips`, `distance`, `test_distance`,
        `least` and `test_least` (those of the nearest chip), `ratio` and `closer_share` with `_low`
        and `_high`, NaN where a domain has a single test micrograph; see `Nearness`.
    """
    units = np.concatenate([each.units for each in test.values()])
    sets = {TEST: np.concatenate([each.images for each in test.values()])}
    for name, each in made.items():
        for source in dict.fromkeys(each.table["source"]) if name.endswith("/all") else ():
            most = options.compared_chips
            at = np.concatenate([each.rows(source, domain, most) for domain in real.domains])
            if len(at):
                sets[set_name(name, source)] = each.at(at)
    training = real.some_training()
    weights = resamples(real.strata, options.resamples, generator(seed, "copies"))[:, units]
    resolved = all(real.resolved[domain] for domain in test)
    rows = []
    for kind, found in distances_to_training(sets, training).items():
        held_out = found.pop(TEST)
        for name, values in found.items():
            rng = generator(seed, "copies", kind, name)
            drawn = resamples(np.zeros(len(values), np.int64), options.resamples, rng)
            near = nearness(values, held_out, drawn, weights)
            row: dict[str, Any] = {
                "made": name,
                "features": kind,
                "chips": len(values),
                "test_chips": len(units),
            }
            row |= {"training_chips": len(training)}
            row |= {"distance": float(near.generated[0])}
            row |= {"test_distance": float(near.held_out[0])}
            row |= {"least": float(values.min()), "test_least": float(held_out.min())}
            for column, share in (("ratio", near.ratio), ("closer_share", near.closer)):
                keys = (column, f"{column}_low", f"{column}_high")
                ends = limits_of(share) if resolved else (float(share[0]), np.nan, np.nan)
                row |= dict(zip(keys, ends, strict=True))
            rows.append(row)
    return pd.DataFrame(rows)
