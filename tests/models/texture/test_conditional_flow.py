"""The inverse model: a bijection with its density, as published."""

import numpy as np
import pytest
import torch
from torch import nn

from pspflow.models.parameters import parameter_count
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.flow_training import train_flow


def stirred(coefficients=5, properties=3, blocks=4):
    """Return a small flow, away from its first weights, and data."""
    torch.manual_seed(0)
    flow = ConditionalFlow(coefficients, properties, blocks, 8, seed=0).double()
    textures = 3 + 2 * torch.randn(20, coefficients, dtype=torch.float64)
    given = torch.randn(20, properties, dtype=torch.float64)
    flow.standardise(textures, given)
    with torch.no_grad():
        for parameter in (each for each in flow.parameters() if each.requires_grad):
            parameter.add_(torch.randn_like(parameter))
    return flow, textures, given


def test_published_layers():
    """20 blocks, each with two hidden layers of 128 sigmoids; the paper prints no count."""
    flow = ConditionalFlow(36, 35, seed=0)
    networks = [each for each in flow.modules() if isinstance(each, nn.Sequential)]
    assert len(networks) == 20
    kinds = [nn.Linear, nn.Sigmoid, nn.Linear, nn.Sigmoid, nn.Linear]
    for network in networks:
        assert [type(layer) for layer in network] == kinds
        shapes = [tuple(layer.weight.shape) for layer in network if isinstance(layer, nn.Linear)]
        assert shapes == [(128, 18 + 35), (128, 128), (36, 128)]
    hidden = 128 * (18 + 35) + 128 + 128 * 128 + 128 + 36 * 128 + 36
    assert parameter_count(flow) == 20 * (hidden + 2 * 36)


@pytest.mark.parametrize("coefficients", [2, 4, 5])
def test_it_is_a_bijection_with_its_log_determinant(coefficients):
    """The inverse returns the textures, and the log-determinant is autograd's, in all units."""
    flow, textures, given = stirred(coefficients)
    latents, log_det = flow(textures, given)
    torch.testing.assert_close(flow.inverse(latents, given), textures)
    for row in range(3):
        jacobian = torch.autograd.functional.jacobian(
            lambda x, row=row: flow(x[None], given[row : row + 1])[0][0], textures[row]
        )
        torch.testing.assert_close(log_det[row], torch.linalg.slogdet(jacobian)[1])


def test_every_coefficient_is_changed_by_every_pair_of_blocks():
    """Two blocks in a row change both halves, whatever FrEIA would have drawn."""
    flow, textures, given = stirred(36, blocks=2)
    jacobian = torch.autograd.functional.jacobian(lambda c: flow(textures[:1], c)[0][0], given[:1])
    assert (jacobian.abs().amax(dim=(1, 2)) > 0).all()


