"""Adam without torch's compiler."""

import subprocess
import sys

import torch
from torch import nn
from torch.optim import Adam as TorchAdam
from torch.optim.lr_scheduler import OneCycleLR

from pspflow.training.optimisers import Adam

SCRIPT = """
import sys, torch
from torch.optim.lr_scheduler import CosineAnnealingLR
from pspflow.training.optimisers import Adam

weight = torch.nn.Parameter(torch.ones(3))
optimiser = Adam([weight])
schedule = CosineAnnealingLR(optimiser, 2)
optimiser.zero_grad()
weight.sum().backward()
optimiser.step()
schedule.step()
optimiser.load_state_dict(optimiser.state_dict())
assert "torch._dynamo" not in sys.modules
"""


def test_no_compiler_is_imported():
    """Importing it would double the CPU time in which a training starts."""
    subprocess.run([sys.executable, "-c", SCRIPT], check=True)


def test_steps_are_torch_s():
    """The same weights bit by bit, with weight decay, a schedule and a restored state."""
    made = []
    for kind in (TorchAdam, Adam):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))
        groups = [{"params": net[0].parameters(), "weight_decay": 0.1}]
        optimiser = kind([*groups, {"params": net[2].parameters()}], 0.01, betas=(0.5, 0.99))
        schedule = OneCycleLR(optimiser, 0.1, 20)
        for step in range(20):
            optimiser.zero_grad()
            net(torch.randn(7, 3)).square().mean().backward()
            optimiser.step()
            schedule.step()
            if step == 9:
                optimiser.load_state_dict(optimiser.state_dict())
        made.append(net.state_dict())
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])
