"""Convolutional parts for cubes of voxels, in the sizes given in the composite paper.

Tables 2 and 3 of the paper are for an edge of 51. For other edges the same rule gives other
numbers of stages.

Trunk
    Each stage is a convolution and a pooling that halves the edge, rounded down, until it is 1:
    51, 25, 12, 6, 3, 1 are five stages, 21, 10, 5, 2, 1 are four. Filters double from stage to
    stage.
Decoder
    Two stages fewer than in the trunk, but at least one; each doubles the edge. The first cube has
    the edge over that power of two, rounded down: 51 starts at 6 and reaches 48, 21 starts at 5 and
    reaches 20. A last transposed convolution is wide enough to reach the edge.

The tables give no sizes of kernels. They are 3 here; that of the last convolution is 3 plus what is
missing to the edge: 6 at 51.
"""

from collections import OrderedDict
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE = 0.2
"""Slope of the leaky rectifiers, Tables 2 and 3."""
KERNEL = 3


def stage_edges(edge: int) -> list[int]:
    """List the edges after each stage of the trunk, down to 1.

    Examples
    --------
    >>> stage_edges(51)
    [25, 12, 6, 3, 1]
    """
    edges = []
    while edge > 1:
        edge //= 2
        edges.append(edge)
    return edges


def decoder_edges(edge: int) -> list[int]:
    """List the edges of the decoder's cubes, from the first to the one before the last layer.

    Examples
    --------
    >>> decoder_edges(51)
    [6, 12, 24, 48]
    """
    doublings = max(1, len(stage_edges(edge)) - 2)
    first = edge >> doublings
    return [first << doubling for doubling in range(doublings + 1)]


class VoxelConvolution(nn.Conv3d):
    """A convolution of voxels, which a GPU computes slice by slice.

    In full precision and with a reproducible gradient, cuDNN's three-dimensional convolutions reach
    a fiftieth of what an H200 computes; its two-dimensional ones are fast. The strides are alike.
    """

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if not input.is_cuda:
            return super()._conv_forward(input, weight, bias)
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        padded = functional.pad(input, self._reversed_padding_repeated_twice, mode)
        return convolve_slices(padded, weight, bias, self.stride[0])


class DoublingConvolution(VoxelConvolution):
    """Repeats each voxel along every axis and convolves the cube of twice the edge.

    A GPU computes it as it is written. A CPU takes a third of the time by one transposed
    convolution of the small cube, whose voxels are eight equal ones of the large cube.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Map `b x c x n x n x n` to `b x out x 2n x 2n x 2n`."""
        if input.is_cuda:
            return super().forward(functional.interpolate(input, scale_factor=2))
        return functional.conv_transpose3d(
            input.contiguous(memory_format=torch.channels_last_3d),
            doubling_kernel(self.weight).contiguous(memory_format=torch.channels_last_3d),
            self.bias,
            stride=2,
            padding=1,
        )


def doubling_kernel(weight: Tensor) -> Tensor:
    """Turn kernels of a convolution, with repeated voxels, to those of a transposed one.

    Parameters
    ----------
    weight
        `out x c x 3 x 3 x 3`, for a padding of 1.

    Returns
    -------
    Tensor
        `c x out x 4 x 4 x 4`, for a stride of 2 and a padding of 1: what a voxel of the small cube
        adds to each voxel that one of its eight copies reaches.
    """
    kernels = weight.flip(2, 3, 4).transpose(0, 1)
    return functional.avg_pool3d(kernels, 2, stride=1, padding=1, divisor_override=1)


