"""The conditional prior p(z | c): a Gaussian or a mixture, with divergence and likelihood.

Composite paper, section 2 and Tables 4 and 5. A prior of one component is Table 4's: a mean that is
linear in c, and log variances. The table prints "1/6" as the size of these, where the mean has 16:
it is read as 16, one of each dimension of the latent space. A prior of more components is Table
5's: a dense layer of 8 and, from it, weights, means and log variances of every component and
dimension.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

HIDDEN = 8
SPREAD = 0.1
"""Standard deviation of the weights and biases from which the components' means start. The paper
prints none."""


class Mixture(NamedTuple):
    """Gaussian mixtures of diagonal covariance, one per item of a batch."""

    log_weights: Tensor
    """`b x k`, logarithms of weights that sum to 1."""
    means: Tensor
    """`b x k x latent`."""
    log_variances: Tensor
    """`b x k x latent`."""

    def log_prob(self, latents: Tensor) -> Tensor:
        """Return the log density `b` of latents `b x latent`."""
        return torch.logsumexp(self._log_joint(latents), dim=-1)

    def responsibilities(self, latents: Tensor) -> Tensor:
        """Return the probabilities `b x k` of the components, given latents `b x latent`."""
        return torch.softmax(self._log_joint(latents), dim=-1)

    def divergence(self, means: Tensor, log_variances: Tensor) -> Tensor:
        """Approximate the divergence of Gaussians from the mixtures (equation 3).

        This is the variational approximation of Hershey and Olsen for a first distribution of a
        single component; it is exact for a mixture of one component.

        Parameters
        ----------
        means, log_variances
            Means and log variances of the Gaussians q(z | x), `b x latent`.

        Returns
        -------
        Tensor
            `b`, in nats.
        """
        ratio = (log_variances[:, None] - self.log_variances).exp()
        shift = (means[:, None] - self.means) ** 2 / self.log_variances.exp()
        each = 0.5 * (ratio + shift - 1 - ratio.log()).sum(dim=-1)
        return -torch.logsumexp(self.log_weights - each, dim=-1)

    def sample(self, uniforms: Tensor, normals: Tensor) -> Tensor:
        """Draw latents.

        Parameters
        ----------
        uniforms, normals
            Random numbers of the draw: uniform `b` and normal `b x latent`.
        """
        bounds = self.log_weights.exp().cumsum(dim=-1)
        chosen = (uniforms[:, None] > bounds[:, :-1]).sum(dim=-1)
        at = torch.arange(len(chosen), device=chosen.device)
        return self.means[at, chosen] + normals * (self.log_variances[at, chosen] / 2).exp()

    def _log_joint(self, latents: Tensor) -> Tensor:
        """Return the log densities `b x k` of latents and component."""
        scaled = (latents[:, None] - self.means) ** 2 / self.log_variances.exp()
        each = -0.5 * (scaled + self.log_variances + math.log(2 * math.pi)).sum(dim=-1)
        return self.log_weights + each


class ConditionalPrior(nn.Module):
    """Map properties to the prior of the latents: the paper's generator.

    Parameters
    ----------
    properties
        Size of c.
    components
        Components of the mixture: 1 is the Gaussian prior of Table 4.
    latent
        Dimensions of the latent space.
    """

    def __init__(self, properties: int, components: int = 1, latent: int = 16) -> None:
        super().__init__()
        self.components, self.latent = components, latent
        if components == 1:
            self.means = nn.Linear(properties, latent)
            self.log_variances = nn.Linear(properties, latent)
            return
        self.hidden = nn.Sequential(nn.Linear(properties, HIDDEN), nn.Tanh())
        self.weights = nn.Linear(HIDDEN, components)
        self.means = nn.Linear(HIDDEN, components * latent)
        self.log_variances = nn.Linear(HIDDEN, components * latent)
        for layer in (self.weights, self.log_variances):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.means.weight, std=SPREAD)
        nn.init.normal_(self.means.bias, std=SPREAD)

    @torch.no_grad()
    def start_apart(self, spread: float) -> None:
        """Scale the components' means, before any training, to start with another spread."""
        for part in self.means.parameters():
            part.mul_(spread / SPREAD)

    def forward(self, properties: Tensor) -> Mixture:
        """Map properties `b x p` to mixtures of `components` Gaussians."""
        items = len(properties)
        if self.components == 1:
            means = self.means(properties)[:, None]
            log_variances = self.log_variances(properties)[:, None]
            return Mixture(means.new_zeros(items, 1), means, log_variances)
        hidden = self.hidden(properties)
        shape = (items, self.components, self.latent)
        return Mixture(
            torch.log_softmax(self.weights(hidden), dim=-1),
            self.means(hidden).reshape(shape),
            self.log_variances(hidden).reshape(shape),
        )
