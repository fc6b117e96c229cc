"""The conditional prior: its divergence, its density and its draws."""

import torch
from torch import distributions as d

from pspflow.models.mixture import SPREAD, ConditionalPrior, Mixture


def gaussians(*shape):
    """Draw means and log variances."""
    return torch.randn(*shape), torch.randn(*shape) / 2


def mixture(items=5, components=3, latent=4):
    """Draw mixtures, and make the same with torch's distributions."""
    weights = torch.log_softmax(torch.randn(items, components), dim=-1)
    means, logs = gaussians(items, components, latent)
    parts = d.Independent(d.Normal(means, (logs / 2).exp()), 1)
    same = d.MixtureSameFamily(d.Categorical(logits=weights), parts)
    return Mixture(weights, means, logs), same


def test_divergence_from_one_component_is_exact():
    """With a single component equation 3 is the divergence of two Gaussians in closed form."""
    torch.manual_seed(0)
    means, logs = gaussians(6, 4)
    one_means, one_logs = gaussians(6, 1, 4)
    prior = Mixture(torch.zeros(6, 1), one_means, one_logs)
    normal = d.Normal(means, (logs / 2).exp())
    other = d.Normal(one_means[:, 0], (one_logs[:, 0] / 2).exp())
    exact = d.kl_divergence(normal, other).sum(dim=1)
    torch.testing.assert_close(prior.divergence(means, logs), exact)


def test_divergence_from_a_mixture_is_between_its_bounds():
    """It is 0 for equal components, and at most that from the nearest one minus its log weight."""
    torch.manual_seed(1)
    prior, _ = mixture()
    means, logs = gaussians(5, 4)
    each = torch.stack(
        [
            Mixture(torch.zeros(5, 1), prior.means[:, [k]], prior.log_variances[:, [k]]).divergence(
                means, logs
            )
            - prior.log_weights[:, k]
            for k in range(3)
        ]
    )
    found = prior.divergence(means, logs)
    assert (found <= each.amin(dim=0) + 1e-5).all()
    equals = Mixture(
        prior.log_weights, means[:, None].expand(-1, 3, -1), logs[:, None].expand(-1, 3, -1)
    )
    torch.testing.assert_close(equals.divergence(means, logs), torch.zeros(5), atol=1e-5, rtol=0)


def test_density_is_that_of_torch():
    """An independent implementation gives the same log density."""
    torch.manual_seed(2)
    prior, same = mixture()
    points = torch.randn(5, 4)
    torch.testing.assert_close(prior.log_prob(points), same.log_prob(points))


def test_draws_have_the_mixtures_moments():
    """Mean and variance of many draws are the mixture's."""
    torch.manual_seed(3)
    prior, same = mixture(items=1)
    many = Mixture(*(part.expand(40_000, *part.shape[1:]) for part in prior))
    drawn = many.sample(torch.rand(40_000), torch.randn(40_000, 4))
    torch.testing.assert_close(drawn.mean(dim=0), same.mean[0], atol=0.03, rtol=0)
    torch.testing.assert_close(drawn.var(dim=0), same.variance[0], atol=0.08, rtol=0.05)


def test_tables_4_and_5():
    """Shapes as printed, with the 1/6 of Table 4 read as 16: a variance of every dimension."""
    table4, table5 = ConditionalPrior(6), ConditionalPrior(6, components=3)
    shapes = {name: tuple(p.shape) for name, p in table4.named_parameters()}
    assert shapes["means.weight"] == (16, 6)
    assert shapes["log_variances.weight"] == (16, 6)
    shapes = {name: tuple(p.shape) for name, p in table5.named_parameters()}
    assert shapes["hidden.0.weight"] == (8, 6)
    assert shapes["weights.weight"] == (3, 8)
    assert shapes["means.weight"] == shapes["log_variances.weight"] == (48, 8)
    prior = table5(torch.randn(2, 6))
    torch.testing.assert_close(prior.log_weights.exp().sum(dim=1), torch.ones(2))
    assert prior.means.shape == prior.log_variances.shape == (2, 3, 16)


def test_components_start_as_far_apart_as_is_asked():
    """Their means are scaled, whatever the property; the default leaves them as they are."""
    torch.manual_seed(0)
    prior, c = ConditionalPrior(1, components=2), torch.randn(5, 1)
    before = prior(c)
    prior.start_apart(SPREAD)
    assert torch.equal(prior(c).means, before.means)
    prior.start_apart(10 * SPREAD)
    torch.testing.assert_close(prior(c).means, 10 * before.means)
    assert torch.equal(prior(c).log_weights, before.log_weights)
