"""Distance between structures by volume fraction, two-point statistics and texture.

The style loss of `pspflow.models.style` compares structures slice by slice, and its Gram matrices
depend on the volume fraction above all. Here, each of the three statistics is one term, computed
over the whole structure and independent of where the periodic cell is cut.
"""

import torch
from torch import Tensor, nn

from pspflow.models.style import AXES, Features, slices_of


def volume_fractions(structures: Tensor) -> Tensor:
    """Return the mean `b` of structures `b x 1 x n x n x n`."""
    return structures.flatten(1).mean(dim=1)


def autocovariances(structures: Tensor) -> Tensor:
    """Return periodic autocovariances `b x n x n x (n // 2 + 1)` of structures `b x 1 x n x n x n`.

    At lag 0 it is the variance; this is v (1 - v) only for structures of 0 and 1.
    """
    cells = structures[:, 0]
    waves = torch.fft.rfftn(cells - cells.mean(dim=(1, 2, 3), keepdim=True), dim=(1, 2, 3))
    full = torch.fft.irfftn(waves.abs() ** 2, s=cells.shape[1:], dim=(1, 2, 3))
    return full[..., : cells.shape[-1] // 2 + 1] / cells[0].numel()


SLICE_STEP = 3
"""Every third slice is used, since neighbouring slices are similar."""
SMALLEST = 1e-5
"""Added under square roots, so that they are differentiable at 0."""
SMALLEST_UNIT = 1e-6
"""Smallest unit of a term, for sets whose structures agree in it, such as in volume fraction."""


class StatisticsLoss(nn.Module):
    """Distances of volume fraction, autocovariance and centred Gram matrices.

    Each is the square root of a squared difference over its mean between different training
    structures. All terms thus have the same weight, and the distance of two random structures is
    about 1. Roots have a large gradient where that of squares is nearly 0: an error of 0.02 in
    volume fraction is an error of 5 % in stiffness.

    Parameters
    ----------
    features
        The features of slices.
    """

    def __init__(self, features: Features) -> None:
        super().__init__()
        self.features = features
        self.units: Tensor
        self.register_buffer("units", torch.ones(3))

    @torch.no_grad()
    def fit(self, structures: Tensor) -> None:
        """Set the terms' units from structures `m x 1 x n x n x n`, each paired with the next."""
        means = self.terms(structures, structures.roll(1, dims=0)).mean(dim=1)
        self.units.copy_(means.clamp_min(SMALLEST_UNIT))

    def terms(self, structures: Tensor, others: Tensor) -> Tensor:
        """Return the three squared differences of each pair, `3 x b`, without units."""
        fractions = (volume_fractions(structures) - volume_fractions(others)) ** 2
        covariances = (autocovariances(structures) - autocovariances(others)) ** 2
        textures = structures.new_zeros(len(structures))
        for one, two in zip(self._grams(structures), self._grams(others), strict=True):
            textures = textures + ((one - two) ** 2).mean(dim=(1, 2))
        return torch.stack([fractions, covariances.mean(dim=(1, 2, 3)), textures])

    def forward(self, structures: Tensor, others: Tensor) -> Tensor:
        """Return the distance of each pair, `b`."""
        terms = self.terms(structures, others) / self.units[:, None]
        return (terms + SMALLEST).sqrt().mean(dim=0)

    def _grams(self, structures: Tensor) -> list[Tensor]:
        """Return Gram matrices, centred, of each axis and scale, means over slices: `b x c x c`."""
        grams = []
        for axis in AXES:
            some = slices_of(structures, axis, SLICE_STEP)
            for each in self.features.grams(some, centred=True):
                grams.append(each.reshape(len(structures), -1, *each.shape[1:]).mean(dim=1))
        return grams
