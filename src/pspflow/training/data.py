"""Batches in an order that the seed and the epoch decide, so that a resumed run sees the same."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import torch
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.seeds import generator
from pspflow.training.gather import ChipGather

Batch = tuple[Tensor, Tensor]
"""Inputs and targets of a batch, `n x …` each."""


class Data(Protocol):
    """A data set that returns a whole batch at once, made on the device on which it lies."""

    @property
    def nbytes(self) -> int:
        """Return the size of the data set in bytes."""

    def to(self, device: torch.device) -> Self:
        """Return the data set on a device."""

    def __len__(self) -> int: ...

    def __getitem__(self, positions: Tensor, /) -> Batch:
        """Return a batch; positions may lie on any device."""


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

    @property
    def nbytes(self) -> int:
        """Return the size of both in bytes."""
        return self.inputs.nbytes + self.targets.nbytes

    def to(self, device: torch.device) -> Self:
        """Return the same pairs on a device."""
        return type(self)(self.inputs.to(device), self.targets.to(device))

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.inputs)

    def __getitem__(self, positions: Tensor) -> Batch:
        """Return a batch."""
        here = positions.to(self.inputs.device, non_blocking=True)
        return self.inputs[here], self.targets[here]


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

    @property
    def nbytes(self) -> int:
        """Return the size of micrographs, places and targets in bytes."""
        return sum(each.nbytes for each in self._chips.buffers()) + self._targets.nbytes

    def to(self, device: torch.device) -> Self:
        """Return the same chips and targets on a device; the given chips are moved."""
        there = copy(self)
        there._chips, there._targets = self._chips.to(device), self._targets.to(device)
        return there

    def __len__(self) -> int:
        """Return the number of chips."""
        return len(self._chips)

    def __getitem__(self, positions: Tensor) -> Batch:
        """Return a batch: chips `n x rows x columns` uint8, and their targets."""
        here = positions.to(self._targets.device, non_blocking=True)
        return self._chips(here), self._targets[here]
