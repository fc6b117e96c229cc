"""Style loss of structures: Gram matrices of features of slices along all three axes.

Composite paper, section 2 and appendix A. The paper takes the features from VGG19 trained on
photographs. Without such weights they come from fixed random filters at several scales, which need
no training and suffice to distinguish textures (Ustyuzhaninov et al. 2016, "Texture synthesis using
shallow convolutional networks with random filters").
"""

from collections.abc import Iterator, Sequence
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


class Features(nn.Module):
    """Feature maps of slices: those who make them also make the Gram matrices."""

    def grams(self, slices: Tensor, *, centred: bool = False) -> list[Tensor]:
        """Map slices `m x 1 x n x n` to the `gram` of each of their maps, `m x c x c`."""
        return [gram(maps, centred=centred) for maps in self(slices)]


class RandomFeatures(Features):
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
        return [
            functional.conv2d(each, filters, offsets).relu_()
            for each, filters, offsets in self._scales(slices)
        ]

    def grams(self, slices: Tensor, *, centred: bool = False) -> list[Tensor]:
        """Map slices `m x 1 x n x n` to the `gram` of each of their maps, `m x c x c`."""
        if slices.is_cuda:
            return super().grams(slices, centred=centred)
        return [
            _FilterGrams.apply(each, filters, offsets, centred)  # type: ignore[no-untyped-call]
            for each, filters, offsets in self._scales(slices)
        ]

    def _scales(self, slices: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        for scale, filters, offsets in zip(SCALES, self.filters, self.offsets, strict=True):
            if scale > 1:
                slices = functional.avg_pool2d(slices, 2)
            if min(slices.shape[-2:]) < KERNEL:
                return
            yield slices, filters, offsets


class _FilterGrams(torch.autograd.Function):
    """Gram matrices of maps by `filter_grams`, on a CPU, which takes a fifth of torch's time."""

    @staticmethod
    def forward(
        ctx: Any, slices: Tensor, filters: Tensor, offsets: Tensor, centred: bool
    ) -> Tensor:
        """Map slices `m x 1 x h x w` to `m x filters x filters`."""
        from pspflow.models.filter_grams import grams  # noqa: PLC0415 - numba

        slices = slices[:, 0].contiguous()
        ctx.save_for_backward(slices, filters, offsets)
        ctx.centred = centred
        found = slices.new_empty(len(slices), len(filters), len(filters))
        grams(slices.numpy(), filters.flatten(1).numpy(), offsets.numpy(), centred, found.numpy())
        return found

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        """Return the gradient of the slices; the filters are constant."""
        from pspflow.models.filter_grams import gradients  # noqa: PLC0415 - numba

        slices, filters, offsets = (each.numpy() for each in ctx.saved_tensors)
        both, found = gradient + gradient.mT, torch.zeros_like(ctx.saved_tensors[0])
        flat = filters.reshape(len(filters), -1)
        gradients(slices, flat, offsets, ctx.centred, both.numpy(), found.numpy())
        return found[:, None], None, None, None


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
    return flat @ flat.mT / flat.shape[2]


class StyleLoss(nn.Module):
    """Distance between two batches of structures by the Gram matrices of their slices.

    Parameters
    ----------
    features
        The features.
    axes
        Axes along which slices are cut.
    """

    def __init__(self, features: Features, axes: Sequence[int] = AXES) -> None:
        super().__init__()
        self.features, self.axes = features, tuple(axes)
        self.unit: Tensor
        self.register_buffer("unit", torch.ones(()))

    @torch.no_grad()
    def fit(self, structures: Tensor) -> None:
        """Set the unit to the mean loss between different structures `b x 1 x n x n x n`."""
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
            one, two = (self.features.grams(slices_of(each, axis)) for each in (structures, others))
            for grams, targets in zip(one, two, strict=True):
                squares = (grams - targets) ** 2
                # G over M and then 4 C²: the paper's sum over the products over 4 C² M²
                loss = squares.sum(dim=(1, 2)) / (4 * grams.shape[1] ** 2)
                total = total + loss.reshape(len(structures), -1).mean(dim=1)
        return total / self.unit
