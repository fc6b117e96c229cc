"""RealNVP as the temper paper's flows use it (section 3.3, after AlignFlow and Dinh et al. 2017).

Two scales. The first has three couplings on a checkerboard, then three between channels of the
squeezed image, whose conditioners are twice as wide. Half of the channels then skip the second
scale; the other half passes four more couplings on a checkerboard. With 3 channels and a width of
32 it has the published 2.53 million parameters.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from pspflow.compilers import can_compile

Shape = tuple[int, int, int]
"""Channels, rows and columns of the images that a layer maps."""
PROGRAMS = 64
"""Shapes, batch sizes and precisions in one process that conditioners may be compiled for."""


class ResidualConditioner(nn.Module):
    """Residual network of a coupling: skips of every block are summed before the last layer.

    Parameters
    ----------
    channels, width, out
        Channels of input, hidden layers and output.
    blocks
        Residual blocks of two 3 x 3 convolutions.
    masked
        Whether the input has a mask, which is one channel more.
    """

    def __init__(self, channels: int, width: int, out: int, blocks: int, masked: bool) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.first = _conv(2 * channels + masked, width, 3)
        self.blocks = nn.ModuleList(_block(width) for _ in range(blocks))
        self.skips = nn.ModuleList(_conv(width, width, 1) for _ in range(blocks + 1))
        self.last = nn.Sequential(
            nn.BatchNorm2d(width), nn.ReLU(inplace=True), _conv(width, out, 1)
        )

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Map `n x channels x rows x columns` to `n x out x rows x columns`."""
        norms, kernels = self._layers()
        if self.training:
            torch._foreach_add_([each.num_batches_tracked for each in norms], 1)
        grad = torch.is_grad_enabled()
        compute = _compiled() if x.is_cuda and self.training and grad else _conditioned
        out: Tensor = compute(
            x,
            mask,
            [(each.running_mean, each.running_var, each.weight, each.bias) for each in norms],
            [(each.weight, each.bias) for each in kernels],
            self.training,
        )
        return out

    def _layers(self) -> tuple[list[Any], list[Any]]:
        """List normalisations and convolutions in the order in which they are used."""
        norms: list[Any] = [self.norm]
        kernels: list[Any] = [self.first, self.skips[0]]
        for block, skip in zip(self.blocks, self.skips[1:], strict=True):
            before, _, first, between, _, second = block.children()
            norms += [before, between]
            kernels += [first, second, skip]
        return [*norms, self.last[0]], [*kernels, self.last[2]]


Norm = tuple[Tensor, Tensor, Tensor | None, Tensor | None]
"""Running mean and variance, scale and shift of a normalisation."""
Kernel = tuple[Tensor, Tensor | None]
"""Weight and bias of a convolution."""


