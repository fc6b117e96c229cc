"""VAE-regression: an autoencoder whose prior depends on the properties that it also predicts.

Composite paper, section 2 and Tables 2 to 5; after Zhao et al. 2019, "Variational autoencoder for
regression". The `statistics` variant is ours: a trunk that computes means over the periodic cell,
and a decoder that filters noise.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from pspflow.models.composite.convolved_noise import ConvolvedNoise
from pspflow.models.composite.filtered_noise import FilteredNoise
from pspflow.models.mixture import ConditionalPrior
from pspflow.models.voxels import Decoder, GaussianHead, MeansTrunk, Trunk

LOG_VARIANCES = (-10.0, 10.0)
"""Bounds, so that no training starts with an infinite divergence."""


class Posterior(NamedTuple):
    """Predictions for structures: Gaussians of the latents and of the properties."""

    means: Tensor
    """Means of q(z | x), `b x latent`."""
    log_variances: Tensor
    properties: Tensor
    """Means of q(c | x), `b x p`."""
    property_log_variances: Tensor


class VAERegression(nn.Module):
    """Encoder, regressor, decoder and generator (the conditional prior).

    Parameters
    ----------
    edge
        Voxels along each axis.
    properties
        Number of predicted properties; 0 makes a plain variational autoencoder.
    components
        Components of the prior: 1 is the Gaussian of Table 4.
    latent
        Dimensions of the latent space; the paper's 16.
    width, decoder_width
        Filters of the trunk's first and of the decoder's narrowest stage; the paper's 16.
    dense
        Units after the trunk, twice those of the branches; the paper's 2048.
    statistics
        Whether to use the `statistics` trunk and decoder.
    convolved
        Whether the `statistics` decoder convolves noise twice rather than once.
    """

    def __init__(
        self,
        edge: int,
        properties: int,
        components: int = 1,
        latent: int = 16,
        width: int = 16,
        decoder_width: int = 16,
        dense: int = 2048,
        *,
        statistics: bool = False,
        convolved: bool = False,
    ) -> None:
        super().__init__()
        self.edge, self.latent, self.statistics = edge, latent, statistics
        self.trunk = (MeansTrunk if statistics else Trunk)(edge, width, dense)
        self.encoder = GaussianHead(dense, latent, dense // 2)
        self.decoder: Decoder | FilteredNoise | ConvolvedNoise
        if statistics:
            self.decoder = (ConvolvedNoise if convolved else FilteredNoise)(edge, latent)
        else:
            self.decoder = Decoder(edge, latent, decoder_width)
        self.regressor = GaussianHead(dense, properties, dense // 2) if properties else None
        self.prior = ConditionalPrior(properties, components, latent) if properties else None

    def forward(self, structures: Tensor) -> Posterior:
        """Encode structures `b x 1 x n x n x n`, and predict their properties."""
        features = self.trunk(structures)
        means, log_variances = self.encoder(features)
        if self.regressor is None:
            nothing = means.new_zeros(len(means), 0)
            return Posterior(means, log_variances.clamp(*LOG_VARIANCES), nothing, nothing)
        properties, spreads = self.regressor(features)
        return Posterior(
            means, log_variances.clamp(*LOG_VARIANCES), properties, spreads.clamp(*LOG_VARIANCES)
        )

    def predict(self, structures: Tensor) -> Tensor:
        """Predict the means of the properties alone, `b x p`."""
        if self.regressor is None:
            raise ValueError("a plain autoencoder predicts no properties")
        means: Tensor = self.regressor.mean(self.trunk(structures))
        return means

    def decode(self, latents: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """Decode latents `b x latent` to soft structures `b x 1 x n x n x n`.

        A `statistics` decoder draws its noise from `rng`, which must be on the device of the
        latents.
        """
        return torch.sigmoid(self.field(latents, self.noise(latents, rng)))

    def noise(self, latents: Tensor, rng: torch.Generator | None = None) -> Tensor | None:
        """Draw the noise that `decode` filters, `b x …`; None where it takes none."""
        if isinstance(self.decoder, Decoder):
            return None
        shape = (len(latents), *self.decoder.noise_shape)
        return torch.randn(shape, generator=rng, device=latents.device)

    def field(self, latents: Tensor, noise: Tensor | None) -> Tensor:
        """Return the fields `b x 1 x n x n x n` whose logistic function is decoded.

        Parameters
        ----------
        latents
            `b x latent`.
        noise
            As `noise` draws it.
        """
        if isinstance(self.decoder, Decoder):
            return self.decoder.field(latents)
        if noise is None:
            raise ValueError("this decoder filters noise, and there is none")
        return self.decoder.field(latents, noise)


class VoxelRegressor(nn.Module):
    """Regression alone: the trunk and the branch that predicts (Yang et al. 2018, as in Table 2).

    Parameters
    ----------
    edge, width, dense
        As in `VAERegression`.
    properties
        Number of predicted properties.
    statistics
        Whether to use the `statistics` trunk.
    """

    def __init__(
        self,
        edge: int,
        properties: int,
        width: int = 16,
        dense: int = 2048,
        *,
        statistics: bool = False,
    ) -> None:
        super().__init__()
        self.trunk = (MeansTrunk if statistics else Trunk)(edge, width, dense)
        self.head = nn.Sequential(
            nn.Linear(dense, dense // 2), nn.ReLU(), nn.Linear(dense // 2, properties)
        )

    def forward(self, structures: Tensor) -> Tensor:
        """Map structures `b x 1 x n x n x n` to properties `b x p`."""
        predicted: Tensor = self.head(self.trunk(structures))
        return predicted


def binarise(soft: Tensor) -> Tensor:
    """Threshold soft structures so that each keeps its volume fraction.

    Parameters
    ----------
    soft
        `b x …`, from 0 to 1.

    Returns
    -------
    Tensor
        0 and 1, of the same shape and type: the highest voxels are 1, as many as the mean gives.
    """
    flat = soft.flatten(1)
    counts = flat.sum(dim=1).round().long().clamp(1, flat.shape[1] - 1)
    order = flat.argsort(dim=1, descending=True)
    ranks = torch.empty_like(order).scatter_(
        1, order, torch.arange(flat.shape[1], device=flat.device).expand_as(order)
    )
    return (ranks < counts[:, None]).to(soft.dtype).view_as(soft)
