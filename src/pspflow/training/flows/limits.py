"""Gradients of one loss that are limited by those of another."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def limited(images: Sequence[Tensor], loss: Tensor, share: float) -> list[Tensor]:
    """Return the same images; what is computed from them has a limited gradient on each.

    The gradient that flows back through a returned tensor is scaled down where its norm exceeds a
    share of the norm of the gradient of `loss` on the original.

    Parameters
    ----------
    images
        Tensors of any shapes, from which `loss` was computed; its graph is kept.
    loss
        Scalar.
    share
        Largest norm over that of the gradient of `loss`.
    """
    gradients = torch.autograd.grad(loss, list(images), retain_graph=True)
    return [
        _Limited.apply(each, share * gradient.float().norm())  # type: ignore[no-untyped-call]
        for each, gradient in zip(images, gradients, strict=True)
    ]


class _Limited(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, limit: Tensor) -> Tensor:
        ctx.save_for_backward(limit)
        return images.view_as(images)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (limit,), (gradient,) = ctx.saved_tensors, gradients
        norm = gradient.float().norm()
        # where both are 0, nothing is divided
        factor = torch.where(norm > limit, limit / norm, torch.ones_like(norm))
        return (gradient * factor).to(gradient.dtype), None
