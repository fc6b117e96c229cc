"""One pass of all flows is what the flows make one by one, captured on a GPU or not."""

import pytest
import torch

from pspflow.models.multiflow import MultiDomainFlow, nats_per_dimension
from pspflow.training.flows.passes import FlowPasses

DOMAINS = ("raw", "aged", "over aged")
SIZES = {"glow": {"width": 3, "couplings": 1}, "realnvp": {"width": 3, "blocks": 1}}


def make(architecture, device):
    """Make flows whose activations are normalised, and a batch of every domain."""
    torch.manual_seed(3)
    flow = MultiDomainFlow(DOMAINS, architecture, 8, **SIZES[architecture])
    with torch.no_grad():
        for parameter in flow.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))
    images = [torch.rand(4, 1, 8, 8).to(device) for _ in DOMAINS]
    flow.to(device)
    with torch.no_grad():
        for name, each in zip(DOMAINS, images, strict=True):
            flow[name](each)
    return flow.train(), images


def one_by_one(flow, images):
    """Compute the same without a pass."""
    encoded = [flow[name](each) for name, each in zip(DOMAINS, images, strict=True)]
    surprise = [nats_per_dimension(*each) for each in encoded]
    fake = [
        flow[name].inverse(torch.cat([encoded[k][0] for k in range(3) if k != at]))
        for at, name in enumerate(DOMAINS)
    ]
    return surprise, fake


def loss_of(surprise, fake):
    """Sum up squares of everything."""
    return sum(each.square().sum() for each in (*surprise, *fake))


def gradients(flow):
    """Copy the gradients."""
    return [p.grad.clone() for p in flow.parameters() if p.grad is not None]


@pytest.mark.parametrize("architecture", list(SIZES))
def test_a_pass_is_what_the_flows_make_one_by_one(architecture, device):
    """Likelihoods, images and gradients, in every of several steps; on a CPU bit by bit."""
    exact = {"rtol": 0, "atol": 0}
    flow, images = make(architecture, device)
    passes = FlowPasses(flow, DOMAINS, mixed=False)
    for step in range(3):
        given = [(each + 0.1 * step) % 1 for each in images]
        flow.zero_grad()
        passed = passes(given, transfers=True)
        loss_of(*passed).backward()
        found = [each.detach().clone() for part in passed for each in part]
        ours = gradients(flow)
        flow.zero_grad()
        plain = one_by_one(flow, given)
        loss_of(*plain).backward()
        for one, other in zip(found, [each for part in plain for each in part], strict=True):
            tolerance = exact if device == "cpu" else {"rtol": 1e-4, "atol": 1e-5}
            torch.testing.assert_close(one, other, **tolerance)
        theirs = gradients(flow)
        largest = max(float(each.abs().max()) for each in theirs)
        for one, other in zip(ours, theirs, strict=True):
            tolerance = {"rtol": 1e-3, "atol": 1e-5 * largest}
            torch.testing.assert_close(one, other, **(exact if device == "cpu" else tolerance))


def test_making_a_pass_changes_no_weight_and_no_statistics(device):
    """A capture runs the flows a few times; only the one real run counts."""
    flow, images = make("realnvp", device)
    before = {name: value.clone() for name, value in flow.state_dict().items()}
    FlowPasses(flow, DOMAINS, mixed=False)(images, transfers=True)
    once = {name: value.clone() for name, value in flow.state_dict().items()}
    flow.load_state_dict(before)
    one_by_one(flow, images)
    for name, value in flow.state_dict().items():
        torch.testing.assert_close(once[name], value, rtol=1e-5, atol=1e-6)


def test_a_pass_without_transfer_makes_no_images(device):
    """The epochs of the likelihood alone need none; the ones after them do."""
    flow, images = make("glow", device)
    passes = FlowPasses(flow, DOMAINS, mixed=False)
    assert passes(images, transfers=False).fake == ()
    assert len(passes(images, transfers=True).fake) == 3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_pass_in_bfloat16_is_close():
    """To the three digits of bfloat16."""
    flow, images = make("realnvp", "cuda")
    passes = FlowPasses(flow, DOMAINS, mixed=True)
    with torch.autocast("cuda", torch.bfloat16):
        found = passes(images, transfers=True)
    plain = one_by_one(flow, images)
    for part, other in zip(found, plain, strict=True):
        for one, two in zip(part, other, strict=True):
            torch.testing.assert_close(one.float(), two, rtol=0.1, atol=0.1)
