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


def held_out(splits: pd.Series, values: pd.Series, quantiles: tuple[float, float]) -> pd.Series:
    """Leave a region of a property out of training and validation: it is what is tested.

    Parameters
    ----------
    splits
        Split of each row, from `draw`; those of the tests outside the region are left out.
    values
        The property of each row.
    quantiles
        Lower and upper end of the region, as quantiles of the property.

    Returns
    -------
    Split of each row: test in the region, and outside of it that of before, or spare for tests.
    """
    low, high = values.quantile(list(quantiles))
    inside = values.between(low, high)
    return splits.mask(splits == "test", SPARE).mask(inside, "test")


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
    first = _evenly(len(sizes))
    taken = sizes.index[first][sizes.to_numpy()[first].cumsum() <= most]
    return splits.mask(mine & ~specimens.isin(taken), SPARE)


def training_rows(splits: pd.Series, count: int | None = None) -> np.ndarray:
    """Choose the structures that a training learns from.

    Parameters
    ----------
    splits
        Split of each row.
    count
        How many: the first ones of a fixed order, in which the training structures come before the
        spare ones and any part is spread evenly over the rows, so that each number's structures
        are among those of a larger number. None for the training structures.

    Returns
    -------
    Their rows, (n,) int64, in ascending order.

    Raises
    ------
    ValueError
        If there are fewer.
    """
    parts = [np.flatnonzero(splits == name) for name in ("train", SPARE)]
    if count is None:
        return parts[0]
    order = np.concatenate([rows[_evenly(len(rows))] for rows in parts])
    if count > len(order):
        raise ValueError(f"{count} training structures are wanted, and there are {len(order)}")
    return np.sort(order[:count])


def _evenly(count: int) -> np.ndarray:
    """Order the places of a line so that any first ones of them are spread evenly along it."""
    golden_steps = np.arange(count) * (np.sqrt(5) - 1) / 2 % 1
    return np.argsort(golden_steps, kind="stable")
