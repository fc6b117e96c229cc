"""Latent functions: exact Gaussian processes with one ARD-RBF kernel and noise, in float64.

Texture paper, section 2.2.2, equation 4, and appendix A.1. Kernel, likelihood and model are
gpytorch's, as a batch of `l` functions. They share the length scales, and each has its own variance
and noise: the eigenvectors of one kernel matrix then solve all of them exactly. Two things are
therefore computed here instead of in gpytorch:

- The marginal likelihood and its gradient, from one decomposition in place of `l` factorisations.
- Predictions. gpytorch solves iteratively above 800 points, to a loose tolerance; everything here
  is decomposed, whatever its size.

The hyperparameters are those of the largest posterior density, not of the largest likelihood: 36
length scales have no largest likelihood on 5 points, and an infinitely short one along a single
input explains any few points as noise. The priors are normal distributions of the logarithms; that
of the length scales grows with the number of inputs, as distances do (Hvarfner et al. 2024). They
were chosen on 20 to 300 of 2,400 textures with a Taylor model, by the density of held-out outputs.
"""

import math
from dataclasses import dataclass

import gpytorch
import torch
from gpytorch.constraints import Positive
from gpytorch.distributions import MultivariateNormal
from gpytorch.kernels import RBFKernel, ScaleKernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.means import ZeroMean
from torch import Tensor

LENGTH_PRIOR = (math.log(3), 0.4)
"""Mean and spread of the logarithm of a length scale; half the log of the inputs is added."""
VARIANCE_PRIOR = (0.0, 0.35)
NOISE_PRIOR = (-6.0, 1.0)
ROWS = 4096
"""Points that are predicted at a time: limits memory."""


@dataclass(frozen=True)
class Hyperparameters:
    """What is fitted: `d` length scales for inputs of unit spread, two numbers a function."""

    lengths: Tensor
    """`d`."""
    variances: Tensor
    """`l`."""
    noises: Tensor
    """Variances of the noise, `l`."""

    @classmethod
    def typical(cls, inputs: int, functions: int) -> "Hyperparameters":
        """Return the middle of the priors."""
        length = math.exp(LENGTH_PRIOR[0]) * math.sqrt(inputs)

        def full(size: int, value: float) -> Tensor:
            return torch.full((size,), value, dtype=torch.float64)

        return cls(
            full(inputs, length),
            full(functions, math.exp(VARIANCE_PRIOR[0])),
            full(functions, math.exp(NOISE_PRIOR[0])),
        )


class LatentGP(gpytorch.models.ExactGP):
    """Gaussian processes of `l` latent functions, conditioned on observations at the same inputs.

    It is a gpytorch model: called on inputs in `eval` mode, it gives a posterior that can be
    differentiated. `predict` gives the same numbers in bounded memory.

    Parameters
    ----------
    inputs
        Standardised inputs `n x d`, float64.
    values
        Observed values `n x l`, float64, of about unit spread.
    hyperparameters
        Length scales, variances and noises.
    """

    def __init__(self, inputs: Tensor, values: Tensor, hyperparameters: Hyperparameters) -> None:
        batch = torch.Size([values.shape[1]])

        # raw parameters are the logarithms
        def logarithmic() -> Positive:
            return Positive(transform=torch.exp, inv_transform=torch.log)

        super().__init__(
            inputs,
            values.T,
            GaussianLikelihood(noise_constraint=logarithmic(), batch_shape=batch),
        )
        self.mean_module = ZeroMean(batch_shape=batch)
        self.covar_module = ScaleKernel(
            RBFKernel(ard_num_dims=inputs.shape[1], lengthscale_constraint=logarithmic()),
            outputscale_constraint=logarithmic(),
            batch_shape=batch,
        )
        self.to(inputs)
        self.initialize(
            **{
                "covar_module.base_kernel.lengthscale": hyperparameters.lengths.to(inputs),
                "covar_module.outputscale": hyperparameters.variances.to(inputs),
                "likelihood.noise_covar.noise": hyperparameters.noises.to(inputs)[:, None],
            }
        )
        self.eval()
        self.hyperparameters = hyperparameters
        self.inputs, self.values = inputs, values
        self._solved: tuple[Tensor, Tensor, Tensor] | None = None

    def forward(self, inputs: Tensor) -> MultivariateNormal:
        """Return the prior at inputs `n x d`."""
        return MultivariateNormal(self.mean_module(inputs), self.covar_module(inputs))

    @torch.no_grad()
    def predict(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return the posterior means and variances, without noise, at inputs `m x d`.

        Returns
        -------
        means, variances
            `m x l` each.
        """
        vectors, shares, weights = self._decomposed()
        prior = self.covar_module.outputscale
        means, variances = [], []
        for rows in torch.split(inputs, ROWS):
            cross = self._correlation(rows, self.inputs) @ vectors
            means.append(cross @ weights)
            variances.append((prior - prior * (cross.square() @ shares)).clamp(min=0))
        return torch.cat(means), torch.cat(variances)

    @torch.no_grad()
    def means(self, inputs: Tensor) -> Tensor:
        """Return the posterior means alone at inputs `m x d`, `m x l`: many draws of a flow."""
        vectors, _, weights = self._decomposed()
        values = vectors @ weights
        parts = [
            self._correlation(rows, self.inputs) @ values for rows in torch.split(inputs, ROWS)
        ]
        return torch.cat(parts)

    @torch.no_grad()
    def covariance_with(self, inputs: Tensor, other: Tensor) -> Tensor:
        """Return the posterior covariances `m x l` of inputs `m x d` with one other input `d`."""
        vectors, shares, _ = self._decomposed()
        prior = self.covar_module.outputscale
        known = (self._correlation(other[None], self.inputs) @ vectors).T * shares
        parts = []
        for rows in torch.split(inputs, ROWS):
            explained = self._correlation(rows, self.inputs) @ (vectors @ known)
            parts.append(prior * (self._correlation(rows, other[None]) - explained))
        return torch.cat(parts)

    def _correlation(self, inputs: Tensor, others: Tensor) -> Tensor:
        correlation: Tensor = self.covar_module.base_kernel(inputs, others).to_dense()
        return correlation

    def _decomposed(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return eigenvectors Q, the share v / (v e + noise) of each, and weights of the mean."""
        if self._solved is None:
            eigenvalues, vectors = torch.linalg.eigh(self._correlation(self.inputs, self.inputs))
            prior, noise = self.covar_module.outputscale, self.likelihood.noise[:, 0]
            shares = prior / (prior * eigenvalues.clamp(min=0)[:, None] + noise)
            self._solved = vectors, shares, shares * (vectors.T @ self.values)
        return self._solved
