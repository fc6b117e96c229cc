"""Training of one network: data order, and every step against a plain loop."""

import copy

import pytest
import torch
from torch import nn
from torch.optim import Adam as TorchAdam
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR

from pspflow.training.data import Pairs, in_order, shuffled
from pspflow.training.loop import train
from pspflow.training.optimisers import Adam
from pspflow.training.supervised import Supervised

ITEMS, BATCH, EPOCHS, CLIP = 22, 5, 3, 0.1
CPU = torch.device("cpu")


class Squares:
    """Mean squared error, which records what it is given."""

    def __init__(self, net):
        self.net, self.given, self.modes = net, [], []

    def training(self, batch, epoch, number):
        """Return the loss, and twice the loss as a term."""
        self.given.append((epoch, number, batch[0][:, 0].tolist()))
        self.modes.append(self.net.training)
        loss = (self.net(batch[0]) - batch[1]).square().mean()
        return loss, {"twice": 2 * loss}

    def validation(self, batch, number):
        """Return the loss, and half of it as a term."""
        assert not torch.is_grad_enabled()
        assert not self.net.training
        self.given.append((number, batch[0][:, 0].tolist()))
        loss = (self.net(batch[0]) - batch[1]).square().mean()
        return loss, {"half": loss / 2}


def data(items, seed):
    """Draw a regression of two variables."""
    rng = torch.Generator().manual_seed(seed)
    inputs = torch.randn(items, 2, generator=rng)
    return Pairs(inputs, inputs.prod(dim=1, keepdim=True))


TRAIN, VALIDATION = data(ITEMS, 0), data(7, 1)


def network():
    """Make a network whose batch normalisation tells training from validation."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))


def parts(net):
    """Return its first layer and the rest, whose gradients are bounded one by one."""
    return [{"params": list(each.parameters())} for each in (net[:1], net[1:])]


def supervised(every):
    """Make a training whose schedule advances by epochs or by steps."""
    net = network()
    optimiser = Adam(parts(net), 0.05)
    schedule = make_schedule(optimiser, every)
    batches = (shuffled(TRAIN, BATCH, 3), in_order(VALIDATION, 3))
    options = {"schedule": schedule, "every": every, "clip": CLIP}
    return Supervised(net, Squares(net), optimiser, *batches, CPU, **options)


def make_schedule(optimiser, every):
    """Make the schedule of either kind."""
    steps = EPOCHS * len(shuffled(TRAIN, BATCH, 3).order(0))
    one = every == "epoch"
    return CosineAnnealingLR(optimiser, EPOCHS) if one else OneCycleLR(optimiser, 0.05, steps)


def same(first, second):
    """Return whether two state dicts are equal bit by bit."""
    assert first.keys() == second.keys()
    return all(torch.equal(first[name], second[name]) for name in first)


def test_order_depends_on_seed_and_epoch_alone():
    """Every epoch holds every item once, in an order that a resumed training finds again."""
    batches = shuffled(TRAIN, 6, seed=3)
    orders = [torch.cat(list(batches.order(epoch))).tolist() for epoch in (0, 1, 0)]
    assert sorted(orders[0]) == list(range(ITEMS))
    assert orders[0] == orders[2] != orders[1]
    assert [len(each) for each in batches.order(0)] == [6, 6, 6, 4]
    assert torch.cat(list(in_order(TRAIN, 6).order(1))).tolist() == list(range(ITEMS))


@pytest.mark.parametrize("every", ["epoch", "step"])
def test_training_is_that_of_a_plain_loop(tmp_path, every):
    """The same weights bit by bit, and means over items, where the last batch is smaller."""
    history, weights = train(supervised(every), EPOCHS, tmp_path, "validation_loss")
    net = network()
    optimiser = TorchAdam(net.parameters(), 0.05)
    schedule = make_schedule(optimiser, every)
    best, kept = float("inf"), {}
    for row in history.itertuples():
        losses = []
        net.train()
        for positions in shuffled(TRAIN, BATCH, 3).order(row.epoch):
            inputs, targets = TRAIN[positions]
            optimiser.zero_grad()
            squares = (net(inputs) - targets).square()
            squares.mean().backward()
            for part in parts(net):
                nn.utils.clip_grad_norm_(part["params"], CLIP)
            optimiser.step()
            losses.append(squares.detach())
            if every == "step":
                schedule.step()
        if every == "epoch":
            schedule.step()
        net.eval()
        with torch.no_grad():
            expected = float((net(VALIDATION.inputs) - VALIDATION.targets).square().mean())
        assert row.validation_loss == pytest.approx(expected, rel=1e-5)
        assert row.validation_half == pytest.approx(expected / 2, rel=1e-5)
        assert row.training_loss == pytest.approx(float(torch.cat(losses).mean()), rel=1e-5)
        assert row.training_twice == pytest.approx(2 * row.training_loss, rel=1e-5)
        if row.validation_loss < best:
            best, kept = row.validation_loss, copy.deepcopy(net.state_dict())
    assert same(weights, kept)


def test_losses_know_their_batch(tmp_path):
    """Each loss gets its epoch and number, and the network's mode is set for it."""
    trainable = supervised("step")
    train(trainable, 2, tmp_path, "validation_loss")
    training = [each[:2] for each in trainable.loss.given if len(each) == 3]
    assert training == [(epoch, number) for epoch in range(2) for number in range(5)]
    validation = [each for each in trainable.loss.given if len(each) == 2]
    assert [number for number, _ in validation] == [0, 1, 2] * 2
    assert validation[:3] == validation[3:]
    assert all(trainable.loss.modes)


@pytest.mark.parametrize("every", ["epoch", "step"])
def test_a_broken_training_ends_as_an_unbroken_one(tmp_path, every):
    """Stopped within its second epoch and started again, it leaves the same weights, bit by bit."""
    history, weights = train(supervised(every), EPOCHS, tmp_path / "whole", "validation_loss")
    broken = supervised(every)
    step = broken.step

    def stop(index):
        if broken.epoch == 1 and index == 2:
            raise KeyboardInterrupt
        return step(index)

    broken.step = stop
    with pytest.raises(KeyboardInterrupt):
        train(broken, EPOCHS, tmp_path / "broken", "validation_loss")
    again = train(supervised(every), EPOCHS, tmp_path / "broken", "validation_loss")
    assert again[0].equals(history)
    assert same(again[1], weights)
