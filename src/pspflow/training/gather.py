"""Chips gathered by index from micrographs that stay on the device."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from pspflow.arrays import refuses_masks
from pspflow.microstructure.loader import Store


def epoch_order(chips: int, steps: int, batch: int, rng: np.random.Generator) -> Tensor:
    """Draw which chips each step of an epoch sees, `steps x batch` positions.

    All chips are seen once before any is seen again.
    """
    rounds = -(-steps * batch // chips)
    drawn = [torch.from_numpy(rng.permutation(chips)) for _ in range(rounds)]
    return torch.cat(drawn)[: steps * batch].view(steps, batch)


class ChipGather(nn.Module):
    """Cut chips out of 8-bit micrographs that are stored on the device, one after the other.

    Parameters
    ----------
    micrographs
        (rows, columns) uint8 arrays.
    chips
        Rows of a chip table: `row`, `column`, `size_px`, `flip`.
    places
        For each chip, the position of its micrograph.
    """

    pixels: Tensor
    starts: Tensor
    strides: Tensor
    flips: Tensor

    @refuses_masks
    def __init__(
        self, micrographs: Sequence[np.ndarray], chips: pd.DataFrame, places: np.ndarray
    ) -> None:
        super().__init__()
        widths = np.array([image.shape[1] for image in micrographs])
        sizes = np.array([image.size for image in micrographs])
        first = np.cumsum(sizes) - sizes
        rows, columns = chips["row"].to_numpy(np.int64), chips["column"].to_numpy(np.int64)
        starts = first[places] + rows * widths[places] + columns
        flat = np.concatenate([np.ravel(image) for image in micrographs])
        for name, values in (
            ("pixels", flat),
            ("starts", starts),
            ("strides", widths[places]),
            ("flips", chips["flip"].to_numpy(bool)),
        ):
            self.register_buffer(name, torch.from_numpy(np.array(values)))
        self.size = int(chips["size_px"].iloc[0])

    @classmethod
    def of(cls, store: Store, chips: pd.DataFrame) -> Self:
        """Read the micrographs of a chip table from a store."""
        places, names = pd.factorize(chips["micrograph"].astype(str))
        return cls([store[name] for name in names], chips, places)

    def __len__(self) -> int:
        """Return the number of chips."""
        return len(self.starts)

    def forward(self, positions: Tensor) -> Tensor:
        """Cut the chips at positions of the table: `n x size x size` uint8."""
        across = torch.arange(self.size, device=self.starts.device)
        columns = torch.where(self.flips[positions][:, None], across.flip(0), across)
        rows = self.starts[positions][:, None] + self.strides[positions][:, None] * across
        return self.pixels[rows[:, :, None] + columns[:, None, :]]
