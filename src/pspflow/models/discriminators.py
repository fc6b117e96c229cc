"""Discriminators of the temper paper: of chips (PatchGAN) and of persistence images.

The first is AlignFlow's (section 3.3). The second, according to the paper, has "the same structure"
and takes 10 x 10 images, on which a PatchGAN of that depth has no pixels left. Here it is a
perceptron on all pixels (section 3.4).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

PAPER_WIDTHS = (64, 128, 256, 512)
SLOPE = 0.2
INITIAL_DEVIATION = 0.02


class Standardised(nn.Module):
    """A network whose inputs are standardised by a fixed mean and scale, for all or per pixel."""

    mean: Tensor
    scale: Tensor

    def __init__(self, net: nn.Module, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return the output of the network for inputs `n x ...`."""
        scores: Tensor = self.net((x - self.mean) / self.scale)
        return scores


class PatchDiscriminator(nn.Sequential):
    """Score patches of images `n x channels x rows x columns`: `n x 1 x r x c`, 1 is real.

    Parameters
    ----------
    widths
        Channels of the 4 x 4 convolutions before the last; all but the last of them halve the
        image.
    channels
        Channels of the input: 3 in AlignFlow, whose discriminator has 2.76 million parameters.
    """

    def __init__(self, widths: Sequence[int] = PAPER_WIDTHS, channels: int = 1) -> None:
        layers: list[nn.Module] = []
        for i, (before, after) in enumerate(zip((channels, *widths), widths, strict=False)):
            stride = 2 if i < len(widths) - 1 else 1
            layers.append(nn.Conv2d(before, after, 4, stride, padding=1))
            if i:
                layers.append(nn.InstanceNorm2d(after))
            layers.append(nn.LeakyReLU(SLOPE))
        layers.append(nn.Conv2d(widths[-1], 1, 4, padding=1))
        super().__init__(*layers)
        self.apply(_initialise)


class Squash(nn.Module):
    """The inverse hyperbolic sine: linear for usual values, logarithmic for large ones."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the function to every number of an array of any shape."""
        return x.asinh()


class PersistenceDiscriminator(nn.Sequential):
    """Score persistence images `n x 2 x resolution x resolution`: `n x 1`, 1 is real.

    Its inputs are in standard deviations of real images. Synthetic images differ from real ones by
    hundreds of them at pixels where real images have hardly any pairs. Without `Squash`, these
    pixels alone determined the first steps, and flows needed a quarter of a short training to
    recover. The paper has none.
    """

    def __init__(self, resolution: int = 10, width: int = 64, *, squash: bool = True) -> None:
        super().__init__(
            *([Squash()] if squash else []),
            nn.Flatten(),
            nn.Linear(2 * resolution * resolution, width),
            nn.LeakyReLU(SLOPE),
            nn.Linear(width, width),
            nn.LeakyReLU(SLOPE),
            nn.Linear(width, 1),
        )


def _initialise(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.normal_(layer.weight, 0.0, INITIAL_DEVIATION)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def realness_loss(verdicts: Tensor, real: bool) -> Tensor:
    """Return the least-squares loss (LSGAN), a scalar, of scores that should be 1 (real) or 0."""
    return torch.mean((verdicts - float(real)) ** 2)
