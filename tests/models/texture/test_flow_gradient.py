"""Gradients of the flow are those of its likelihood, whether a GPU replays them or not."""

import pytest
import torch

from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.flow_gradient import FlowGradients
from pspflow.models.texture.flow_training import train_flow

BATCH = 8


@pytest.fixture
def started(observe, device):
    """Return a flow whose every weight has a gradient, and 3 batches and a half."""
    textures, properties = observe(28, 0)
    flow = ConditionalFlow(4, 5, 3, 8, seed=0)
    flow.standardise(torch.from_numpy(textures), torch.from_numpy(properties))
    with torch.no_grad():
        torch.manual_seed(0)
        for each in flow.parameters():
            if each.requires_grad:
                each.add_(0.1 * torch.randn_like(each))
    flow.to(device)
    return flow, *(torch.from_numpy(each).float().to(device) for each in (textures, properties))


def expected(flow, textures, properties):
    """Return the loss and all gradients by autograd on the public density."""
    parameters = [each for each in flow.parameters() if each.requires_grad]
    loss = -flow.log_prob(textures, properties).mean()
    return loss.detach(), torch.autograd.grad(loss, parameters)


def test_gradients_are_those_of_the_likelihood(started, device):
    """In every of several batches, of the full size and of another; on a CPU bit by bit."""
    flow, textures, properties = started
    gradients = FlowGradients(flow, BATCH)
    close = {"rtol": 0, "atol": 0} if device == "cpu" else {"rtol": 1e-4, "atol": 1e-5}
    ends = [(0, BATCH), (BATCH, 2 * BATCH), (2 * BATCH, 28), (20, 28), (0, BATCH)]
    for first, last in ends:
        batch = textures[first:last], properties[first:last]
        loss, wanted = expected(flow, *batch)
        found = gradients(*flow.standardised(*batch))
        torch.testing.assert_close(found, loss, **close)
        ours = [each.grad for each in flow.parameters() if each.requires_grad]
        for one, other in zip(ours, wanted, strict=True):
            torch.testing.assert_close(one, other, **close)
        with torch.no_grad():  # the next batch has to see changed weights
            for each in flow.parameters():
                each.mul_(1.01)


def test_a_gpu_trains_as_a_cpu_does(observe, device, reproducible):
    """The same losses, up to rounding, and on one device the same weights every time."""
    textures, properties = observe(28, 0)

    def trained(place):
        flow = ConditionalFlow(4, 5, 3, 8, seed=0)
        flow.standardise(torch.from_numpy(textures), torch.from_numpy(properties))
        flow.to(place)
        data = textures, lambda _: properties
        return flow, train_flow(flow, *data, epochs=3, batch_size=BATCH, learning_rate=1e-3, seed=0)

    flow, losses = trained(device)
    again, same = trained(device)
    assert losses == same
    assert all(map(torch.equal, flow.state_dict().values(), again.state_dict().values()))
    assert losses == pytest.approx(trained("cpu")[1], rel=1e-3)
