"""Cells, and windows cut out of them, as data sets whose order seed and epoch alone decide."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from pspflow.seeds import generator


class Cells(Dataset[tuple[Tensor, Tensor]]):
    """Whole cells with their strains.

    Parameters
    ----------
    inputs, targets
        Float32, shape ``(n, edge, edge, edge)``.
    """

    def __init__(self, inputs: Tensor, targets: Tensor) -> None:
        self.inputs, self.targets = inputs, targets

    def __len__(self) -> int:
        """Count the cells."""
        return len(self.inputs)

    def __getitem__(self, places: list[int]) -> tuple[Tensor, Tensor]:
        """Take a batch: inputs and targets, each `n x edge x edge x edge`."""
        at = torch.tensor(places)
        return self.inputs[at], self.targets[at]


class Windows(Cells):
    """Windows of periodic cells, and the strains at their centres.

    Window number k has its centre start at voxel k modulo the voxels of a cell, counted with z
    fastest, in cell k over the voxels of a cell.

    Parameters
    ----------
    inputs, targets
        As of `Cells`.
    window, gap
        Voxels along the window and along its centre, both odd.
    """

    def __init__(self, inputs: Tensor, targets: Tensor, window: int, gap: int) -> None:
        super().__init__(inputs, targets)
        self.window, self.gap, self.edge = window, gap, inputs.shape[1]

    def __len__(self) -> int:
        """Count the windows there are, one a voxel."""
        return self.inputs.numel()

    def __getitem__(self, places: list[int]) -> tuple[Tensor, Tensor]:
        """Cut a batch: windows `n x window x ...`, and their centres `n x gap x ...`."""
        at = np.unravel_index(np.array(places), self.inputs.shape)
        cells, starts = torch.from_numpy(at[0]), torch.from_numpy(np.stack(at[1:], axis=1))
        margin = (self.window - self.gap) // 2
        windows = cut(self.inputs, cells, starts - margin, self.window)
        return windows, cut(self.targets, cells, starts, self.gap)

    def covering(self) -> list[int]:
        """Return the numbers of the windows whose centres cover the cells, cell after cell."""
        line = np.arange(0, self.edge, self.gap)
        shape = (len(self.inputs), *(self.edge,) * 3)
        grid = np.meshgrid(np.arange(len(self.inputs)), line, line, line, indexing="ij")
        return np.ravel_multi_index([axis.ravel() for axis in grid], shape).tolist()


def cut(fields: Tensor, cells: Tensor, starts: Tensor, size: int) -> Tensor:
    """Cut cubes out of periodic fields.

    Parameters
    ----------
    fields
        Shape ``(n, edge, edge, edge)``.
    cells
        Which field each cube is cut from, shape ``(k,)``.
    starts
        Its first voxel, shape ``(k, 3)``; any whole numbers.
    size
        Its edge.

    Returns
    -------
    Shape ``(k, size, size, size)``.
    """
    steps = torch.arange(size, device=fields.device)
    x, y, z = ((starts[:, axis, None] + steps) % fields.shape[1] for axis in range(3))
    at = (cells[:, None, None, None], x[:, :, None, None], y[:, None, :, None], z[:, None, None, :])
    return fields[at]


class Draws(Sampler[list[int]]):
    """Batches of places drawn anew every epoch, of which there are too many to take all.

    Parameters
    ----------
    length
        Number of places.
    draws
        How many are drawn an epoch, with replacement.
    batch_size
        Places in a batch; a shorter last one is left out, as batch statistics need their number.
    seed
        Seed of the draws.
    """

    def __init__(self, length: int, draws: int, batch_size: int, seed: int) -> None:
        self.length, self.batch_size, self.seed = length, batch_size, seed
        self.batches = max(1, draws // batch_size)
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch; Lightning calls this at the start of each."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Count the batches of an epoch."""
        return self.batches

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the places of each batch."""
        rng = generator(self.seed, "windows", self.epoch)
        for _ in range(self.batches):
            yield rng.integers(self.length, size=self.batch_size).tolist()


class Fixed(Sampler[list[int]]):
    """Batches of given places, always the same.

    Parameters
    ----------
    places
        The places, in order.
    batch_size
        Places in a batch.
    """

    def __init__(self, places: list[int], batch_size: int) -> None:
        self.places, self.batch_size = places, batch_size

    def __len__(self) -> int:
        """Count the batches."""
        return math.ceil(len(self.places) / self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the places of each batch."""
        for start in range(0, len(self.places), self.batch_size):
            yield self.places[start : start + self.batch_size]