def _conditioned(
    x: Tensor, mask: Tensor | None, norms: list[Norm], kernels: list[Kernel], training: bool
) -> Tensor:
    """Compute a conditioner from its tensors, in the order of `ResidualConditioner._layers`."""
    norm, kernel = iter(norms), iter(kernels)

    def normalised(x: Tensor) -> Tensor:
        return functional.batch_norm(x, *next(norm), training)

    def convolved(x: Tensor) -> Tensor:
        weight, bias = next(kernel)
        return functional.conv2d(x, weight, bias, padding=weight.shape[-1] // 2)

    x = normalised(x)
    doubled = torch.cat([x, -x], dim=1).relu()  # CReLU: keeps both signs
    if mask is not None:
        doubled = torch.cat([doubled, mask.expand(len(x), 1, -1, -1)], dim=1)
    if doubled.is_cuda:  # the layout in which a GPU convolves and normalises fastest
        doubled = doubled.contiguous(memory_format=torch.channels_last)
    x = convolved(doubled)
    total = convolved(x)
    for _ in range((len(norms) - 2) // 2):
        inner = convolved(normalised(x).relu_())
        x = x + convolved(normalised(inner).relu_())
        total = total + convolved(x)
    return convolved(normalised(total).relu_())


@cache
def _compiled() -> Callable[..., Tensor]:
    """Return the same computation, compiled where that is possible.

    A GPU waits for memory in its many small steps. One program serves all conditioners of a shape,
    since the tensors are arguments.
    """
    if not can_compile():
        return _conditioned
    torch._dynamo.config.recompile_limit = PROGRAMS
    return torch.compile(_conditioned, dynamic=False)


def _conv(before: int, after: int, size: int, bias: bool = True) -> nn.Module:
    return weight_norm(nn.Conv2d(before, after, size, padding=size // 2, bias=bias))


def _block(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        _conv(width, width, 3, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        _conv(width, width, 3),
    )


class _Coupling(nn.Module):
    """Scale and shift, `(x + t) exp(s)` with `s = a tanh(.) + b`, of the part that changes."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.ones(channels, 1, 1))
        self.b = nn.Parameter(torch.zeros(channels, 1, 1))

    def _scale_and_shift(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        s, t = raw.chunk(2, dim=1)
        return self.a * s.tanh() + self.b, t


class CheckerboardCoupling(_Coupling):
    """Coupling that keeps the pixels of one colour and changes the others.

    Parameters
    ----------
    shape
        Shape of the input.
    width, blocks
        Width and blocks of the conditioner.
    odd
        Which of the two colours is kept.
    """

    mask: Tensor

    def __init__(self, shape: Shape, width: int, blocks: int, odd: bool) -> None:
        channels, rows, columns = shape
        super().__init__(channels)
        kept = (torch.arange(rows)[:, None] + torch.arange(columns) + odd) % 2
        self.register_buffer("mask", kept[None, None].float(), persistent=False)
        self.conditioner = ResidualConditioner(channels, width, 2 * channels, blocks, masked=True)

    def forward(self, x: Tensor, rev: bool = False) -> tuple[Tensor, Tensor]:
        """Transform `n x c x h x w`, or transform back; return also the log determinant, `n`."""
        s, t = self._scale_and_shift(self.conditioner(x * self.mask, self.mask))
        s, t = s * (1 - self.mask), t * (1 - self.mask)
        out = x * (-s).exp() - t if rev else (x + t) * s.exp()
        log_det = s.sum(dim=(1, 2, 3))
        return out, -log_det if rev else log_det


class ChannelCoupling(_Coupling):
    """Coupling that keeps one half of the channels and changes the other.

    Parameters
    ----------
    shape
        Shape of the input.
    width, blocks
        Width and blocks of the conditioner.
    odd
        Which of the two halves is kept.
    """

    def __init__(self, shape: Shape, width: int, blocks: int, odd: bool) -> None:
        half = shape[0] // 2
        super().__init__(half)
        self.odd = odd
        self.conditioner = ResidualConditioner(half, width, 2 * half, blocks, masked=False)

    def forward(self, x: Tensor, rev: bool = False) -> tuple[Tensor, Tensor]:
        """Transform `n x c x h x w`, or transform back; return also the log determinant, `n`."""
        halves = list(x.chunk(2, dim=1))
        kept, changed = halves[self.odd], halves[not self.odd]
        s, t = self._scale_and_shift(self.conditioner(kept))
        halves[not self.odd] = changed * (-s).exp() - t if rev else (changed + t) * s.exp()
        log_det = s.sum(dim=(1, 2, 3))
        return torch.cat(halves, dim=1), -log_det if rev else log_det


def _through(layers: nn.ModuleList, x: Tensor, rev: bool = False) -> tuple[Tensor, Tensor]:
    """Map a batch `n x …` by all layers in turn, or back in the opposite order with `rev`.

    Returns
    -------
    y, log_det
        The mapped `x`, and the logarithm of the map's Jacobian determinant, `n`.
    """
    total = x.new_zeros(len(x))
    for layer in reversed(layers) if rev else layers:
        x, log_det = layer(x, rev=rev)
        total = total + log_det
    return x, total


Kind = type[CheckerboardCoupling] | type[ChannelCoupling]


class RealNVP(nn.Module):
    """The paper's flow between one-channel images and a latent of the same shape.

    Parameters
    ----------
    shape
        Channels, rows and columns; rows and columns are multiples of 4.
    width
        Channels of the first conditioners; 64 in the paper.
    blocks
        Residual blocks of a conditioner; 4 in the paper.
    """

    def __init__(self, shape: Shape, width: int = 64, blocks: int = 4) -> None:
        super().__init__()
        channels, rows, columns = shape
        half = (rows // 2, columns // 2)

        def couplings(kind: Kind, count: int, shape: Shape, width: int) -> nn.ModuleList:
            return nn.ModuleList(kind(shape, width, blocks, bool(i % 2)) for i in range(count))

        self.fine = couplings(CheckerboardCoupling, 3, shape, width)
        self.squeezed = couplings(ChannelCoupling, 3, (4 * channels, *half), 2 * width)
        self.coarse = couplings(CheckerboardCoupling, 4, (2 * channels, *half), 2 * width)

    def forward(self, x: Tensor, rev: bool = False) -> tuple[Tensor, Tensor]:
        """Map images to latents, or back with `rev`; both `n x channels x rows x columns`.

        Returns
        -------
        y, log_det
            The mapped `x`, and the logarithm of the map's Jacobian determinant, `n`.
        """
        if rev:
            return self._back(x)
        x, first = _through(self.fine, x)
        x, second = _through(self.squeezed, functional.pixel_unshuffle(x, 2))
        x = _alternating(functional.pixel_shuffle(x, 2))
        inner, left = x.chunk(2, dim=1)
        inner, third = _through(self.coarse, inner)
        y = functional.pixel_shuffle(_alternating_back(torch.cat([inner, left], dim=1)), 2)
        return y, first + second + third

    def _back(self, y: Tensor) -> tuple[Tensor, Tensor]:
        inner, left = _reordered(functional.pixel_unshuffle(y, 2)).chunk(2, dim=1)
        inner, third = _through(self.coarse, inner, rev=True)
        x = functional.pixel_shuffle(_alternating_back(torch.cat([inner, left], dim=1)), 2)
        x, second = _through(self.squeezed, functional.pixel_unshuffle(x, 2), rev=True)
        x, first = _through(self.fine, functional.pixel_shuffle(x, 2), rev=True)
        return x, first + second + third


def _alternating(x: Tensor) -> Tensor:
    """Squeeze so that the first half of the channels is one colour of a checkerboard."""
    return _reordered(functional.pixel_unshuffle(x, 2))


def _reordered(squeezed: Tensor) -> Tensor:
    """Bring a squeeze's four phases into the order: upper left, lower right, then the others."""
    n, channels, rows, columns = squeezed.shape
    a, b, c, d = squeezed.reshape(n, channels // 4, 4, rows, columns).unbind(2)
    return torch.stack([a, d, b, c], dim=1).reshape(n, channels, rows, columns)


def _alternating_back(x: Tensor) -> Tensor:
    """Undo the order of `_reordered`."""
    n, channels, rows, columns = x.shape
    a, d, b, c = x.reshape(n, 4, channels // 4, rows, columns).unbind(1)
    return torch.stack([a, b, c, d], dim=2).reshape(n, channels, rows, columns)
