"""Batches in an order that the seed and the epoch decide, so that a resumed run sees the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.seeds import generator
from pspflow.training.gather import ChipGather

Batch = tuple[Tensor, Tensor]
"""Inputs and targets of a batch, `n x …` each."""


class Data(Protocol):
    """A data set that returns a whole batch at once."""

    def __len__(self) -> int: ...

    def __getitem__(self, positions: Tensor, /) -> Batch: ...


@dataclass(frozen=True)
class Batches:
    """A data set, divided into batches for every epoch."""

    data: Data
    order: Callable[[int], Sequence[Tensor]]
    """Returns the positions of each batch, int64, for an epoch."""


def shuffled(data: Data, batch_size: int, seed: int) -> Batches:
    """Divide a data set into batches that are drawn anew for every epoch.

    Parameters
    ----------
    data
        The data set.
    batch_size
        Items in a batch; the last one may be smaller.
    seed
        Seed of the order.
    """

    def order(epoch: int) -> Sequence[Tensor]:
        drawn = generator(seed, "epoch", epoch).permutation(len(data))
        return torch.split(torch.from_numpy(drawn), batch_size)

    return Batches(data, order)


def in_order(data: Data, batch_size: int) -> Batches:
    """Divide a data set into the same batches for every epoch; the last one may be smaller."""
    return Batches(data, lambda _: torch.split(torch.arange(len(data)), batch_size))


class Pairs:
    """Inputs and targets in memory.

    Parameters
    ----------
    inputs, targets
        `n x …` each.
    """

    def __init__(self, inputs: Tensor, targets: Tensor) -> None:
        self.inputs, self.targets = inputs, targets

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.inputs)

    def __getitem__(self, positions: Tensor) -> Batch:
        """Return a batch."""
        return self.inputs[positions], self.targets[positions]


class ChipTargets:
    """Chips gathered on demand from micrographs in memory, with one target each.

    Parameters
    ----------
    chips
        The chips.
    targets
        (n, …) float32, one target for each chip.
    """

    @refuses_masks
    def __init__(self, chips: ChipGather, targets: np.ndarray) -> None:
        self._chips, self._targets = chips, torch.from_numpy(targets)

    def __len__(self) -> int:
        """Return the number of chips."""
        return len(self._chips)

    def __getitem__(self, positions: Tensor) -> Batch:
        """Return a batch: chips `n x rows x columns` uint8, and their targets."""
        return self._chips(positions), self._targets[positions]
