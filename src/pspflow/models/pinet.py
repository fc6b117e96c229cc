"""PI-Net: a convolutional network that approximates persistence images of chips.

Temper paper, section 3.4, after Som et al. (CVPR workshops 2020). Four 3 x 3 convolutions of 256,
256, 128 and 128 channels, with batch normalisation and ReLU, then "global average pooling and
instance normalization before a final convolutional layer" that gives a 10 x 10 image. The sentence
is inconsistent: global pooling leaves one pixel, over which instance normalisation is
undefined, and from which a 3 x 3 convolution cannot make 100. Two corrections are implemented.

`pooled`
    Global pooling as written; normalisation over the channels of the pooled vector, since there is
    no other axis; a 1 x 1 convolution to all pixels of the image.
`spatial`
    Pooling to 10 x 10, the size of the persistence image; instance normalisation as usual; a 3 x 3
    convolution to the image, as written.

The paper's image has one channel. Ours has two, H0 and H1.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

Head = Literal["pooled", "spatial"]
HEADS: tuple[Head, ...] = ("pooled", "spatial")
PAPER_CHANNELS = (256, 256, 128, 128)
HOMOLOGY_DIMENSIONS = 2


class PINet(nn.Module):
    """Map chips to persistence images.

    Parameters
    ----------
    head
        Reading of the paper's last layers: `pooled` or `spatial`.
    channels
        Output channels of the convolutions.
    resolution
        Pixels along each axis of a persistence image.
    """

    def __init__(
        self, head: Head, channels: Sequence[int] = PAPER_CHANNELS, resolution: int = 10
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip((1, *channels), channels, strict=False):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        self.features = nn.Sequential(*layers)
        shape = (HOMOLOGY_DIMENSIONS, resolution, resolution)
        make = _pooled_head if head == "pooled" else _spatial_head
        self.head = make(channels[-1], shape)
        # it starts as the mean image, which a short training would otherwise have to learn first
        last = [layer for layer in self.head.modules() if isinstance(layer, nn.Conv2d)][-1]
        nn.init.zeros_(last.weight)
        if last.bias is not None:
            nn.init.zeros_(last.bias)
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("scale", torch.ones(HOMOLOGY_DIMENSIONS, 1, 1))

    def forward(self, chips: Tensor) -> Tensor:
        """Predict persistence images.

        Parameters
        ----------
        chips
            `n x 1 x rows x columns`, grey levels over 255.

        Returns
        -------
        Tensor
            `n x 2 x resolution x resolution`: homology dimension, birth, persistence; in units of
            the images it was trained on. The layers learn the difference from `mean`, in units of
            `scale`.
        """
        images: Tensor = self.mean + self.scale * self.head(self.features(chips))
        return images


class AveragePool(nn.Module):
    """Average over equal parts of the image, overlapping where the shape does not divide it.

    Equal to `AdaptiveAvgPool2d`, whose gradient on a GPU is not deterministic and therefore unfit
    for a training that must be reproducible.

    Parameters
    ----------
    shape
        Rows and columns of the result.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, maps: Tensor) -> Tensor:
        """Map `n x c x rows x columns` to `n x c x shape`."""
        down, across = (
            _averages(before, after, maps)
            for before, after in zip(maps.shape[-2:], self.shape, strict=True)
        )
        return down @ maps @ across.mT


def _averages(before: int, after: int, like: Tensor) -> Tensor:
    """Return averages over parts of a line as a matrix, `after x before`."""
    places = torch.arange(before, device=like.device)
    parts = torch.arange(after, device=like.device)[:, None]
    inside = (places >= parts * before // after) & (places < -(-(parts + 1) * before // after))
    weights = inside.to(like.dtype)
    return weights / weights.sum(dim=1, keepdim=True)


def _pooled_head(channels: int, shape: tuple[int, int, int]) -> nn.Module:
    return nn.Sequential(
        AveragePool((1, 1)),
        nn.Flatten(),
        nn.LayerNorm(channels, elementwise_affine=False),
        nn.Unflatten(1, (channels, 1, 1)),
        nn.Conv2d(channels, shape[0] * shape[1] * shape[2], 1),
        nn.Flatten(),
        nn.Unflatten(1, shape),
    )


def _spatial_head(channels: int, shape: tuple[int, int, int]) -> nn.Module:
    return nn.Sequential(
        AveragePool(shape[1:]),
        nn.InstanceNorm2d(channels),
        nn.Conv2d(channels, shape[0], 3, padding=1),
    )


def grey_to_input(chips: Tensor) -> Tensor:
    """Turn chips `n x rows x columns` uint8 into the network's input."""
    return chips.unsqueeze(1).to(torch.get_default_dtype()) / 255
