"""Splits of structures by specimen, of every morphology alike."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.microstructure.splits import apportion

SPARE: Final = "spare"
"""Structures that only the learning curve trains on."""


def draw(rows: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator) -> pd.Series:
    """Give each specimen, with all its structures, to one split.

    Specimens stand in line by morphology, at random within one, and the members of each split are
    spread evenly along the line: every morphology comes to every split about as its share is.

    Parameters
    ----------
    rows
        Columns specimen, morphology; one row per structure.
    shares
        Share of the specimens of each split; they sum to 1.
    rng
        Source of the draw.

    Returns
    -------
    Split of each row.
    """
    kinds = rows.groupby("specimen")["morphology"].agg(lambda names: "\0".join(sorted(set(names))))
    shuffled = kinds.iloc[rng.permutation(len(kinds))]
    order = {kind: place for place, kind in enumerate(rng.permutation(kinds.unique()))}
    line = shuffled.iloc[np.argsort(shuffled.map(order).to_numpy(), kind="stable")].index
    counts = apportion(len(line), shares)
    places = [((k + 0.5) / n, name) for name, n in counts.items() for k in range(n)]
    names = [name for _, name in sorted(places, key=lambda place: place[0])]
    return rows["specimen"].map(dict(zip(line, names, strict=True)))


def spared(splits: pd.Series, specimens: pd.Series, split: str, most: int | None) -> pd.Series:
    """Mark the structures of a split beyond a number as spare, whole specimens of them.

    Parameters
    ----------
    splits
        Split of each row, from `draw`.
    specimens
        Specimen of each row.
    split
        Which split is made smaller.
    most
        Largest number of its structures that remain; None for all.

    Returns
    -------
    Split of each row. The rows that remain are spread evenly over those of the split.
    """
    mine = splits == split
    if most is None or mine.sum() <= most:
        return splits
    sizes = specimens[mine].value_counts(sort=False)
    # golden steps through the line: any part of it has its share of those that are taken first
    first = np.argsort(np.arange(len(sizes)) * (np.sqrt(5) - 1) / 2 % 1, kind="stable")
    taken = sizes.index[first][sizes.to_numpy()[first].cumsum() <= most]
    return splits.mask(mine & ~specimens.isin(taken), SPARE)
