"""What is read for each direction: the transferred chips, and what they are compared with."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

from pspflow.io.imagesets import Micrographs
from pspflow.microstructure.loader import cut_chips
from pspflow.studies.temper.specimens.rulers import MATCHED, REAL, SOURCE
from pspflow.studies.temper.transfer.synthetic import Synthetic

LARGEST: Final = np.iinfo(np.uint8).max


class Levels(NamedTuple):
    """Grey levels of training chips of a domain."""

    mean: float
    spread: float

    @classmethod
    def of(cls, chips: np.ndarray) -> "Levels":
        """Measure chips (n, rows, columns)."""
        return cls(float(chips.mean()), float(chips.std()))


class Tested(NamedTuple):
    """Chips whose structure is read."""

    source: str
    flow: str
    """Training that made them, or one of `RULERS`."""
    chips: np.ndarray
    """(n, rows, columns) uint8."""
    positions: np.ndarray
    """Of their sources in the chip table."""


def tested(
    target: str,
    levels: Mapping[str, Levels],
    made: Mapping[str, Synthetic],
    rows: pd.DataFrame,
    store: Micrographs,
) -> Iterator[Tested]:
    """Yield the held-out chips that are read as chips of a target, a set at a time.

    Parameters
    ----------
    target
        Domain that they should look like.
    levels
        Of every domain, see `Levels`.
    made
        Synthetic chips of every training.
    rows, store
        The chip table, and the micrographs.
    """
    sources = {name: next(iter(made.values())).sources(name) for name in levels}
    yield Tested(target, REAL, cut_chips(store, rows.iloc[sources[target]]), sources[target])
    for source, at in sources.items():
        if source == target:
            continue
        chips = cut_chips(store, rows.iloc[at])
        yield Tested(source, SOURCE, chips, at)
        yield Tested(source, MATCHED, matched(chips, levels[source], levels[target]), at)
        for flow, each in made.items():
            yield Tested(source, flow, each.transferred(source, target), at)


def matched(chips: np.ndarray, source: Levels, target: Levels) -> np.ndarray:
    """Shift and scale grey levels of chips, uint8 of any shape, to those of another domain."""
    scale = target.spread / source.spread if source.spread else 1.0
    moved = (chips.astype(np.float64) - source.mean) * scale + target.mean
    return np.rint(moved.clip(0, LARGEST)).astype(np.uint8)


def from_true_values(
    train: pd.DataFrame, held_out: pd.DataFrame, target: pd.DataFrame
) -> pd.DataFrame:
    """Predict the target's values from the source's true ones, by a line in logarithms.

    Parameters
    ----------
    train, held_out
        Values of specimens in the source, one positive column per quantity, indexed by specimen.
    target
        Values of the training specimens in the target, of the same index as `train`.
    """
    model = LinearRegression().fit(np.log(train.to_numpy()), np.log(target.to_numpy()))
    found = np.exp(model.predict(np.log(held_out.to_numpy())))
    return pd.DataFrame(found, index=held_out.index, columns=target.columns)
