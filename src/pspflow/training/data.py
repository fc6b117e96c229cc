"""Data in an order that seed and epoch alone decide, so that a resumed run goes on as it was."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from pspflow.seeds import generator
from pspflow.training.gather import ChipGather


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
    """Chips gathered on demand out of micrographs in memory, with a target each.

    Parameters
    ----------
    chips
        The chips.
    targets
        (n, …) float32, a target for each chip.
    """

    def __init__(self, chips: ChipGather, targets: np.ndarray) -> None:
        self._chips, self._targets = chips, torch.from_numpy(targets)

    def __len__(self) -> int:
        """Count the chips."""
        return len(self._chips)

    def __getitem__(self, positions: list[int]) -> tuple[Tensor, Tensor]:
        """Gather a batch: chips `n x rows x columns` uint8, and their targets."""
        at = torch.tensor(positions)
        return self._chips(at), self._targets[at]


def loader(data: Dataset[tuple[Tensor, Tensor]], batch_size: int, seed: int | None) -> DataLoader:
    """Batch a data set that cuts whole batches itself."""
    length = len(data)  # type: ignore[arg-type]
    return DataLoader(data, batch_size=None, sampler=EpochBatches(length, batch_size, seed))
