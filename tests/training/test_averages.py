"""The moving average of weights."""

import torch
from torch import nn

from pspflow.training.averages import Average


def test_average_is_the_weighted_sum_of_all_steps():
    """After steps with weights w_t it is the geometric mean that the decay asks for."""
    model = nn.Linear(2, 2)
    steps = [torch.randn(2, 2) for _ in range(4)]
    average = Average(model, 0.9)
    expected = model.weight.detach().clone()
    for weight in steps:
        with torch.no_grad():
            model.weight.copy_(weight)
        average.follow(model)
        expected = 0.9 * expected + 0.1 * weight
    torch.testing.assert_close(average.model.weight, expected)


def test_no_decay_follows_the_model():
    """Buffers and counters included."""
    model = nn.BatchNorm2d(3)
    average = Average(model, 0.0)
    model(torch.randn(4, 3, 5, 5))
    average.follow(model)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(average.model.state_dict()[name], value)


def test_average_is_apart():
    """It does not train, and the model does not share its memory."""
    model = nn.Linear(2, 2)
    average = Average(model, 0.5)
    with torch.no_grad():
        model.weight.add_(1)
    assert not torch.equal(average.model.weight, model.weight)
    assert not any(parameter.requires_grad for parameter in average.model.parameters())
