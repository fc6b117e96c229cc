"""PI-Net trains on a GPU as on the CPU, with operations that can be repeated."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.models.pinet import HEADS, PINet
from pspflow.studies.temper.pinet.network import GreyPINet
from pspflow.training.data import ChipTargets, in_order, shuffled
from pspflow.training.gather import ChipGather
from pspflow.training.optimisers import Adam
from pspflow.training.regression import Regression
from pspflow.training.supervised import Supervised

pytestmark = pytest.mark.usefixtures("reproducible")


def training(head, device):
    """Start the training of a PI-Net, always from the same weights."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (40, 40), dtype=np.uint8)
    chips = pd.DataFrame({"row": range(8), "column": 3, "size_px": 24, "flip": False})
    targets = rng.random((8, 2, 10, 10), dtype=np.float32)
    data = ChipTargets(ChipGather([image], chips, np.zeros(8, int)), targets)
    torch.manual_seed(0)
    net = GreyPINet(PINet(head, (4, 4, 4, 4)))
    loss = Regression(net, torch.ones(2, 1, 1, device=device))
    batches = (shuffled(data, 4, 0), in_order(data, 4))
    return Supervised(net.net, loss, Adam(net.parameters()), *batches, torch.device(device))


@pytest.mark.parametrize("head", HEADS)
def test_losses_are_those_of_the_cpu(head, device):
    """Of a training step and of the validation before it."""
    found = []
    for place in ("cpu", device):
        trainable = training(head, place)
        terms = trainable.validate()
        trainable.begin_epoch(0)
        found.append(terms | {name: float(each) for name, each in trainable.step(0).items()})
    assert found[1] == pytest.approx(found[0], rel=1e-4)
