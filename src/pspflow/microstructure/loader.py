"""Read chips: windows cut out of any store that gives micrographs by name."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import pandas as pd

from pspflow.microstructure.chips import cut

BATCH = 512


class Store(Protocol):
    """Gives a micrograph's pixels, (rows, columns) uint8, by name."""

    def __getitem__(self, name: str, /) -> np.ndarray: ...


def cut_chips(store: Store, chips: pd.DataFrame) -> np.ndarray:
    """Cut chips in the order given: (n, size, size) uint8; each micrograph is read once."""
    size_px = int(chips["size_px"].iloc[0])
    images = np.empty((len(chips), size_px, size_px), dtype=np.uint8)
    names = chips["micrograph"].to_numpy()
    for name in pd.unique(names):
        at = np.flatnonzero(names == name)
        images[at] = cut(store[name], chips.iloc[at], size_px)
    return images


def chip_batches(
    store: Store, chips: pd.DataFrame, batch: int = BATCH
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield chips in their order, with one micrograph and one batch in memory at a time.

    Parameters
    ----------
    store
        Micrographs by name.
    chips
        Rows of a chip table; consecutive rows of one micrograph are read together.
    batch
        Most chips yielded at once.

    Yields
    ------
    at, images
        Positions in `chips`, and (n, size, size) uint8.
    """
    names = chips["micrograph"].to_numpy()
    edges = np.flatnonzero(names[1:] != names[:-1]) + 1
    for start, stop in zip([0, *edges], [*edges, len(names)], strict=True):
        if start == stop:
            continue
        pixels = store[names[start]]
        for first in range(start, stop, batch):
            at = slice(first, min(first + batch, stop))
            rows = chips.iloc[at]
            yield at, cut(pixels, rows, int(rows["size_px"].iloc[0]))
