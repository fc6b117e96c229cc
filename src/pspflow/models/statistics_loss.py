"""Distance of structures by what their properties depend on: volume fraction, two-point, texture.

The style loss of `pspflow.models.style` compares slice with slice, and its Gram matrices follow the
volume fraction more than anything else. These terms say each thing once, over the whole structure
and wherever in the periodic cell it lies.
"""

import torch
from torch import Tensor, nn

from pspflow.models.style import AXES, gram, slices_of


def volume_fractions(structures: Tensor) -> Tensor:
    """Return the mean `b` of structures `b x 1 x n x n x n`."""
    return structures.flatten(1).mean(dim=1)


def autocovariances(structures: Tensor) -> Tensor:
    """Return periodic autocovariances `b x n x n x (n // 2 + 1)` of structures `b x 1 x n x n x n`.

    At lag 0 it is the variance, v (1 - v) only where the structure is of 0 and 1.
    """
    cells = structures[:, 0]
    waves = torch.fft.rfftn(cells - cells.mean(dim=(1, 2, 3), keepdim=True), dim=(1, 2, 3))
    full = torch.fft.irfftn(waves.abs() ** 2, s=cells.shape[1:], dim=(1, 2, 3))
    return full[..., : cells.shape[-1] // 2 + 1] / cells[0].numel()


SLICE_STEP = 3
"""Every third slice is looked at: neighbours are much alike."""
SMALLEST = 1e-5
"""Keeps roots differentiable at 0."""
SMALLEST_UNIT = 1e-6
"""Of a term in which all structures agree, as where all have one volume fraction."""


class StatisticsLoss(nn.Module):
    """Distances of volume fraction, autocovariance and centred Gram matrices.

    Each is a root mean square difference over its mean square between different training
    structures, so that all weigh the same and two structures drawn at random are about 1 apart.
    The roots keep pulling where squares have long gone flat: a volume fraction that is 0.02 off is
    a stiffness that is 5 % off.

    Parameters
    ----------
    features
        Maps slices `m x 1 x n x n` to feature maps, a list of tensors.
    """

    def __init__(self, features: nn.Module) -> None:
        super().__init__()
        self.features = features
        self.units: Tensor
        self.register_buffer("units", torch.ones(3))

    @torch.no_grad()
    def fit(self, structures: Tensor) -> None:
        """Take the terms' units from structures `m x 1 x n x n x n`, each paired with the next."""
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
        """Centred Gram matrices of every axis and scale, means over slices: `b x c x c` each."""
        grams = []
        for axis in AXES:
            some = slices_of(structures, axis, SLICE_STEP)
            for maps in self.features(some):
                each = gram(maps, centred=True)
                grams.append(each.reshape(len(structures), -1, *each.shape[1:]).mean(dim=1))
        return grams
