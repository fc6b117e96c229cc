"""Kernels of the Gram matrices: they compute what torch's layers do."""

import pytest
import torch
from torch.nn import functional

from pspflow.models.style import SCALES, RandomFeatures


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("shape", [(12, 12), (13, 18), (3, 5)])
def test_gram_matrices_and_their_gradients_are_torchs(shape, centred):
    """At every scale at which a filter fits on the slices, from their definition."""
    features = RandomFeatures().double()
    slices = torch.rand(3, 1, *shape, dtype=torch.float64, requires_grad=True)
    maps = [
        functional.relu(functional.conv2d(functional.avg_pool2d(slices, scale), *filters))
        for scale, *filters in zip(SCALES, features.filters, features.offsets, strict=True)
        if min(shape) // scale >= 3
    ]
    found = features.grams(slices, centred=centred)
    assert len(found) == len(maps)
    weights = torch.linspace(-1, 1, 3 * 8 * 8, dtype=torch.float64).view(3, 8, 8)
    for one, other in zip(found, maps, strict=True):
        flat = other.flatten(2)
        if centred:
            flat = flat - flat.mean(dim=2, keepdim=True)
        by_hand = torch.einsum("mip,mjp->mij", flat, flat) / flat.shape[2]
        torch.testing.assert_close(one, by_hand)
        gradients = [
            torch.autograd.grad((each * weights).sum(), slices, retain_graph=True)[0]
            for each in (one, by_hand)
        ]
        torch.testing.assert_close(*gradients)


def test_slices_in_another_order_of_axes_are_the_same_slices():
    """Slices are views of structures, whose memory is in another order."""
    features, volume = RandomFeatures(), torch.rand(9, 8, 7)
    views = volume.permute(2, 1, 0)[:, None]
    for one, other in zip(features.grams(views), features.grams(views.clone()), strict=True):
        assert torch.equal(one, other)


def test_maps_are_those_whose_products_are_taken():
    """A GPU multiplies the maps themselves."""
    features, slices = RandomFeatures(), torch.rand(4, 1, 11, 11)
    for one, maps in zip(features.grams(slices), features(slices), strict=True):
        by_hand = torch.einsum("mixy,mjxy->mij", maps, maps) / maps[0, 0].numel()
        torch.testing.assert_close(one, by_hand)
