"""Flows of several domains: inverses, determinants, 8 bits, transfer."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pspflow.models.multiflow import (
    ImageFlow,
    MultiDomainFlow,
    directions,
    from_levels,
    nats_per_dimension,
    to_grey,
    to_levels,
)

SMALL = {"glow": {"width": 6, "couplings": 2}, "realnvp": {"width": 4, "blocks": 1}}


def stirred(flow):
    """Initialise a flow on data and move it away from its initial values."""
    grey = torch.randint(40, 120, (16, flow.size_px, flow.size_px))
    names = flow.domains if isinstance(flow, MultiDomainFlow) else [None]
    for name in names:
        (flow[name] if name else flow)(from_levels(grey))
    with torch.no_grad():
        for parameter in flow.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))
    return flow.eval()


@pytest.fixture(params=SMALL)
def architecture(request):
    """Return every architecture in turn."""
    torch.manual_seed(0)
    return request.param


@pytest.mark.parametrize("domains", [("a", "b"), ("as_extruded", "t5", "t6")])
def test_there_and_back(architecture, domains):
    """A transfer to another domain and back returns the image, to 1e-3 in image space."""
    flow = stirred(MultiDomainFlow(domains, architecture, 16, **SMALL[architecture]))
    images = from_levels(torch.randint(40, 120, (8, 16, 16)))
    for a, b in directions(domains):
        there = flow(images, a, b)
        assert (there - images).abs().mean() > 1e-3
        assert (flow(there, b, a) - images).abs().mean() < 1e-3


def test_saturated_pixels_stay_numbers(architecture):
    """A pixel at the end of image space returns as a finite number."""
    flow = stirred(ImageFlow(architecture, 8, **SMALL[architecture]))
    images = torch.full((1, 1, 8, 8), 0.4)
    images[..., 0] = 0.5 + 0.5 / 0.9
    assert flow.inverse(flow(images)[0]).isfinite().all()


def test_log_determinant_is_that_of_autograd(architecture):
    """With pre-processing, it equals the determinant of the Jacobian from autograd."""
    flow = stirred(ImageFlow(architecture, 8, **SMALL[architecture])).double()
    image = torch.rand(1, 1, 8, 8, dtype=torch.float64) * 0.9 + 0.05
    jacobian = torch.autograd.functional.jacobian(lambda x: flow(x)[0], image)
    expected = torch.linalg.slogdet(jacobian.reshape(64, 64))[1]
    torch.testing.assert_close(flow(image)[1][0], expected, rtol=1e-5, atol=1e-4)


def test_latents_do_not_depend_on_the_batch(architecture):
    """A trained flow is a fixed bijection and does not use batch statistics."""
    flow = stirred(ImageFlow(architecture, 8, **SMALL[architecture]))
    images = torch.rand(5, 1, 8, 8)
    torch.testing.assert_close(flow(images)[0][:1], flow(images[:1])[0])


def test_limits_are_where_images_saturate():
    """Limits are a change of variables: inverse and determinant are exact, no pixel is brighter."""
    torch.manual_seed(0)
    flow = ImageFlow("glow", 8, (0.2, 0.7), width=4, couplings=1).double()
    images = torch.rand(4, 1, 8, 8, dtype=torch.float64) * 0.5 + 0.2
    latents, log_det = flow(images)
    torch.testing.assert_close(flow.inverse(latents), images, rtol=0, atol=1e-6)
    jacobian = torch.autograd.functional.jacobian(lambda x: flow(x)[0], images[:1])
    expected = torch.linalg.slogdet(jacobian.reshape(64, 64))[1]
    torch.testing.assert_close(log_det[0], expected, rtol=1e-5, atol=1e-4)
    made = flow.inverse(100 * latents)
    assert made.max() < 0.7 + 0.06 * 0.5
    assert made.min() > 0.2 - 0.06 * 0.5


NARROW = ((100 / 256, 131 / 256), (20 / 256, 201 / 256))
"""Limits of two domains, 31 and 181 grey levels apart."""


def every_level(seed=0):
    """Make a chip of 16 pixels that has every grey level once, in some order."""
    order = torch.randperm(256, generator=torch.Generator().manual_seed(seed))
    return order.reshape(1, 16, 16)


LIMITS = [NARROW, NARROW[::-1], ((0.0, 1.0), (0.5, 0.5 + 1 / 256)), ((0.9, 0.99), (0.0, 0.1))]


@pytest.mark.parametrize("limits", LIMITS)
def test_every_grey_level_comes_back(architecture, limits):
    """Levels far beyond the limits too: 250 does not come back as 186."""
    made = MultiDomainFlow(
        ("a", "b"), architecture, 16, limits=limits, tails=True, **SMALL[architecture]
    )
    flow, grey = stirred(made).double(), every_level()
    images = (grey.double()[:, None] + 0.5) / 256
    for a, b in directions(flow.domains):
        assert flow[a].clamped_from is None
        back = flow(flow(images, a, b), b, a)
        assert (to_levels(back) == grey).all()
        torch.testing.assert_close(back, images, rtol=0, atol=1e-4)


@pytest.mark.parametrize("limits", LIMITS[:2])
def test_a_spot_of_every_grey_level_comes_back(architecture, limits):
    """In single precision, in chips whose other pixels are between the limits."""
    made = MultiDomainFlow(
        ("a", "b"), architecture, 16, limits=limits, tails=True, **SMALL[architecture]
    )
    flow = stirred(made)
    for (a, b), (low, high) in zip(directions(flow.domains), limits, strict=True):
        grey = torch.randint(round(256 * low), round(256 * high), (256, 16, 16))
        grey[:, 7, 9] = torch.arange(256)
        with torch.inference_mode():
            back = flow(flow(from_levels(grey), a, b), b, a)
        assert (to_levels(back) == grey).all()


@given(
    st.integers(0, 255),
    st.integers(0, 255),
    st.lists(st.floats(-0.1, 1.1), min_size=16, max_size=16),
)
@settings(max_examples=60, deadline=None)
def test_tails_are_a_change_of_variables(first, last, pixels):
    """Whatever the limits: rising, with the inverse and the slope that autograd finds."""
    limits = min(first, last) / 256, (max(first, last) + 1) / 256
    flow = ImageFlow("glow", 4, limits, tails=True, width=2, couplings=1)
    flow.net = Identity()
    image = torch.tensor(sorted(pixels), dtype=torch.float64).reshape(1, 1, 4, 4)
    image.requires_grad_()
    logits, log_det = flow(image)
    assert (logits.flatten().diff() >= -1e-9).all()
    (slopes,) = torch.autograd.grad(logits.sum(), image)
    torch.testing.assert_close(log_det[0], slopes.log().sum(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(flow.inverse(logits), image, rtol=0, atol=1e-9)


class Identity(torch.nn.Module):
    """A network that changes nothing."""

    def forward(self, x, rev=False):
        """Return the argument, and no change of volume."""
        return x, x.new_zeros(len(x))


def test_log_determinant_with_tails_is_that_of_autograd(architecture):
    """Also of an image with pixels beyond both limits."""
    flow = stirred(
        ImageFlow(architecture, 8, (0.3, 0.5), tails=True, **SMALL[architecture])
    ).double()
    image = torch.rand(1, 1, 8, 8, dtype=torch.float64)
    assert ((image < 0.3) | (image > 0.5)).any()
    jacobian = torch.autograd.functional.jacobian(lambda x: flow(x)[0], image)
    expected = torch.linalg.slogdet(jacobian.reshape(64, 64))[1]
    torch.testing.assert_close(flow(image)[1][0], expected, rtol=1e-5, atol=1e-4)


def test_between_the_limits_tails_change_nothing():
    """The flow is the one without them, bit by bit."""
    torch.manual_seed(0)
    plain = ImageFlow("glow", 8, (0.2, 0.7), width=4, couplings=1)
    tailed = ImageFlow("glow", 8, (0.2, 0.7), tails=True, width=4, couplings=1)
    images = torch.rand(4, 1, 8, 8) * 0.5 + 0.2
    first = plain(images)
    tailed.load_state_dict(plain.state_dict())
    for one, other in zip(first, tailed(images), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("limits", "clamped"), [((0.0, 1.0), None), ((100 / 256, 131 / 256), (97.8, 132.2))]
)
def test_earlier_flows_clamp_and_say_from_where(limits, clamped):
    """Without tails, as stored before, levels beyond do not come back, and those are named."""
    torch.manual_seed(0)
    flow = stirred(ImageFlow("glow", 16, limits, **SMALL["glow"]))
    grey = every_level()
    back = to_levels(flow.inverse(flow(from_levels(grey))[0]))
    same = back == grey
    if clamped is None:
        assert flow.clamped_from is None
        assert same.all()
        return
    low, high = flow.clamped_from
    assert (low, high) == pytest.approx(clamped, abs=0.1)
    torch.testing.assert_close(same, (grey > low) & (grey < high))


def test_untrained_transfer_matches_statistics():
    """Glow's last layers start at zero, rotations are common: mean and spread are transferred."""
    torch.manual_seed(0)
    flow = MultiDomainFlow(("dark", "bright"), "glow", 16, width=4, couplings=2)
    grey = {
        "dark": torch.normal(60.0, 5.0, (200, 16, 16)).round(),
        "bright": torch.normal(150.0, 20.0, (200, 16, 16)).round().clamp(0, 255),
    }
    with torch.no_grad():
        for name, levels in grey.items():
            flow[name](from_levels(levels))
        made = to_grey(flow.eval()(from_levels(grey["dark"]), "dark", "bright"))
    assert made.mean().item() == pytest.approx(150, abs=2)
    assert made.std().item() == pytest.approx(20, abs=2)