class VoxelTransposedConvolution(nn.ConvTranspose3d):
    """A transposed convolution of voxels with a stride of 1, computed slice by slice.

    With one filter, torch's own takes three times as long on a CPU; for a GPU see
    `VoxelConvolution`.
    """

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Map `b x c x n x n x n` to `b x out x m x m x m`."""
        return transpose_slices(input, self.weight, self.bias, int(self.padding[0]))


def convolve_slices(volumes: Tensor, weight: Tensor, bias: Tensor | None, stride: int) -> Tensor:
    """Convolve volumes without padding, as two-dimensional convolutions of neighbouring slices.

    Parameters
    ----------
    volumes
        `b x c x x x y x z`; the slices are normal to x.
    weight, bias
        `out x c x k x k x k`, and `out` or None.
    stride
        Along every axis.

    Returns
    -------
    Tensor
        What `conv3d` returns, to rounding.
    """
    size, last = weight.shape[2], volumes.shape[2] - weight.shape[2]
    by_slice = volumes.transpose(1, 2)
    neighbours = [by_slice[:, first : first + last + 1 : stride] for first in range(size)]
    stacked = torch.cat(neighbours, dim=2)
    kernel = weight.transpose(1, 2).flatten(1, 2)
    out = functional.conv2d(stacked.flatten(0, 1), kernel, bias, stride)
    return out.reshape(*stacked.shape[:2], *out.shape[1:]).transpose(1, 2)


def transpose_slices(volumes: Tensor, weight: Tensor, bias: Tensor | None, padding: int) -> Tensor:
    """Compute a transposed convolution with a stride of 1 from those of slices.

    Parameters
    ----------
    volumes
        `b x c x x x y x z`; the slices are normal to x.
    weight, bias
        `c x out x k x k x k`, and `out` or None.
    padding
        As of `conv_transpose3d`.

    Returns
    -------
    Tensor
        What `conv_transpose3d` returns, to rounding.
    """
    size, shape = weight.shape[2], volumes.shape
    slices = volumes.transpose(1, 2).flatten(0, 1)
    flat = functional.conv_transpose2d(slices, weight.flatten(1, 2), padding=padding)
    parts = flat.reshape(shape[0], shape[2], -1, size, *flat.shape[2:]).unbind(3)
    shifted = [
        functional.pad(part.transpose(1, 2), (0, 0, 0, 0, first, size - 1 - first))
        for first, part in enumerate(parts)
    ]
    total = torch.stack(shifted).sum(dim=0)
    total = total[:, :, padding : total.shape[2] - padding]
    return total if bias is None else total + bias[:, None, None, None]


class HalvingPool(nn.Module):
    """The largest of each 2 x 2 x 2 voxels; an odd last layer of voxels is left out.

    On a CPU it is `max_pool3d`. On a GPU the gradient of that is not deterministic, which torch
    does not allow in a reproducible training; there it is a maximum along each axis, and voxels
    that are equal share their gradient.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Map `b x c x n x n x n` to `b x c x m x m x m`, m half of n rounded down."""
        return largest_of_eight(maps) if maps.is_cuda else functional.max_pool3d(maps, 2)


def largest_of_eight(maps: Tensor) -> Tensor:
    """Return the largest of each 2 x 2 x 2 voxels of `b x c x n x n x n`, axis by axis."""
    for axis in (2, 3, 4):
        lines = maps.movedim(axis, -1)
        even = lines[..., : lines.shape[-1] // 2 * 2]
        maps = torch.maximum(even[..., ::2], even[..., 1::2]).movedim(-1, axis)
    return maps


class Trunk(nn.Module):
    """Convolutions that encoder and regressor share (Table 2, Conv1 to Dense1).

    Parameters
    ----------
    edge
        Voxels along each axis, at least 4.
    width
        Filters of the first stage; the paper's 16.
    dense
        Units of the dense layer at the end; the paper's 2048.
    """

    def __init__(self, edge: int, width: int = 16, dense: int = 2048) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for stage in range(len(stage_edges(edge))):
            after = width << stage
            layers += [_convolution(before, after), HalvingPool(), nn.LeakyReLU(SLOPE)]
            before = after
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(before, dense), nn.ReLU())
        # faster on a CPU, as is a rectifier after the pooling, of an eighth of the voxels
        self.layers.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]

    def forward(self, structures: Tensor) -> Tensor:
        """Map structures `b x 1 x n x n x n` to features `b x dense`."""
        features: Tensor = self.layers(structures)
        return features


class MeansTrunk(nn.Module):
    """Convolutions of a periodic cell whose features are the means of every stage's maps.

    In contrast, `Trunk` flattens its last stage. The elastic properties of a periodic cell do not
    depend on where the cell is cut; neither do means over it, except for the pooling between
    stages. The first of these means is the volume fraction.

    Parameters
    ----------
    edge, width, dense
        As in `Trunk`.
    """

    def __init__(self, edge: int, width: int = 16, dense: int = 2048) -> None:
        super().__init__()
        stages = len(stage_edges(edge))
        channels = [1, *(width << stage for stage in range(stages))]
        self.stages = nn.ModuleList(
            _convolution(before, after, periodic=True) for before, after in pairwise(channels)
        )
        self.pool = HalvingPool()
        self.dense = nn.Sequential(nn.Linear(sum(channels), dense), nn.ReLU())

    def forward(self, structures: Tensor) -> Tensor:
        """Map structures `b x 1 x n x n x n` to features `b x dense`."""
        maps, means = structures, [4 * (structures.mean(dim=(2, 3, 4)) - 0.5)]
        for stage in self.stages:
            maps = functional.leaky_relu(stage(maps), SLOPE)
            means.append(maps.mean(dim=(2, 3, 4)))
            maps = self.pool(maps)
        features: Tensor = self.dense(torch.cat(means, dim=1))
        return features


class GaussianHead(nn.Module):
    """Mean and log variance of a diagonal Gaussian, each with a separate dense layer before it.

    Table 2, from Dense2 on: encoder and regressor each have one.
    """

    def __init__(self, features: int, size: int, dense: int = 1024) -> None:
        super().__init__()
        self.mean = _branch(features, dense, size)
        self.log_variance = _branch(features, dense, size)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Map features `b x features` to means and log variances, `b x size` each."""
        return self.mean(features), self.log_variance(features)


