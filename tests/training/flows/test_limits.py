"""Gradients limited by those of another loss: by hand, and where there is nothing to limit by."""

import pytest
import torch

from pspflow.training.flows.limits import limited


def gradients(share, weight=1.0, size=(3, 4)):
    """Return gradients of a limited loss on two tensors, and those of the loss that limits it."""
    draws = torch.Generator().manual_seed(0)
    images = [torch.randn(size, generator=draws, requires_grad=True) for _ in range(2)]
    targets = [torch.randn(size, generator=draws) for _ in range(2)]
    first = sum(
        (a * b).sum() * (k + 1) for k, (a, b) in enumerate(zip(images, targets, strict=True))
    )
    seen = limited(images, first, share)
    second = weight * sum(each.square().sum() for each in seen)
    mine = torch.autograd.grad(first, images, retain_graph=True)
    return images, mine, torch.autograd.grad(second, images)


def test_larger_gradients_are_scaled_to_the_share():
    """On each tensor by itself; the direction stays."""
    images, first, second = gradients(share=0.5, weight=100.0)
    for image, mine, theirs in zip(images, first, second, strict=True):
        assert float(theirs.norm()) == pytest.approx(0.5 * float(mine.norm()), rel=1e-5)
        cosine = torch.nn.functional.cosine_similarity(
            theirs.flatten(), image.detach().flatten(), dim=0
        )
        assert float(cosine) == pytest.approx(1, abs=1e-5)


def test_smaller_gradients_stay_as_they_are():
    """The limit is no weight."""
    images, _, second = gradients(share=1e3)
    for image, theirs in zip(images, second, strict=True):
        torch.testing.assert_close(theirs, 2 * image.detach())


def test_values_do_not_change():
    """What is computed from the tensors sees the same numbers."""
    image = torch.rand(4, requires_grad=True)
    (seen,) = limited([image], image.sum(), 0.1)
    assert torch.equal(seen, image)


def test_nothing_is_divided_by_zero():
    """A limit of 0 leaves nothing, and a gradient of 0 stays 0."""
    image = torch.rand(4, requires_grad=True)
    (seen,) = limited([image], 0 * image.sum(), 0.5)
    (gradient,) = torch.autograd.grad(seen.sum(), image)
    assert gradient.tolist() == [0] * 4
    (seen,) = limited([image], 0 * image.sum(), 0.5)
    (gradient,) = torch.autograd.grad(0 * seen.sum(), image)
    assert gradient.tolist() == [0] * 4
