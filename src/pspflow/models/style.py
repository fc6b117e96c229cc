"""Style loss of structures: Gram matrices of features of slices along all three axes.

Composite paper, section 2 and appendix A. The paper takes the features from VGG19 trained on
photographs. Without such weights they come from fixed random filters at several scales, which need
no training and suffice to distinguish textures (Ustyuzhaninov et al. 2016, "Texture synthesis using
shallow convolutional networks with random filters").
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

SCALES = (1, 2, 4)
"""Edges of the squares over which slices are averaged, each twice the one before."""
FILTERS = 8
KERNEL = 3
AXES = (0, 1, 2)
AT_ONCE = 4
"""Structures that are compared at once where no gradient is needed."""
SMALLEST_UNIT = 1e-9
"""Smallest unit, for sets of equal structures."""


class RandomFeatures(nn.Module):
    """Fixed random filters, 3 x 3 on a slice and on its averages over 2 x 2 and 4 x 4 pixels.

    Parameters
    ----------
    seed
        Seed of the filters.
    """

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        rng = torch.Generator().manual_seed(seed)
        filters = torch.randn(len(SCALES), FILTERS, 1, KERNEL, KERNEL, generator=rng)
        filters -= filters.mean(dim=(3, 4), keepdim=True) / 2  # sensitive to edges and to the level
        self.filters: Tensor
        self.offsets: Tensor
        self.register_buffer("filters", filters / 3, persistent=False)
        offsets = torch.randn(len(SCALES), FILTERS, generator=rng) / 4
        self.register_buffer("offsets", offsets, persistent=False)

    def forward(self, slices: Tensor) -> list[Tensor]:
        """Map slices `m x 1 x n x n` to maps `m x filters x …`, one tensor per scale."""
        maps: list[Tensor] = []
        for filters, offsets in zip(self.filters, self.offsets, strict=True):
            if maps:
                slices = functional.avg_pool2d(slices, 2)
            if min(slices.shape[-2:]) < KERNEL:
                break
            rectified = _RectifiedFilters.apply(slices, filters, offsets)  # type: ignore[no-untyped-call]
            maps.append(rectified)
        return maps


class _RectifiedFilters(torch.autograd.Function):
    """A convolution of one channel with constant filters, then a rectifier.

    Its gradient is one product and shifted sums: torch's is made for more channels.
    """

    @staticmethod
    def forward(ctx: Any, slices: Tensor, filters: Tensor, offsets: Tensor) -> Tensor:
        """Map slices `m x 1 x h x w` to `m x filters x (h - 2) x (w - 2)`."""
        maps = functional.conv2d(slices, filters, offsets).relu_()
        ctx.save_for_backward(maps, filters)
        return maps

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        """Return the gradient of the slices; the filters are constant."""
        maps, filters = ctx.saved_tensors
        passed = torch.ops.aten.threshold_backward(gradient, maps, 0).flatten(2)
        height, width = maps.shape[2:]
        parts = (filters.flatten(1).T @ passed).unflatten(2, (height, width))
        total = maps.new_zeros(len(maps), 1, height + KERNEL - 1, width + KERNEL - 1)
        for place in range(KERNEL**2):
            down, across = divmod(place, KERNEL)
            total[:, 0, down : down + height, across : across + width] += parts[:, place]
        return total, None, None


class _Gram(torch.autograd.Function):
    """Mean products of flat maps; their gradient is one product instead of two."""

    @staticmethod
    def forward(ctx: Any, flat: Tensor) -> Tensor:
        """Map `m x c x p` to `m x c x c`."""
        ctx.save_for_backward(flat)
        return flat @ flat.mT / flat.shape[2]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Return the gradient of the flat maps."""
        (flat,) = ctx.saved_tensors
        grown: Tensor = ((gradient + gradient.mT) / flat.shape[2]) @ flat
        return grown


def slices_of(structures: Tensor, axis: int, step: int = 1) -> Tensor:
    """Cut structures `b x 1 x n x n x n` into slices normal to an axis, `b·m x 1 x n x n`.

    Every `step`-th of the n slices of a structure is taken: m slices.
    """
    return structures.movedim(2 + axis, 1)[:, ::step].flatten(0, 1)


def gram(maps: Tensor, *, centred: bool = False) -> Tensor:
    """Return mean products of feature maps, `m x c x c`, for maps `m x c x …`.

    With `centred`, the maps' means are subtracted first, so that the result does not depend on the
    volume fraction.
    """
    flat = maps.flatten(2)
    if centred:
        flat = flat - flat.mean(dim=2, keepdim=True)
    products: Tensor = _Gram.apply(flat)  # type: ignore[no-untyped-call]
    return products


class StyleLoss(nn.Module):
    """Distance between two batches of structures by the Gram matrices of their slices.

    Parameters
    ----------
    features
        Maps slices `m x 1 x n x n` to feature maps, a list of tensors.
    axes
        Axes along which slices are cut.
    """

    def __init__(self, features: nn.Module, axes: Sequence[int] = AXES) -> None:
        super().__init__()
        self.features, self.axes = features, tuple(axes)
        self.unit: Tensor
        self.register_buffer("unit", torch.ones(()))

    @torch.no_grad()
    def fit(self, structures: Tensor) -> None:
        """Set the unit to the mean loss between different structures: features have none."""
        self.unit.fill_(1)
        pairs = zip(
            torch.split(structures, AT_ONCE),
            torch.split(structures.roll(1, dims=0), AT_ONCE),
            strict=True,
        )
        mean = torch.cat([self(one, other) for one, other in pairs]).mean()
        self.unit.copy_(mean.clamp_min(SMALLEST_UNIT))

    def forward(self, structures: Tensor, others: Tensor) -> Tensor:
        """Return the style loss of each pair, `b`: slices are compared one by one."""
        total = structures.new_zeros(len(structures))
        for axis in self.axes:
            one, two = (self.features(slices_of(each, axis)) for each in (structures, others))
            for maps, targets in zip(one, two, strict=True):
                squares = (gram(maps) - gram(targets)) ** 2
                # G over M and then 4 C²: the paper's sum over the products over 4 C² M²
                loss = squares.sum(dim=(1, 2)) / (4 * maps.shape[1] ** 2)
                total = total + loss.reshape(len(structures), -1).mean(dim=1)
        return total / self.unit
