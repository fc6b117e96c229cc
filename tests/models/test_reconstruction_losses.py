"""Losses that compare structures: what they depend on, and what they must not depend on."""

import numpy as np
import pytest
import torch

from pspflow.models.composite.statistics_loss import StatisticsLoss, autocovariances
from pspflow.models.style import RandomFeatures, StyleLoss, gram, slices_of
from pspflow.models.vgg import BLOCKS, VGG19Features
from pspflow.simulate import simulate_composite


def structures(*sigmas, edge=12, step=0.0):
    """Simulate structures of half stiff phase, or more by steps, `b x 1 x n x n x n`."""
    rng = np.random.default_rng(0)
    made = [
        simulate_composite(edge, sigma, 0.5 + place * step, rng)
        for place, sigma in enumerate(sigmas)
    ]
    return torch.from_numpy(np.stack(made)).float()[:, None]


def vgg_tensors():
    """Draw a state dict of VGG19's first layers, with torchvision's names."""
    tensors, position, before = {}, 0, 3
    rng = torch.Generator().manual_seed(0)
    for block in BLOCKS:
        for after in block:
            weight = torch.randn(after, before, 3, 3, generator=rng) * (2 / (9 * before)) ** 0.5
            tensors |= {f"features.{position}.weight": weight}
            tensors |= {f"features.{position}.bias": torch.zeros(after)}
            position, before = position + 2, after
        position += 1
    return tensors


def test_slices_are_normal_to_their_axis():
    """Slice i along an axis is the structure's plane i."""
    volume = torch.rand(2, 1, 4, 5, 6)
    assert torch.equal(slices_of(volume, 0)[1, 0], volume[0, 0, 1])
    assert torch.equal(slices_of(volume, 1)[5 + 2, 0], volume[1, 0, :, 2])
    assert torch.equal(slices_of(volume, 2, step=2)[1, 0], volume[0, 0, :, :, 2])


def test_gram_is_the_mean_product_of_maps():
    """It follows the definition; when centred, a constant added to the maps has no effect."""
    maps = torch.rand(2, 3, 4, 5)
    by_hand = torch.einsum("mixy,mjxy->mij", maps, maps) / 20
    torch.testing.assert_close(gram(maps), by_hand)
    torch.testing.assert_close(gram(maps + 7, centred=True), gram(maps, centred=True))


@pytest.mark.parametrize("name", ["random", "vgg"])
def test_style_loss_depends_on_morphology(name):
    """The same structure has loss 0, one of the same morphology less than one of another."""
    features = RandomFeatures() if name == "random" else VGG19Features(vgg_tensors())
    loss = StyleLoss(features)
    count, edge = (4, 21) if name == "random" else (4, 12)
    fine, coarse = (structures(*[(s, s, s)] * count, edge=edge) for s in (1, 3))
    with torch.no_grad():
        assert (loss(fine, fine) == 0).all()
        assert loss(fine, fine.roll(1, 0)).mean() < loss(fine, coarse).mean()


def test_style_of_x_slices_does_not_depend_on_their_order():
    """Slices along one axis alone do not match the variation along it, as Figure 5 shows."""
    (one,) = structures((3, 1, 1)).split(1)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(0))
    shuffled = one[:, :, order]
    fair = one[:, :, order][:, :, order.argsort()]
    assert torch.equal(fair, one)
    with torch.no_grad():
        along = [StyleLoss(RandomFeatures(), axes)(one, shuffled) for axes in ((1,), (1, 2))]
    assert along[1] > along[0] > 0


def test_autocovariance_is_its_definition():
    """At a lag, the mean product of a centred cell with its shifted self; at 0, v (1 - v)."""
    cells = structures((1, 2, 3), (2, 2, 1), edge=9)
    found = autocovariances(cells)
    centred = cells[:, 0] - cells[:, 0].mean(dim=(1, 2, 3), keepdim=True)
    by_hand = (centred * centred.roll((-2, -1, -3), (1, 2, 3))).mean(dim=(1, 2, 3))
    torch.testing.assert_close(found[:, 2, 1, 3], by_hand)
    fraction = cells.mean(dim=(1, 2, 3, 4))
    torch.testing.assert_close(found[:, 0, 0, 0], fraction * (1 - fraction))


def test_statistics_do_not_depend_on_where_the_cell_is_cut():
    """A cell cut elsewhere is the same structure; one of another volume fraction is not."""
    loss = StatisticsLoss(RandomFeatures())
    cells = structures((1, 3, 3), (3, 1, 1), step=0.1)
    loss.fit(cells)
    with torch.no_grad():
        same = loss(cells, cells)
        # one slice in three is used, so that only shifts by three keep the texture's term
        moved = loss(cells, cells.roll((3, 6, 9), (2, 3, 4)))
        softer = loss(cells, 0.25 + 0.5 * cells)
        others = loss(cells, cells.flip(0))
    assert (moved < same + 0.25 * others).all()
    assert (softer > moved).all()
    assert (others > moved).all()


def test_foreign_weights_are_refused():
    """For a file of another network, the error names the tensor that does not fit."""
    with pytest.raises(ValueError, match=r"features\.2\.weight is missing"):
        VGG19Features({k: v for k, v in vgg_tensors().items() if k.startswith("features.0")})
