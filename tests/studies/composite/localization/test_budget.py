"""What a training costs: multiply-adds that are counted, and batches that a budget pays for."""

import math

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from pspflow.models.cpnet import CPNet
from pspflow.models.fno import FourierOperator
from pspflow.studies.composite.localization.budget import batches_of, multiply_adds


def counted_by_torch(net, item):
    """Return torch's count of multiply-adds, which leaves out Fourier transforms."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net.eval()(item)
    return counter.get_total_flops() / 2


@pytest.mark.parametrize("gap", [7, 3])
def test_convolutions_and_layers_are_counted_as_torch_counts_them(gap):
    """The report's network, by two ways; counting leaves it in training and without hooks."""
    net, item = CPNet(21, gap), torch.zeros(1, 1, 21, 21, 21)
    count = multiply_adds(net.train(), item)
    assert net.training
    assert not any(module._forward_hooks for module in net.modules())
    assert count == pytest.approx(counted_by_torch(net, item))


def test_the_operator_also_transforms():
    """Beside what torch counts, complex products are four real ones, and transforms are added."""
    net, item, width = FourierOperator(4, 3, 2), torch.zeros(1, 1, 8, 8, 8), 4
    waves = 5 * 5 * 3
    lines = 64 / 2 + 8 * 3 + 5 * 3
    transforms = 2 * width * lines * 2.5 * 8 * math.log2(8)
    more = 2 * (transforms + 3 * waves * width**2)
    assert multiply_adds(net, item) == pytest.approx(counted_by_torch(net, item) + more)


def test_a_budget_pays_for_whole_batches():
    """To the nearest, and at least for one."""
    assert batches_of(100.0, 3.0, 4) == 8
    assert batches_of(1.0, 3.0, 4) == 1
