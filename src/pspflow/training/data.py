"""Data in an order that seed and epoch alone decide, so that a resumed run goes on as it was."""

import math
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from pspflow.microstructure.loader import Store
from pspflow.seeds import generator


class EpochBatches(Sampler[list[int]]):
    """Batches of positions, shuffled anew every epoch.

    Parameters
    ----------
    length
        Number of items.
    batch_size
        Items in a batch; a shorter last one is kept.
    seed
        Seed of the order, or None for the order as it is.
    """

    def __init__(self, length: int, batch_size: int, seed: int | None) -> None:
        self.length, self.batch_size, self.seed = length, batch_size, seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch; Lightning calls this at the start of each."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Count the batches of an epoch."""
        return math.ceil(self.length / self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the positions of each batch."""
        order = np.arange(self.length)
        if self.seed is not None:
            order = generator(self.seed, "epoch", self.epoch).permutation(self.length)
        for start in range(0, self.length, self.batch_size):
            yield order[start : start + self.batch_size].tolist()


class ChipTargets(Dataset[tuple[Tensor, Tensor]]):
    """Chips cut on demand out of micrographs in memory, with a target each.

    Parameters
    ----------
    micrographs
        (rows, columns) uint8 arrays.
    chips
        Rows of a chip table: `row`, `column`, `size_px`.
    places
        For each chip, the position of its micrograph.
    targets
        (n, …) float32, a target for each chip.
    """

    def __init__(
        self,
        micrographs: Sequence[np.ndarray],
        chips: pd.DataFrame,
        places: np.ndarray,
        targets: np.ndarray,
    ) -> None:
        self._micrographs = micrographs
        self._rows = chips["row"].to_numpy()
        self._columns = chips["column"].to_numpy()
        self._size = int(chips["size_px"].iloc[0])
        self._places, self._targets = places, targets

    @classmethod
    def of(cls, store: Store, chips: pd.DataFrame, targets: np.ndarray) -> Self:
        """Take the micrographs of a chip table out of a store, by name, and keep them in memory."""
        names = list(dict.fromkeys(chips["micrograph"]))
        place_of = {name: place for place, name in enumerate(names)}
        places = np.array([place_of[name] for name in chips["micrograph"]])
        return cls([store[name] for name in names], chips, places, targets)

    def __len__(self) -> int:
        """Count the chips."""
        return len(self._rows)

    def __getitem__(self, positions: list[int]) -> tuple[Tensor, Tensor]:
        """Cut a batch: chips `n x rows x columns` uint8, and their targets."""
        size = self._size
        chips = np.empty((len(positions), size, size), dtype=np.uint8)
        for i, at in enumerate(positions):
            row, column = self._rows[at], self._columns[at]
            image = self._micrographs[self._places[at]]
            chips[i] = image[row : row + size, column : column + size]
        return torch.from_numpy(chips), torch.from_numpy(self._targets[positions])


def loader(data: Dataset[tuple[Tensor, Tensor]], batch_size: int, seed: int | None) -> DataLoader:
    """Batch a data set that cuts whole batches itself."""
    length = len(data)  # type: ignore[arg-type]
    return DataLoader(data, batch_size=None, sampler=EpochBatches(length, batch_size, seed))
