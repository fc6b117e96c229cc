"""Refitting the conditional prior by maximum likelihood, with the encoder as it is."""

import copy
from typing import Final

import torch
from torch import Tensor

from pspflow.models.mixture import SPREAD, ConditionalPrior
from pspflow.training.optimisers import Adam

STEPS: Final = 1500
LEARNING_RATE: Final = 1e-2
STEPS_BETWEEN_CHECKS: Final = 20


def refit(
    prior: ConditionalPrior,
    train: tuple[Tensor, Tensor, Tensor],
    validation: tuple[Tensor, Tensor, Tensor],
    seed: int,
    spread: float = SPREAD,
) -> float:
    """Fit p(z | c) to the latents of structures whose c is known.

    Trained with the rest, the prior only keeps the posteriors in its neighbourhood: equation 3 is
    small as soon as one component is near. Here each posterior's draws have to be likely.

    Parameters
    ----------
    prior
        Fitted in place; it ends as it was when the validation latents were most likely.
    train, validation
        Means and log variances of q(z | x), `n x latent` each, and standardised properties `n x p`.
    seed
        Seed of the first weights and of the draws from q(z | x).
    spread
        That from which the means of a mixture's components start.

    Returns
    -------
    float
        Mean log density of the validation latents, in nats.
    """
    rng = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        start = ConditionalPrior(train[2].shape[1], prior.components, prior.latent)
    if prior.components > 1:
        start.start_apart(spread)
    prior.load_state_dict(start.state_dict())
    optimiser = Adam(prior.parameters(), LEARNING_RATE)
    best, kept = -torch.inf, copy.deepcopy(prior.state_dict())
    for step in range(STEPS):
        optimiser.zero_grad()
        loss = -_likelihood(prior, train, rng)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if step % STEPS_BETWEEN_CHECKS == 0:
            again = torch.Generator().manual_seed(seed + 1)  # the same draws every time
            with torch.no_grad():
                now = float(_likelihood(prior, validation, again))
            if now > best:
                best, kept = now, copy.deepcopy(prior.state_dict())
    prior.load_state_dict(kept)
    return best


def _likelihood(
    prior: ConditionalPrior, data: tuple[Tensor, Tensor, Tensor], rng: torch.Generator
) -> Tensor:
    means, log_variances, properties = data
    drawn = means + torch.randn(means.shape, generator=rng) * (log_variances / 2).exp()
    return prior(properties).log_prob(drawn).mean()