class Decoder(nn.Module):
    """Map latent vectors to soft structures (Table 3).

    Parameters
    ----------
    edge
        Voxels along each axis.
    latent
        Dimensions of the latent space.
    width
        Filters of the narrowest stage; the paper's 16.
    """

    def __init__(self, edge: int, latent: int = 16, width: int = 16) -> None:
        super().__init__()
        edges = decoder_edges(edge)
        before = 4 * width
        self.dense = nn.Sequential(
            *_dense(latent, 32), *_dense(32, 64), *_dense(64, before * edges[0] ** 3)
        )
        # in the names of weights, each stage is three layers: doubling, convolution, rectifier
        stages: dict[str, nn.Module] = {"0": nn.Unflatten(1, (before, *[edges[0]] * 3))}
        for stage in range(len(edges) - 1):
            after = max(4 * width >> stage, width)
            doubling = DoublingConvolution(before, after, KERNEL, padding=KERNEL // 2)
            stages[f"{3 * stage + 2}"] = doubling
            stages[f"{3 * stage + 3}"] = nn.LeakyReLU(SLOPE)
            before = after
        kernel = KERNEL + edge - edges[-1]
        self.stages = nn.Sequential(OrderedDict(stages))
        self.last = VoxelTransposedConvolution(before, 1, kernel, padding=KERNEL // 2)

    def forward(self, latents: Tensor) -> Tensor:
        """Map latents `b x latent` to soft structures `b x 1 x n x n x n`, from 0 to 1."""
        return torch.sigmoid(self.field(latents))

    def field(self, latents: Tensor) -> Tensor:
        """Return what `forward` takes the logistic function of, `b x 1 x n x n x n`.

        It ranks voxels where that is 1.
        """
        field: Tensor = self.last(self.stages(self.dense(latents)))
        return field


def _convolution(before: int, after: int, *, periodic: bool = False) -> VoxelConvolution:
    mode: Literal["circular", "zeros"] = "circular" if periodic else "zeros"
    return VoxelConvolution(before, after, KERNEL, padding=KERNEL // 2, padding_mode=mode)


def _branch(features: int, dense: int, size: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(features, dense), nn.ReLU(), nn.Linear(dense, size))


def _dense(before: int, after: int) -> list[nn.Module]:
    return [nn.Linear(before, after), nn.LeakyReLU(SLOPE)]
