"""One contract for all models: what a training loop and a saved file rely on."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from pspflow.io.artefacts import Provenance
from pspflow.io.weights import load_weights, save_weights
from pspflow.models.pinet import HEADS, PINet


@dataclass(frozen=True)
class Case:
    """A model small enough to test, its input, and the shape of its output."""

    make: Callable[[], nn.Module]
    data: Callable[[], Tensor]
    shape: tuple[int, ...]


CASES = {
    f"pinet-{head}": Case(
        make=lambda head=head: PINet(head, (4, 6), resolution=5),
        data=lambda: torch.rand(3, 1, 24, 20),
        shape=(3, 2, 5, 5),
    )
    for head in HEADS
}


@pytest.fixture(params=CASES)
def case(request):
    """Give every model in turn."""
    torch.manual_seed(0)
    return CASES[request.param]


def stirred(model):
    """Move every parameter off the values it is initialised with."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def test_shape(case):
    """The output has the shape the docstring promises."""
    assert case.make()(case.data()).shape == case.shape


def test_every_parameter_gets_a_gradient(case):
    """No layer is dead: each parameter moves the output."""
    model = stirred(case.make())
    (model(case.data()) ** 3).sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_prediction_does_not_depend_on_the_batch(case):
    """In evaluation an item's prediction is its own, whatever it is batched with."""
    model = stirred(case.make())
    model(case.data())  # running statistics, where there are any, leave their initial values
    model.eval()
    data = case.data()
    torch.testing.assert_close(model(data)[:1], model(data[:1]))


def test_save_and_load(case, tmp_path):
    """A saved model is the same function, and its file says where it comes from."""
    model = stirred(case.make()).eval()
    save_weights(
        tmp_path / "w.safetensors", model.state_dict(), {"a": 1}, Provenance("t", {}, 0, {})
    )
    tensors, arguments = load_weights(tmp_path / "w.safetensors")
    other = case.make().eval()
    other.load_state_dict(tensors)
    data = case.data()
    torch.testing.assert_close(other(data), model(data), rtol=0, atol=0)
    assert arguments == {"a": 1}
