"""The losses of a model of codes, on random crops of chips (steel paper, equation 4)."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from pspflow.models.steel.nearest import Quantised
from pspflow.models.steel.vqvae import VQVAE, to_unit
from pspflow.seeds import generator
from pspflow.training.data import Batch


class Trip(NamedTuple):
    """Images through a model of codes."""

    images: Tensor
    """`n x rows x columns`, from -1 to 1."""
    reconstructions: Tensor
    """Of the same shape and range."""
    quantised: Quantised


class CodeLoss:
    """Mean square error, the codebook's loss, and the weighted commitment.

    Other models of codes add terms in `terms`; see `supervised.Loss` for the protocol.

    Parameters
    ----------
    net
        The model of codes.
    commitment
        Weight of the commitment, beta of equation 4.
    crop_px
        Edge of the crops; None for whole chips.
    seed
        Seed of crops and mirrors; those of a batch depend on it, the epoch and the batch's number.
    """

    def __init__(self, net: VQVAE, commitment: float, crop_px: int | None, seed: int) -> None:
        self.net, self.crop_px, self.seed = net, crop_px, seed
        self.weights = {"reconstruction": 1.0, "codebook": 1.0, "commitment": commitment}
        self.continuous = False
        """Whether training batches are decoded without quantisation."""
        self.codes = torch.empty(0, dtype=torch.int64)
        """Codes of the last batch, `n x h x w`."""

    def training(self, batch: Batch, epoch: int, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss, a scalar, of chips randomly cropped and mirrored, and its terms."""
        crops = random_crops(batch[0], self.crop_px, generator(self.seed, "crops", epoch, number))
        return self._weighted(self.terms(self._trip(crops, self.continuous)))

    def validation(self, batch: Batch, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss, a scalar, of chips cropped at their centres, and its terms."""
        return self._weighted(self.terms(self._trip(centre_crops(batch[0], self.crop_px))))

    def terms(self, trip: Trip) -> dict[str, Tensor]:
        """Return the terms of the loss by name; `weights` has a weight for each."""
        error = functional.mse_loss(trip.reconstructions, trip.images)
        return {"reconstruction": error, **trip.quantised.losses}

    def _trip(self, images: Tensor, continuous: bool = False) -> Trip:
        reconstructions, quantised = self.net(images, continuous=continuous)
        self.codes = quantised.codes
        return Trip(to_unit(images), reconstructions, quantised)

    def _weighted(self, terms: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        parts = [self.weights[name] * each for name, each in terms.items()]
        return torch.stack(parts).sum(), terms


def random_crops(chips: Tensor, crop_px: int | None, rng: np.random.Generator) -> Tensor:
    """Crop chips at random places, and mirror half of them left to right.

    Parameters
    ----------
    chips
        `n x rows x columns`, of any type.
    crop_px
        Edge of a crop; None for whole chips, which are mirrored alike.
    rng
        Decides on mirrors, then on places.
    """
    count, height, width = chips.shape
    edge = (crop_px, crop_px) if crop_px else (height, width)
    mirrored = rng.integers(2, size=count)
    corners = rng.integers([height - edge[0] + 1, width - edge[1] + 1], size=(count, 2))
    rows = corners[:, :1] + np.arange(edge[0])
    across = np.arange(edge[1])
    columns = corners[:, 1:] + np.where(mirrored[:, None], across[::-1], across)
    first = torch.from_numpy(rows[:, :, None]).to(chips.device)
    second = torch.from_numpy(columns[:, None, :]).to(chips.device)
    return chips[torch.arange(count, device=chips.device)[:, None, None], first, second]


def centre_crops(chips: Tensor, crop_px: int | None) -> Tensor:
    """Crop chips `n x rows x columns` at their centres; None leaves them whole."""
    if crop_px is None:
        return chips
    top, left = ((size - crop_px) // 2 for size in chips.shape[1:])
    return chips[:, top : top + crop_px, left : left + crop_px]
