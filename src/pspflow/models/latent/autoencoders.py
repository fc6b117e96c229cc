"""Autoencoders of tables of layers (latent report, sections 5 to 9), for images of any size.

The printed layers return images of some sizes in their size, and of other sizes in another one;
then the decoder's last image is resized linearly. The report says no optimiser and no
initialisation: torch's own, or Kaiming's.
"""

import math
from typing import Final

import torch
from torch import Tensor, nn

from pspflow.models.latent.layers import Convolution, Layers, Pooling, Shape

WHITE: Final = 255
LAST_GAIN: Final = 0.1
"""Deviation of first outputs before the Tanh, over that of an input of variance 1. With 1, the
first steps towards the mean grey of mostly light images end every ReLU of the layer before."""


class Autoencoder(nn.Module):
    """Encoder and decoder of grey images.

    Parameters
    ----------
    layers
        The layers.
    shape
        Rows and columns of the images.
    kaiming
        Whether weights start as He et al. 2015 describe, and biases at 0; else as torch's do.

    Raises
    ------
    ValueError
        If the images are too small for the layers.
    """

    def __init__(self, layers: Layers, shape: tuple[int, int], *, kaiming: bool = False) -> None:
        super().__init__()
        self.shape = shape
        self.latent_shape: Shape = layers.latent_shape(*shape)
        self.encoder = _encoder(layers)
        self.decoder = _decoder(layers)
        made = layers.shapes(*shape)[-1][1:]
        self.resize = nn.Identity() if made == shape else Resize(made, shape)
        if kaiming:
            _start_as_kaiming(self)
        # trains about 1.3 times as fast on a CPU
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        """Encode and decode images `n x rows x columns` uint8; see `decode`."""
        return self.decode(self.encode(images))

    def encode(self, images: Tensor) -> Tensor:
        """Map images `n x rows x columns` uint8 to latents `n x channels x h x w`, at least 0."""
        latents: Tensor = self.encoder(scaled(images))
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """Map latents `n x channels x h x w` to images `n x 1 x rows x columns` from -1 to 1."""
        images: Tensor = self.resize(self.decoder(latents))
        return images


class MaxPool(nn.Module):
    """Max pooling without padding, with gradients that are reproducible on every device.

    On a GPU, torch adds up the gradients of windows that overlap in no fixed order: there, maxima
    of pairs do the same. Where several pixels are the maximum, these share its gradient, and
    torch's pooling gives it to the first.
    """

    def __init__(self, kernel: int, stride: int) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, images: Tensor) -> Tensor:
        """Pool images `n x channels x rows x columns`."""
        if images.device.type == "cpu":
            return nn.functional.max_pool2d(images, self.kernel, self.stride)
        return maxima(maxima(images, 2, self.kernel, self.stride), 3, self.kernel, self.stride)


def maxima(values: Tensor, axis: int, kernel: int, stride: int) -> Tensor:
    """Return the maxima of windows along one axis, any shape, `kernel` wide, `stride` apart."""
    windows = values.unfold(axis, kernel, stride)
    pooled = windows[..., 0]
    for place in range(1, kernel):
        pooled = torch.maximum(pooled, windows[..., place])
    return pooled


class Resize(nn.Module):
    """Linear interpolation along rows and columns, as two products of matrices.

    Pixels are squares: the centres of the outermost ones lie half a pixel from the edge. Gradients
    are reproducible on every device, which torch's own interpolation does not promise.

    Parameters
    ----------
    before, after
        Rows and columns of the images, and of what they become.
    """

    rows: Tensor
    columns: Tensor

    def __init__(self, before: tuple[int, int], after: tuple[int, int]) -> None:
        super().__init__()
        for name, old, new in zip(("rows", "columns"), before, after, strict=True):
            self.register_buffer(name, _interpolation(old, new), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Resize images `n x channels x rows x columns`."""
        return self.rows @ images @ self.columns.T


def scaled(images: Tensor) -> Tensor:
    """Scale images `n x rows x columns` uint8 to `n x 1 x rows x columns` from -1 to 1."""
    return images[:, None].float() * (2 / WHITE) - 1


def to_grey(images: Tensor) -> Tensor:
    """Scale images `n x 1 x rows x columns` from -1 to 1 to `n x rows x columns` uint8."""
    return ((images[:, 0] + 1) * (WHITE / 2)).round().clamp(0, WHITE).to(torch.uint8)


def _encoder(layers: Layers) -> nn.Sequential:
    pool = MaxPool if layers.pool == "max" else nn.AvgPool2d
    modules: list[nn.Module] = []
    before = 1
    for layer in layers.encoder:
        if isinstance(layer, Pooling):
            modules.append(pool(layer.kernel, layer.stride))
            continue
        modules.append(nn.Conv2d(before, layer.channels, *layer[1:]))
        if layers.batch_norm:
            modules.append(nn.BatchNorm2d(layer.channels))
        modules.append(nn.ReLU())
        before = layer.channels
    return nn.Sequential(*modules)


def _decoder(layers: Layers) -> nn.Sequential:
    modules: list[nn.Module] = []
    before = [each.channels for each in layers.encoder if isinstance(each, Convolution)][-1]
    for layer in layers.decoder:
        modules += [nn.ConvTranspose2d(before, layer.channels, *layer[1:]), nn.ReLU()]
        before = layer.channels
    return nn.Sequential(*modules[:-1], nn.Tanh())


@torch.no_grad()
def _start_as_kaiming(net: Autoencoder) -> None:
    """Draw weights so that the variance stays from layer to layer, and set biases to 0.

    A pixel behind a transposed convolution of stride s sums over the share 1 / s² of a kernel.
    """
    weighted = [each for each in net.modules() if isinstance(each, nn.Conv2d | nn.ConvTranspose2d)]
    for layer in weighted:
        summed: float = layer.in_channels * layer.kernel_size[0] ** 2
        if isinstance(layer, nn.ConvTranspose2d):
            summed /= layer.stride[0] ** 2
        gain = LAST_GAIN**2 if layer is weighted[-1] else 2.0
        nn.init.normal_(layer.weight, std=math.sqrt(gain / summed))
        assert layer.bias is not None
        nn.init.zeros_(layer.bias)


def _interpolation(before: int, after: int) -> Tensor:
    """Return the matrix `after x before` of linear interpolation."""
    places = ((torch.arange(after) + 0.5) * before / after - 0.5).clamp(0, before - 1)
    distance = (places[:, None] - torch.arange(before)[None]).abs()
    return (1 - distance).clamp(min=0)
