"""Localizers train on a GPU as on the CPU, with operations that can be repeated."""

import pytest
import torch

from pspflow.studies.composite.localization.localizers import make_localizer
from pspflow.studies.composite.localization.training import training_of
from pspflow.studies.composite.localization.windows import (
    Windows,
    covering,
    drawn,
    held_out,
    in_turn,
)
from pspflow.studies.composite.structures.symmetries import EVERY
from pspflow.training.data import Pairs, in_order

MODELS = {"cpnet": {"window": 7, "gap": 3}, "fno": {"width": 3, "modes": 2, "blocks": 2}}
pytestmark = pytest.mark.usefixtures("reproducible")


def training(name, device):
    """Start the training of a localizer, always from the same weights."""
    torch.manual_seed(0)
    model, fields = make_localizer(MODELS[name]), torch.randn(4, 9, 9, 9)
    if name == "cpnet":
        windows = Windows(fields, fields.roll(1, 1), 7, 3)
        batches = (drawn(windows, 3, 8, 0), held_out(windows, covering(windows), 64, 32))
    else:
        data = Pairs(fields, fields.roll(1, 1))
        batches = (in_turn(data, 2, 2, 0), in_order(data, 2))
    given = {"epochs": 2, "learning_rate": 1e-3, "seed": 0, "symmetries": EVERY}
    return training_of(model, *batches, **given, device=torch.device(device))


@pytest.mark.parametrize("name", MODELS)
def test_losses_are_those_of_the_cpu(name, device):
    """Of a training step and of the validation before it."""
    found = []
    for place in ("cpu", device):
        trainable = training(name, place)
        terms = {"validation_loss": trainable.validate()["validation_loss"]}
        trainable.begin_epoch(0)
        found.append(terms | {name: float(each) for name, each in trainable.step(0).items()})
    assert found[1] == pytest.approx(found[0], rel=1e-4)
