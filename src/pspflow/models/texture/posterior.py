"""What a multi-output Gaussian process predicts at many textures: moments and samples."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pspflow.models.texture.coregionalisation import OutputBasis
from pspflow.seeds import generator

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Posterior:
    """Normal distribution of `h` outputs at each of `n` textures.

    Outputs are correlated at one texture. What two textures have in common is not stored.
    """

    basis: OutputBasis
    latent_means: Floats
    """Means of the latent functions, `n x l`."""
    latent_variances: Floats
    """Their variances, without noise, `n x l`."""
    latent_noises: Floats
    """Variance of the noise of each latent function, `l`."""

    def __len__(self) -> int:
        return len(self.latent_means)

    def mean(self) -> Floats:
        """Return the mean outputs, `n x h`."""
        return self.basis.to_outputs(self.latent_means)

    def variance(self, noise: bool = True) -> Floats:
        """Return the variance of every output, `n x h`, of an observation or without noise."""
        along = self._along(noise) @ (self.basis.mixing**2).T
        return along + np.diag(self.basis.rest_covariance()) if noise else along

    def covariance(self, noise: bool = True) -> Floats:
        """Return the covariance of the outputs, `n x h x h`, of an observation or without noise.

        At 54,480 textures and 35 outputs it takes half a gigabyte.
        """
        mixing = self.basis.mixing
        within = (mixing * self._along(noise)[:, None]) @ mixing.T
        return within + self.basis.rest_covariance() if noise else within

    def sample(self, random: np.random.Generator) -> Floats:
        """Draw one observation at every texture: outputs `n x h`, noise included.

        The outputs of a texture are drawn jointly, those of two textures independently, as the
        paper's synthetic data are (equation 8).
        """
        drawn = random.standard_normal(self.latent_means.shape)
        rest = random.standard_normal((len(self), self.basis.rest.shape[1]))
        return self.basis.to_outputs(
            self.latent_means + drawn * np.sqrt(self._along(noise=True)), rest
        )

    def sampler(self, seed: int) -> Callable[[int], Floats]:
        """Return a function from an epoch to its sample, the same for the same seed and epoch."""
        return lambda epoch: self.sample(generator(seed, "posterior", epoch))

    def _along(self, noise: bool) -> Floats:
        return self.latent_variances + self.latent_noises if noise else self.latent_variances