def test_eight_bits_come_back():
    """Every grey level returns from image space, whatever the noise within its level."""
    levels = torch.arange(256).reshape(1, 16, 16)
    for noise in (0.5, 0.001, 0.999):
        assert (to_levels(from_levels(levels, noise)) == levels).all()
    assert (to_grey(from_levels(levels)) == levels).all()


def test_likelihood_of_uniform_noise():
    """An identity flow on a Gaussian gives the Gaussian's entropy plus ln 256 for the levels."""
    latents = torch.randn(4000, 1, 4, 4)
    entropy = 0.5 * math.log(2 * math.pi * math.e)
    nats = nats_per_dimension(latents, torch.zeros(4000)).item()
    assert nats == pytest.approx(entropy + math.log(256), abs=0.02)


def test_samples_have_a_seed(architecture):
    """The same generator gives the same chips, of the flow's size."""
    flow = stirred(MultiDomainFlow(("a", "b"), architecture, 16, **SMALL[architecture]))
    first, second = (flow.sample("b", 3, torch.Generator().manual_seed(1)) for _ in range(2))
    assert first.shape == (3, 1, 16, 16)
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_every_ordered_pair_is_a_direction():
    """Three domains have six directions, in the order of the domains."""
    assert directions("abc") == [
        ("a", "b"),
        ("a", "c"),
        ("b", "a"),
        ("b", "c"),
        ("c", "a"),
        ("c", "b"),
    ]


def test_domains_may_have_any_name():
    """A domain may have a name that a module dictionary uses itself."""
    flow = MultiDomainFlow(("keys", "t.6", "T5+"), "glow", 8, width=2, couplings=1)
    assert flow["t.6"] is not flow["keys"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((("a",), "glow", 8), "two domains"), ((("a", "b"), "glow", 10), "multiple of 4")],
)
def test_refusals(arguments, message):
    """One domain, or chips that cannot be squeezed twice, are refused."""
    with pytest.raises(ValueError, match=message):
        MultiDomainFlow(*arguments)
