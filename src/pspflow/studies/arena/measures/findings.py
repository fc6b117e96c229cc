"""Sentences about who is how far from real chips, the number first."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd

from pspflow.report.tables import with_interval
from pspflow.studies.arena.measures.descriptors import COPIES, COVERAGE, DENSITY, DISTANCES
from pspflow.studies.arena.measures.protocol import POOLED
from pspflow.studies.arena.names import TRAINING, label_of


def findings(ratios: pd.DataFrame) -> list[str]:
    """Say what the ratios say, what is farthest from real chips first.

    Parameters
    ----------
    ratios
        See `protocol.compared`.
    """
    pooled = ratios[ratios["domain"] == POOLED]
    models = pooled[pooled["entrant"] != TRAINING]
    if models.empty:
        return []
    return [
        *_farthest(models),
        *_as_near_as_training(pooled),
        *_nearest(models),
        *_coverage(models),
        *_copies(models),
    ]


def summary(ratios: pd.DataFrame) -> pd.DataFrame:
    """Average the ratios of the distances, and find the largest.

    Parameters
    ----------
    ratios
        Rows of one domain, or of all together.

    Returns
    -------
    DataFrame
        Indexed by entrant, nearest first: `mean` (geometric, over the distances), `largest` and
        `of`, the measure that it is of.
    """
    far = ratios[ratios["measure"].isin(DISTANCES)]
    wide = far.pivot_table(index="entrant", columns="measure", values="ratio", sort=False)
    table = pd.DataFrame(
        {
            "mean": np.exp(np.log(wide).mean(axis=1)),
            "largest": wide.max(axis=1),
            "of": wide.idxmax(axis=1),
        }
    )
    return table.sort_values("mean", kind="stable")


def _farthest(models: pd.DataFrame) -> Iterator[str]:
    far = models[models["measure"].isin(DISTANCES)]
    row = far.loc[far["ratio"].idxmax()]
    yield (
        f"{_times(row)} the distance of real halves: {row['measure']} of {label_of(row['entrant'])}"
        ", the farthest of all."
    )


def _as_near_as_training(pooled: pd.DataFrame) -> Iterator[str]:
    """Count on how many distances each model is farther than real training chips."""
    far = pooled[pooled["measure"].isin(DISTANCES)]
    ruler = far[far["entrant"] == TRAINING].set_index("measure")
    if ruler["ratio_low"].isna().all():
        yield (
            "No intervals are given: there are fewer than 12 test micrographs, and no model is "
            "called nearer or farther than another."
        )
        return
    names = defaultdict(list)
    for name, part in far[far["entrant"] != TRAINING].groupby("entrant", sort=False):
        each = part.set_index("measure")
        count = int((each["ratio_low"] > ruler["ratio_high"]).sum())
        names[count].append(label_of(str(name)))
    said = "; ".join(f"{count}: {', '.join(names[count])}" for count in sorted(names)[::-1])
    yield (
        f"{said}: on so many of {len(ruler)} distances a model is farther from test chips than "
        "real training chips are, with intervals that do not overlap."
    )


def _nearest(models: pd.DataFrame) -> Iterator[str]:
    table = summary(models)
    name = table.index[0]
    yield (
        f"{table['mean'].iloc[0]:.3g} times the distance of real halves on average over the "
        f"distances: {label_of(name)}, the nearest; one training of each model does not say "
        "whether another training would come in the same place."
    )


def _coverage(models: pd.DataFrame) -> Iterator[str]:
    for measure, what in ((DENSITY, "density"), (COVERAGE, "coverage")):
        part = models[models["measure"] == measure]
        if len(part):
            least, most = (_all_with(part, part["ratio"].agg(which)) for which in ("min", "max"))
            yield f"{least}, the least {what} of real halves; {most}, the most."


def _all_with(part: pd.DataFrame, ratio: float) -> str:
    """Write a ratio, and name every model that has it."""
    rows = part[part["ratio"] == ratio]
    return f"{_times(rows.iloc[0])}: {', '.join(map(label_of, rows['entrant']))}"


def _copies(models: pd.DataFrame) -> Iterator[str]:
    part = models[models["measure"] == COPIES]
    certain = part[part["ratio_low"] > 1]
    if len(certain):
        names = ", ".join(label_of(name) for name in certain["entrant"])
        yield (
            f"{_times(certain.loc[certain['ratio'].idxmax()])} as many images near a training chip "
            f"as test chips have, at most: {names}; look for copies."
        )
    elif part["ratio_low"].notna().any():
        yield "0 models have more images near a training chip than test chips have, with certainty."


def _times(row: pd.Series) -> str:
    return with_interval(row["ratio"], row["ratio_low"], row["ratio_high"]) + " times"
