"""Windows that are cut out of periodic cells; batches of windows and of cells."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import torch
from torch import Tensor

from pspflow.seeds import generator
from pspflow.training.data import Batch, Batches, Data


class Windows:
    """Windows of periodic cells, and the strains at their centres.

    The centre of window number k starts at voxel k modulo the voxels of a cell, counted with z
    fastest, in cell k over the voxels of a cell.

    Parameters
    ----------
    inputs, targets
        Float32, shape ``(n, edge, edge, edge)``.
    window, gap
        Voxels along the window and along its centre, both odd.
    """

    def __init__(self, inputs: Tensor, targets: Tensor, window: int, gap: int) -> None:
        self.inputs, self.targets = inputs, targets
        self.window, self.gap, self.edge = window, gap, inputs.shape[1]

    @property
    def nbytes(self) -> int:
        """Return the size of the cells in bytes."""
        return self.inputs.nbytes + self.targets.nbytes

    def to(self, device: torch.device) -> Self:
        """Return the same windows on a device."""
        cells = (self.inputs.to(device), self.targets.to(device))
        return type(self)(*cells, self.window, self.gap)

    def __len__(self) -> int:
        """Return the number of windows, one per voxel."""
        return self.inputs.numel()

    def __getitem__(self, positions: Tensor) -> Batch:
        """Cut a batch: windows `n x window x ...`, and their centres `n x gap x ...`."""
        here = positions.to(self.inputs.device, non_blocking=True)
        cells, *at = torch.unravel_index(here, self.inputs.shape)
        starts = torch.stack(at, dim=1)
        margin = (self.window - self.gap) // 2
        windows = cut(self.inputs, cells, starts - margin, self.window)
        return windows, cut(self.targets, cells, starts, self.gap)


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


def drawn(data: Data, steps: int, batch_size: int, seed: int) -> Batches:
    """Draw windows anew for every epoch, since there are too many to use all.

    Parameters
    ----------
    data
        The windows.
    steps
        Batches of an epoch, drawn with replacement.
    batch_size
        Windows in a batch.
    seed
        Seed of the draws.
    """

    def order(epoch: int) -> Sequence[Tensor]:
        rng = generator(seed, "windows", epoch)
        each = (rng.integers(len(data), size=batch_size) for _ in range(steps))
        return [torch.from_numpy(positions) for positions in each]

    return Batches(data, order)


def in_turn(data: Data, steps: int, batch_size: int, seed: int) -> Batches:
    """Take items in turn for a number of batches, all of them before any comes again.

    Parameters
    ----------
    data
        The data set.
    steps
        Batches of an epoch.
    batch_size
        Items in a batch, at most those that there are.
    seed
        Seed of the order, which is another in every round.
    """
    size = min(batch_size, len(data))

    def order(epoch: int) -> Sequence[Tensor]:
        first, rounds = epoch * steps * size, -(-steps * size // len(data)) + 1
        start = first // len(data)
        turns = [
            generator(seed, "round", start + place).permutation(len(data))
            for place in range(rounds)
        ]
        begin = first - start * len(data)
        taken = np.concatenate(turns)[begin : begin + steps * size]
        return torch.split(torch.from_numpy(taken), size)

    return Batches(data, order)


def covering(windows: Windows) -> np.ndarray:
    """Return the windows (n,) whose centres cover the cells, cell after cell."""
    line = np.arange(0, windows.edge, windows.gap)
    cells = np.arange(len(windows.inputs))
    grid = np.meshgrid(cells, line, line, line, indexing="ij")
    return np.ravel_multi_index([axis.ravel() for axis in grid], windows.inputs.shape)


def held_out(data: Data, positions: np.ndarray, most: int, batch_size: int) -> Batches:
    """Divide some items into batches, the same in every epoch.

    Parameters
    ----------
    data
        The data set.
    positions
        The items, (n,); where they are more than `most`, that many are chosen of them, always the
        same.
    most
        Largest number of items.
    batch_size
        Items in a batch; the last one may be smaller.
    """
    rng = generator(0, "localization validation")
    chosen = np.sort(rng.permutation(positions)[: max(1, most)])
    batches = torch.split(torch.from_numpy(chosen), batch_size)
    return Batches(data, lambda _: batches)
