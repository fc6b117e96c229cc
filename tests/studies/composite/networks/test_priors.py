"""Refitting the conditional prior."""

import torch

from pspflow.models.mixture import ConditionalPrior
from pspflow.studies.composite.networks.priors import refit


def test_refitted_prior_finds_two_kinds():
    """Latents in two clusters of one property each get a component."""
    rng = torch.Generator().manual_seed(0)
    means = 3 * torch.tensor([[1.0, 0.0]]) * (torch.arange(200) % 2 * 2 - 1)[:, None]
    means = means + torch.randn(200, 2, generator=rng) / 4
    data = (means, torch.full((200, 2), -4.0), torch.randn(200, 1, generator=rng))
    prior = ConditionalPrior(1, 2, latent=2)
    refit(prior, data, data, seed=0)
    found = prior(torch.zeros(1, 1))
    centres, _ = found.means[0, :, 0].sort()
    torch.testing.assert_close(centres, torch.tensor([-3.0, 3.0]), atol=0.3, rtol=0)
    torch.testing.assert_close(found.log_weights.exp(), torch.full((1, 2), 0.5), atol=0.1, rtol=0)