def test_the_density_integrates_to_one():
    """Over a grid in two dimensions."""
    flow, _, given = stirred(2)
    axis = torch.linspace(-60, 60, 1200, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        density = flow.log_prob(grid, given[:1].expand(len(grid), -1)).exp()
    assert float(density.sum() * (axis[1] - axis[0]) ** 2) == pytest.approx(1, abs=0.02)


def test_samples_follow_the_density():
    """Shares of samples in cells are those of the density; the seed decides the samples."""
    flow, _, given = stirred(2)
    drawn = flow.sample(given[:1], 40_000, seed=0)[0]
    assert drawn.shape == (40_000, 2)
    assert (drawn == flow.sample(given[:1], 40_000, seed=0)[0]).all()
    # probability of a half-plane, by importance from a wide normal distribution
    centre, spread = drawn.mean(0), 2 * drawn.std(0)
    wide = torch.distributions.Normal(centre, spread)
    points = wide.sample((200_000,))
    with torch.no_grad():
        ratio = flow.log_prob(points, given[:1].expand(len(points), -1)) - wide.log_prob(
            points
        ).sum(1)
    for axis in range(2):
        below = points[:, axis] < centre[axis]
        share = float((ratio.exp() * below).mean())
        assert float((drawn[:, axis] < centre[axis]).double().mean()) == pytest.approx(
            share, abs=0.02
        )


def test_likelihoods_agree():
    """Per point, per dimension and standardised differ by the factors they are named for."""
    flow, textures, given = stirred(4)
    found = flow.likelihood(textures, given)
    with torch.no_grad():
        latents, log_det = flow(textures, given)
        expected = flow.log_prob(textures, given).mean()
    scale = float(flow.texture_spread.log().sum())
    assert found.per_point == pytest.approx(float(expected))
    assert found.per_dimension == pytest.approx(found.per_point / 4)
    assert found.standardised == pytest.approx(found.per_point + scale)
    loss = 0.5 * (latents.square().sum(1) - log_det - scale).mean() / 4
    assert found.loss_per_dimension == pytest.approx(float(loss))


def test_seeds_decide_the_first_weights():
    """Neither the global generators nor FrEIA's own draws matter, nor do they move torch's."""
    torch.manual_seed(1)
    first = ConditionalFlow(6, 2, 3, 8, seed=0).state_dict()
    after = torch.rand(1)
    np.random.seed(5)  # noqa: NPY002 - FrEIA draws from the global generator
    torch.manual_seed(1)
    second = ConditionalFlow(6, 2, 3, 8, seed=0).state_dict()
    assert after == torch.rand(1)
    assert all(torch.equal(first[name], second[name]) for name in first)
    other = ConditionalFlow(6, 2, 3, 8, seed=1).state_dict()
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_constant_columns():
    """A constant property is left out and may not change; a constant coefficient is refused."""
    flow, textures, given = stirred()
    given[:, 1] = 4
    flow.standardise(textures, given)
    assert flow.log_prob(textures, given).isfinite().all()
    given[2, 1] = 4.5
    with pytest.raises(ValueError, match=r"properties \[1\] had one value in training"):
        flow.log_prob(textures, given)
    textures[:, 3] = 1
    with pytest.raises(ValueError, match=r"coefficients \[3\] are the same"):
        flow.standardise(textures, given)
    with pytest.raises(ValueError, match="at least 2 coefficients"):
        ConditionalFlow(1, 2, seed=0)


def test_an_untrained_flow_only_standardises():
    """The first density is that of independent normal distributions."""
    torch.manual_seed(0)
    textures, given = 3 + 2 * torch.randn(50, 6), torch.randn(50, 2)
    flow = ConditionalFlow(6, 2, 5, 8, seed=0)
    flow.standardise(textures, given)
    normal = torch.distributions.Normal(textures.mean(0), textures.std(0, correction=0))
    torch.testing.assert_close(flow.log_prob(textures, given), normal.log_prob(textures).sum(1))


def test_a_stored_flow_is_the_same_function():
    """Weights, permutations and standardisation are in the state, whatever the seed was."""
    flow, textures, given = stirred()
    other = ConditionalFlow(5, 3, 4, 8, seed=9).double()
    other.load_state_dict(flow.state_dict())
    assert torch.equal(other.log_prob(textures, given), flow.log_prob(textures, given))


def test_other_properties_do_not_change_what_was_learnt():
    """Standardising anew keeps the function, and frees a property that did not vary."""
    flow, textures, given = stirred()
    given[:, 1] = 4
    flow.standardise(textures, given)
    before = flow.log_prob(textures, given)
    others = 3 * torch.randn(30, 3, dtype=torch.float64) + 5
    flow.restandardise(others)
    torch.testing.assert_close(flow.property_mean, others.mean(0))
    torch.testing.assert_close(flow.log_prob(textures, given), before)
    given[:, 1] = 7
    torch.testing.assert_close(flow.log_prob(textures, given), before)
    flow.restandardise(given)
    torch.testing.assert_close(flow.log_prob(textures, given), before)
    with pytest.raises(ValueError, match=r"properties \[1\] had one value"):
        flow.log_prob(textures, others[:20])


def two_moons(count, seed):
    """Return textures that are ±the property, with scatter: a posterior of two modes."""
    random = np.random.default_rng(seed)
    given = random.uniform(1, 2, (count, 1))
    sign = random.choice([-1, 1], (count, 1))
    return given * sign * [1.0, 0.5] + 0.1 * random.standard_normal((count, 2)), given


def trained(epochs=30, **options):
    textures, given = two_moons(500, 0)
    flow = ConditionalFlow(2, 1, 6, 16, seed=0)
    flow.standardise(torch.from_numpy(textures), torch.from_numpy(given))
    losses = train_flow(
        flow, textures, lambda _: given, epochs=epochs, batch_size=50, seed=0, **options
    )
    return flow, losses


def test_training_learns_a_posterior_of_two_modes():
    """Samples lie at plus and minus the property, about as often."""
    flow, losses = trained(60)
    assert losses[-1] < losses[0] - 1
    drawn = flow.sample(torch.tensor([[1.0], [2.0]]), 1000, seed=0)
    size = drawn[:, :, 0].abs().median(dim=1).values
    assert size.tolist() == pytest.approx([1, 2], abs=0.25)
    positive = (drawn[:, :, 0] > 0).float().mean(dim=1)
    assert ((positive > 0.25) & (positive < 0.75)).all()


def test_training_is_deterministic_and_goes_on_from_its_weights():
    """The same seed gives the same weights; a second training starts where the first ended."""
    flow, losses = trained(5)
    other, same = trained(5)
    assert losses == same
    assert all(map(torch.equal, flow.state_dict().values(), other.state_dict().values()))
    textures, given = two_moons(500, 0)
    more = train_flow(flow, textures, lambda _: given, epochs=3, batch_size=50, seed=1)
    assert more[0] < losses[1]


def test_every_epoch_sees_its_own_properties():
    """The sampler is called once for every epoch."""
    textures, given = two_moons(100, 0)
    flow = ConditionalFlow(2, 1, 2, 4, seed=0)
    flow.standardise(torch.from_numpy(textures), torch.from_numpy(given))
    asked = []
    train_flow(flow, textures, lambda epoch: asked.append(epoch) or given, epochs=3, seed=0)
    assert asked == [0, 1, 2]


def test_training_refuses_what_it_cannot_learn_from():
    """Wrong shapes and numbers are named; a loss that is not a number ends it with a sentence."""
    textures, given = two_moons(100, 0)
    flow = ConditionalFlow(2, 1, 2, 4, seed=0)
    with pytest.raises(ValueError, match="2 coefficients each"):
        train_flow(flow, textures[:, :1], lambda _: given, seed=0)
    with pytest.raises(ValueError, match=r"properties must have the shape \(100, 1\)"):
        train_flow(flow, textures, lambda _: given[:50], seed=0)
    with pytest.raises(ValueError, match="properties must hold finite"):
        train_flow(flow, textures, lambda _: given * np.nan, seed=0)
    with pytest.raises(ValueError, match="textures must hold finite"):
        train_flow(flow, textures * np.inf, lambda _: given, seed=0)
    with torch.no_grad():
        flow.layers[0].global_offset.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match=r"loss of the flow is nan in epoch 1 of 70"):
        train_flow(flow, textures, lambda _: given, seed=0)
