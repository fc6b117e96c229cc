"""A generator of chips and its discriminator that are both given conditions.

Mirza and Osindero 2014, "Conditional generative adversarial nets", arXiv:1411.1784: conditions join
the generator's noise and the discriminator's input. The generator has the layers of DCGAN, as many
as enlarge a grid of few pixels to a chip; the discriminator is that of the flows.
"""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from pspflow.models.discriminators import INITIAL_DEVIATION, PatchDiscriminator

LARGEST_START: Final = 7
"""Edge of the coarsest grid at most; below it, a chip is halved no further."""


class ConditionalGenerator(nn.Module):
    """Noise and conditions to chips from -1 to 1.

    Parameters
    ----------
    size_px
        Edge of the chips, an even number.
    conditions
        Number of conditions.
    width
        Channels of the finest layer.
    noise
        Numbers of the noise.

    Raises
    ------
    ValueError
        If the edge is odd.
    """

    noise_size: int
    """Numbers of the noise."""

    def __init__(self, size_px: int, conditions: int, width: int = 32, noise: int = 64) -> None:
        super().__init__()
        if size_px % 2:
            raise ValueError(f"chips of {size_px} px cannot be halved: give an even number")
        halvings, edge = 0, size_px
        while edge % 2 == 0 and (edge > LARGEST_START or not halvings):
            halvings, edge = halvings + 1, edge // 2
        self.noise_size = noise
        channels = width * 2 ** (halvings - 1)
        layers: list[nn.Module] = [
            nn.Linear(noise + conditions, channels * edge * edge, bias=False),
            nn.Unflatten(1, (channels, edge, edge)),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        ]
        for _ in range(halvings - 1):
            layers += [
                nn.ConvTranspose2d(channels, channels // 2, 4, 2, 1, bias=False),
                nn.BatchNorm2d(channels // 2),
                nn.ReLU(),
            ]
            channels //= 2
        layers += [nn.ConvTranspose2d(channels, 1, 4, 2, 1), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        for layer in self.layers:
            if isinstance(layer, nn.ConvTranspose2d):
                nn.init.normal_(layer.weight, 0.0, INITIAL_DEVIATION)

    def forward(self, noise: Tensor, conditions: Tensor) -> Tensor:
        """Make chips `n x 1 x size x size` of noise `n x noise` and conditions `n x conditions`."""
        chips: Tensor = self.layers(torch.cat([noise, conditions], dim=1))
        return chips


class ConditionalDiscriminator(nn.Module):
    """Score patches of chips that are given with their conditions: 1 is real.

    Chips are standardised by their domain, as those of the flows' discriminators.

    Parameters
    ----------
    widths
        See `discriminators.PatchDiscriminator`.
    conditions
        Number of conditions, each a channel of one value; the first are 1 for a chip's domain and 0
        for the others.
    means, deviations
        Of the chips of each domain.
    """

    means: Tensor
    deviations: Tensor

    def __init__(
        self, widths: Sequence[int], conditions: int, means: Tensor, deviations: Tensor
    ) -> None:
        super().__init__()
        self.net = PatchDiscriminator(widths, channels=1 + conditions)
        self.register_buffer("means", means)
        self.register_buffer("deviations", deviations)

    def forward(self, chips: Tensor, conditions: Tensor) -> Tensor:
        """Return scores `n x 1 x r x c` of chips `n x 1 x size x size` from -1 to 1."""
        domain = conditions[:, : len(self.means)]
        mean = (domain @ self.means)[:, None, None, None]
        deviation = (domain @ self.deviations)[:, None, None, None]
        maps = conditions[:, :, None, None].expand(-1, -1, *chips.shape[-2:])
        scores: Tensor = self.net(torch.cat([(chips - mean) / deviation, maps], dim=1))
        return scores
