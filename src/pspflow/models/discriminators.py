"""Discriminators of the temper paper: of chips (PatchGAN) and of persistence images.

The first is AlignFlow's (section 3.3). Of the second the paper says that it has "the same
structure" and looks at 10 x 10 images, on which a PatchGAN of that depth has no pixels left; it is
taken as a perceptron on all pixels (section 3.4).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

PAPER_WIDTHS = (64, 128, 256, 512)
SLOPE = 0.2
INITIAL_DEVIATION = 0.02


class Standardised(nn.Module):
    """A network on inputs less a mean and over a scale, both fixed: one value or one a pixel."""

    mean: Tensor
    scale: Tensor

    def __init__(self, net: nn.Module, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)

    def forward(self, x: Tensor) -> Tensor:
        """Judge `n x ...`."""
        verdict: Tensor = self.net((x - self.mean) / self.scale)
        return verdict


class PatchDiscriminator(nn.Sequential):
    """Judge patches of images `n x channels x rows x columns`: `n x 1 x r x c`, real towards 1.

    Parameters
    ----------
    widths
        Channels of the 4 x 4 convolutions before the last; all but the last of them halve the
        image.
    channels
        Of the input: 3 in AlignFlow, whose discriminator has 2.76 million parameters.
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
    """The inverse hyperbolic sine: linear for usual values, logarithmic far from them."""

    def forward(self, x: Tensor) -> Tensor:
        """Squash every number."""
        return x.asinh()


class PersistenceDiscriminator(nn.Sequential):
    """Judge persistence images `n x 2 x resolution x resolution`: `n x 1`, real towards 1.

    Its inputs are in deviations of real images, of which synthetic ones are hundreds away where
    there are next to no real pairs. Without the squashing, such pixels alone set the first steps,
    and flows took a quarter of a short training to recover from them.
    """

    def __init__(self, resolution: int = 10, width: int = 64) -> None:
        super().__init__(
            Squash(),
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
    """Return the least-squares loss (LSGAN) of verdicts that ought to be 1 or 0."""
    return torch.mean((verdicts - float(real)) ** 2)
