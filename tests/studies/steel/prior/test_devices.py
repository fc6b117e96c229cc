"""PixelCNN trains on a GPU as on the CPU, with operations that can be repeated."""

import pytest
import torch

from pspflow.models.steel.pixelcnn import PixelCNN
from pspflow.models.steel.sampling import sample
from pspflow.studies.steel.prior.stages.train import CrossEntropy
from pspflow.training.data import Pairs, in_order, shuffled
from pspflow.training.optimisers import Adam
from pspflow.training.supervised import Supervised

pytestmark = pytest.mark.usefixtures("reproducible")


def training(device):
    """Start a training, always from the same weights."""
    torch.manual_seed(0)
    data = Pairs(torch.randint(5, (6, 4, 4), dtype=torch.int32), torch.randn(6, 1))
    net = PixelCNN(5, 1, 4, 3)
    batches = (shuffled(data, 3, 0), in_order(data, 3))
    return Supervised(
        net, CrossEntropy(net), Adam(net.parameters()), *batches, torch.device(device)
    )


def test_losses_and_draws_are_those_of_the_cpu(device):
    """Draws and validation come before the steps: these spread differences of rounding."""
    found, drawn = [], []
    numbers = torch.rand(6, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for place in ("cpu", device):
        trainable = training(place)
        conditions = torch.zeros(6, 1, device=place)
        drawn.append(sample(trainable.module, conditions, numbers.to(place)).cpu())
        terms = trainable.validate()
        steps = range(trainable.begin_epoch(0))
        found.append([*terms.values(), *(float(trainable.step(k)["training_loss"]) for k in steps)])
    assert found[1] == pytest.approx(found[0], rel=1e-4)
    assert (drawn[0] == drawn[1]).all()
