"""Wanted pairs of ferrite fraction and path, and what chips are compared with them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from pspflow.studies.steel.inverse.scales import FRACTION, MEASURES, PATH, linked

PROPERTIES, PROCESS, RANDOM, NEAREST = SOURCES = ("properties", "process", "random", "nearest")
"""Where chips come from: PixelCNN given the wish; PixelCNN at the condition of the grid whose mean
is nearest to the wish; training chips at random; the nearest training chip."""
ENDS: Final = (0.05, 0.95)
"""Lowest and highest quantile that is wished."""


def choose_wishes(tests: pd.DataFrame, count: int) -> pd.DataFrame:
    """Choose wishes among measured test chips, spread over the domains and their quantiles.

    Chips of a domain are ordered by the sum of both measures, standardised; domains by its mean.

    Parameters
    ----------
    tests
        Measured test chips: `chip_id`, `domain` and both measures.
    count
        Wishes; fewer where one chip would be chosen twice.

    Returns
    -------
    DataFrame
        `wish` (from 1), `chip_id`, `domain`, `wanted_ferrite_fraction`,
        `wanted_mean_free_path_px`.
    """
    links = linked(tests[list(MEASURES)].to_numpy())
    score = ((links - links.mean(axis=0)) / links.std(axis=0)).sum(axis=1)
    known = tests.assign(score=score).sort_values(["score", "chip_id"], kind="stable")
    means = known.groupby("domain", observed=True)["score"].mean().sort_values(kind="stable")
    domains = list(means.index)
    if count < len(domains):
        domains = [
            domains[at] for at in np.linspace(0, len(domains) - 1, count).round().astype(int)
        ]
    rounds = -(-count // len(domains))
    chosen = []
    for number in range(count):
        turn, place = divmod(number, len(domains))
        share = turn / (rounds - 1) if rounds > 1 else place / max(1, len(domains) - 1)
        part = known[known["domain"] == domains[place]]
        level = ENDS[0] + (ENDS[1] - ENDS[0]) * share
        chosen.append(part.iloc[round(level * (len(part) - 1))])
    table = pd.DataFrame(chosen).drop_duplicates("chip_id").reset_index(drop=True)
    table.insert(0, "wish", np.arange(1, len(table) + 1))
    wanted = {name: f"wanted_{name}" for name in MEASURES}
    return table[["wish", "chip_id", "domain", *MEASURES]].rename(columns=wanted)


def wanted_of(wishes: pd.DataFrame) -> np.ndarray:
    """Return the wanted measures, (wishes, 2)."""
    return wishes[[f"wanted_{name}" for name in MEASURES]].to_numpy()


def nearest_rows(measures: np.ndarray, wanted: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Find the row (n, 2) nearest to each wish (w, 2), both measures over a scale (2,)."""
    left = (linked(measures)[None] - linked(wanted)[:, None]) / scale
    return np.asarray(np.square(left).sum(axis=2).argmin(axis=1))


def compared_chips(
    wishes: pd.DataFrame,
    training: pd.DataFrame,
    grid: pd.DataFrame,
    conditions: Sequence[str],
    count: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """List the chips that need no PixelCNN conditioned on properties: process, random, nearest.

    Parameters
    ----------
    wishes
        As of `choose_wishes`.
    training
        Measured training chips.
    grid
        Measured chips of the grid, with the columns of the conditions.
    conditions
        Names of the conditions.
    count
        Training chips drawn for each wish.
    rng
        Random generator of the draw.

    Returns
    -------
    DataFrame
        `wish`, `source` and both measures.
    """
    wanted, real = wanted_of(wishes), training[list(MEASURES)].to_numpy()
    scale = linked(real).std(axis=0)
    names = list(conditions)
    means = grid.groupby(names)[list(MEASURES)].mean()
    best = means.index[nearest_rows(means.to_numpy(), wanted, scale)]
    closest = nearest_rows(real, wanted, scale)
    by_condition = dict(list(grid.groupby(names)))
    parts = []
    for at, wish in enumerate(wishes["wish"]):
        key = best[at] if isinstance(best[at], tuple) else (best[at],)
        drawn = real[rng.choice(len(real), size=count)]
        for source, values in (
            (PROCESS, by_condition[key][list(MEASURES)].to_numpy()),
            (RANDOM, drawn),
            (NEAREST, real[closest[at]][None]),
        ):
            part = pd.DataFrame(values, columns=list(MEASURES))
            parts.append(part.assign(wish=wish, source=source))
    return pd.concat(parts, ignore_index=True)[["wish", "source", *MEASURES]]


def errors_of(reached: pd.DataFrame) -> pd.DataFrame:
    """Compute the errors of every chip: of the fraction in points, of the path in percent."""
    points = 100 * (reached[FRACTION] - reached[f"wanted_{FRACTION}"])
    percent = 100 * (reached[PATH] / reached[f"wanted_{PATH}"] - 1)
    return reached.assign(ferrite_points=points, path_percent=percent)
