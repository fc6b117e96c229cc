"""An adversarial network for pieces of stationary images: micrographs have no middle and no top.

What is to be learnt of such images are statistics that hold everywhere in them, and how these vary
from image to image. Hence a discriminator that scores the mean and the deviation of its features
over the whole image, at every scale, and sees how images of a batch differ (Karras et al. 2018,
"Progressive growing of GANs", section 3); and a generator whose layers take their scales, offsets
and amount of pixel noise from the noise of the image (Karras et al. 2019, "A style-based generator
architecture", section 2), and enlarge by repeated pixels, not by transposed convolutions, which
leave checkerboards. Pixel noise has no numbers of its own: it is a fixed random projection of the
noise, so that an image is still made of as few numbers as DCGAN's.
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

SIZES: Final = (8, 16, 32, 64)
"""Rows and columns of the generator's layers; the last are the image's."""
SHAPE: Final = (SIZES[-1], SIZES[-1])
SLOPE: Final = 0.2
STYLE_DEVIATION: Final = 0.3
"""Deviation of the first scales and offsets, for styles of unit variance."""
SMALLEST_VARIANCE: Final = 1e-4


class StationaryGenerator(nn.Module):
    """Noise `n x noise` to images `n x 1 x 64 x 64` from -1 to 1.

    Parameters
    ----------
    width
        Channels of the finest layer.
    noise
        Numbers that an image is made of.
    """

    def __init__(self, width: int = 16, noise: int = 100) -> None:
        super().__init__()
        channels = (4 * width, 4 * width, 2 * width, width)
        style = channels[0]
        self.style = nn.Sequential(
            *(nn.Linear(noise, style), nn.LeakyReLU(SLOPE)),
            *(nn.Linear(style, style), nn.LeakyReLU(SLOPE)),
        )
        start = channels[0] * SIZES[0] ** 2
        unflatten = nn.Unflatten(1, (channels[0], SIZES[0], SIZES[0]))
        self.start = nn.Sequential(nn.Linear(noise, start), unflatten)
        before = (channels[0], *channels)
        self.layers = nn.ModuleList(
            _Styled(old, new, style, noise, size)
            for old, new, size in zip(before, channels, SIZES, strict=False)
        )
        self.last = nn.Conv2d(width, 1, 3, padding=1)
        self.level = nn.Linear(style, 2)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # faster on a CPU

    def forward(self, noise: Tensor) -> Tensor:
        """Make images `n x 1 x 64 x 64` of noise `n x noise`."""
        style, features = self.style(noise), self.start(noise)
        for number, layer in enumerate(self.layers):
            if number:
                features = functional.interpolate(features, scale_factor=2.0)
            features = layer(features, style, noise)
        scale, offset = self.level(style)[:, :, None, None].split(1, dim=1)
        return torch.tanh((1 + scale) * self.last(features) + offset)


class _Styled(nn.Module):
    """A convolution, standardised for every image; its style scales, shifts and adds noise."""

    projection: Tensor

    def __init__(self, before: int, after: int, style: int, noise: int, size: int) -> None:
        super().__init__()
        self.size = size
        self.convolution = nn.Conv2d(before, after, 3, padding=1)
        self.amounts = nn.Linear(style, 3 * after)
        nn.init.kaiming_normal_(self.convolution.weight, SLOPE)
        nn.init.normal_(self.amounts.weight, 0.0, STYLE_DEVIATION / style**0.5)
        nn.init.zeros_(self.amounts.bias)
        directions = torch.randn(noise, size * size)
        self.register_buffer("projection", directions / directions.norm(dim=0))

    def forward(self, features: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        """Map features `n x before x size x size` to `n x after x size x size`."""
        amounts = self.amounts(style)[:, :, None, None]
        scale, offset, amount = amounts.chunk(3, dim=1)
        pixel_noise = (noise @ self.projection).view(-1, 1, self.size, self.size)
        found = self.convolution(features)
        # of groups of one channel: as instance_norm, which copies to another layout and back
        plain = functional.group_norm(found, found.shape[1])
        return functional.leaky_relu((1 + scale) * plain + offset + amount * pixel_noise, SLOPE)


class StationaryDiscriminator(nn.Module):
    """Images `n x 1 x rows x columns` from -1 to 1 to scores `n`: above 0 is real.

    An image's score depends on how the images of its batch differ.

    Parameters
    ----------
    width
        Channels of the finest layer.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        channels = (width, 2 * width, 4 * width, 4 * width)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 4, 2, 1)
            for before, after in zip((1, *channels), channels, strict=False)
        )
        self.patches = nn.Conv2d(channels[-1], 1, 3, padding=1)
        statistics = 2 * (1 + sum(channels)) + 1
        self.judge = nn.Sequential(
            nn.Linear(statistics, 4 * width), nn.LeakyReLU(SLOPE), nn.Linear(4 * width, 1)
        )
        for layer in self.modules():  # torch's own start is too small to judge anything for long
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, SLOPE)
                assert layer.bias is not None
                nn.init.zeros_(layer.bias)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        """Score images `n x 1 x 64 x 64`: one score each, `n`."""
        features, found = images, [_statistics(images)]
        for convolution in self.convolutions:
            features = functional.leaky_relu(convolution(features), SLOPE)
            found.append(_statistics(features))
        statistics = torch.cat(found, dim=1)
        variety = _deviation(statistics, dim=0).mean().expand(len(images), 1)
        scores: Tensor = self.judge(torch.cat([statistics, variety], dim=1))[:, 0]
        return scores + self.patches(features).mean(dim=(1, 2, 3))


def _statistics(features: Tensor) -> Tensor:
    """Return means and logarithms of deviations over the image: `n x 2 channels`."""
    variances = features.var(dim=(2, 3), correction=0)
    deviations = (variances + SMALLEST_VARIANCE).log() / 2
    return torch.cat([features.mean(dim=(2, 3)), deviations], dim=1)


def _deviation(values: Tensor, dim: int) -> Tensor:
    """Return the deviation; a root of 0 would have no gradient."""
    return (values.var(dim=dim, correction=0) + SMALLEST_VARIANCE**2).sqrt()
