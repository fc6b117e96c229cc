"""PI-Net as in the paper, in both interpretations."""

import pytest
import torch
from torch import nn

from pspflow.models.parameters import parameter_count
from pspflow.models.pinet import PAPER_CHANNELS, AveragePool, PINet
from pspflow.studies.temper.pinet import options

CONVOLUTIONS = 2_560 + 590_080 + 295_040 + 147_584  # 3 x 3, 1-256-256-128-128, with biases
BATCH_NORMS = 2 * (256 + 256 + 128 + 128)
HEADS = {"pooled": 128 * 200 + 200, "spatial": 9 * 128 * 2 + 2}


@pytest.mark.parametrize("head", HEADS)
def test_layers_of_the_paper(head):
    """Section 3.4: 256, 256, 128 and 128 channels, 3 x 3 kernels, stride 1, then one more layer."""
    net = PINet(head)
    layers = [layer for layer in net.features if isinstance(layer, nn.Conv2d)]
    assert tuple(layer.out_channels for layer in layers) == PAPER_CHANNELS
    assert {(layer.kernel_size, layer.stride) for layer in layers} == {((3, 3), (1, 1))}
    assert parameter_count(net) == CONVOLUTIONS + BATCH_NORMS + HEADS[head]


@pytest.mark.parametrize("head", HEADS)
def test_it_starts_as_the_mean_image(head):
    """Before training it predicts the mean image, the baseline for its error."""
    net = PINet(head, (4, 4))
    mean = torch.rand(2, 10, 10)
    net.mean.copy_(mean)
    torch.testing.assert_close(net(torch.rand(2, 1, 32, 32)), mean.expand(2, -1, -1, -1))


def test_options_name_the_papers_channels():
    """The report compares with the paper's size without loading torch."""
    assert options.PAPER_CHANNELS == PAPER_CHANNELS


@pytest.mark.parametrize("size", [(20, 24), (10, 10), (32, 17)])
@pytest.mark.parametrize("shape", [(1, 1), (10, 10), (3, 4)])
def test_average_pool_is_torchs(size, shape):
    """Values and gradients equal AdaptiveAvgPool2d, which is not reproducible on a GPU."""
    maps = torch.rand(2, 3, *size, dtype=torch.float64, requires_grad=True)
    weights = torch.rand(2, 3, *shape, dtype=torch.float64)
    found = []
    for pool in (AveragePool(shape), nn.AdaptiveAvgPool2d(shape)):
        pooled = pool(maps)
        (gradient,) = torch.autograd.grad((pooled * weights).sum(), maps)
        found.append((pooled, gradient))
    torch.testing.assert_close(*found)
