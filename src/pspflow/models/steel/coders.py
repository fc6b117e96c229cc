"""Encoder and decoder of the VQ-VAE (steel paper, section II A 2; van den Oord et al. 2017).

The paper prints no layers. Those here are the ones of its code: convolutions that halve the image,
residual blocks, and a 1 x 1 convolution to the length of a code vector; the decoder mirrors them.
"""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn


class Residual(nn.Module):
    """Add to features what a bottleneck computes of them.

    Parameters
    ----------
    channels, bottleneck
        Channels outside and inside.
    """

    def __init__(self, channels: int, bottleneck: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, bottleneck, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(bottleneck, channels, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map features `n x channels x h x w` to others of the same shape."""
        change: Tensor = self.layers(features)
        return features + change


class Encoder(nn.Sequential):
    """Images `n x 1 x rows x columns` to latents `n x dim x h x w`.

    Parameters
    ----------
    channels
        Channels of the 4 x 4 convolutions, each of which halves the image.
    blocks, bottleneck
        Number of residual blocks, and the channels inside one.
    dim
        Length of a latent vector.
    """

    def __init__(self, channels: Sequence[int], blocks: int, bottleneck: int, dim: int) -> None:
        layers: list[nn.Module] = []
        for before, after in pairwise((1, *channels)):
            layers += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.ReLU()]
        layers.pop()  # a residual block begins with its own
        layers += [Residual(channels[-1], bottleneck) for _ in range(blocks)]
        super().__init__(*layers, nn.ReLU(), nn.Conv2d(channels[-1], dim, 1))


class Decoder(nn.Sequential):
    """Latents `n x dim x h x w` to images `n x 1 x rows x columns`, from -1 to 1.

    Parameters
    ----------
    channels, blocks, bottleneck, dim
        Those of the encoder that it mirrors.
    """

    def __init__(self, channels: Sequence[int], blocks: int, bottleneck: int, dim: int) -> None:
        layers: list[nn.Module] = [nn.Conv2d(dim, channels[-1], 1)]
        layers += [Residual(channels[-1], bottleneck) for _ in range(blocks)]
        for before, after in pairwise((*channels[::-1], 1)):
            layers += [nn.ReLU(), nn.ConvTranspose2d(before, after, 4, stride=2, padding=1)]
        super().__init__(*layers, nn.Tanh())
