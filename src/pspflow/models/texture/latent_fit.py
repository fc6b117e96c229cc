"""Hyperparameters of latent functions: the largest posterior density, found by L-BFGS."""

import math

import torch
from gpytorch.kernels import RBFKernel
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from pspflow.models.texture.latent_gp import (
    LENGTH_PRIOR,
    NOISE_PRIOR,
    VARIANCE_PRIOR,
    Hyperparameters,
)

LEAST_NOISE = 1e-6
"""Keeps repeated points solvable; a latent function has a variance of about 1."""
BOUNDS = ((1e-2, 1e4), (1e-4, 1e3), (LEAST_NOISE, 1e2))
"""Of length scales, variances and noises."""


def fit_latents(
    inputs: Tensor, values: Tensor, start: Hyperparameters, iterations: int
) -> tuple[Hyperparameters, float]:
    """Find hyperparameters of a large posterior density.

    Parameters
    ----------
    inputs
        Standardised inputs `n x d`, float64.
    values
        Observed values `n x l`, float64.
    start
        Where the search starts.
    iterations
        At most as many steps of L-BFGS; each decomposes a matrix of `n x n` once or twice.

    Returns
    -------
    hyperparameters, value
        The best found and their `log_posterior`.
    """
    d, functions = inputs.shape[1], values.shape[1]

    def negative(numbers: NDArray) -> tuple[float, NDArray]:
        logarithms = torch.from_numpy(numbers).to(inputs).requires_grad_()
        value = -log_posterior(inputs, values, logarithms)
        (gradient,) = torch.autograd.grad(value, logarithms)
        return value.item(), gradient.cpu().numpy()

    lengths, variance, noise = ([math.log(end) for end in pair] for pair in BOUNDS)
    parts = (start.lengths, start.variances, start.noises)
    found = minimize(
        negative,
        torch.cat([part.cpu() for part in parts]).log().numpy(),
        jac=True,
        bounds=[lengths] * d + [variance] * functions + [noise] * functions,
        method="L-BFGS-B",
        options={"maxiter": iterations},
    )
    fitted = torch.split(torch.from_numpy(found.x).exp(), [d, functions, functions])
    return Hyperparameters(*fitted), -float(found.fun)


def log_posterior(inputs: Tensor, values: Tensor, logarithms: Tensor) -> Tensor:
    """Return the log marginal likelihood of observed values plus the log priors, in nats.

    Parameters
    ----------
    inputs, values
        `n x d` and `n x l`.
    logarithms
        Logarithms of `d` length scales, `l` variances and `l` noises, in this order.
    """
    d, functions = inputs.shape[1], values.shape[1]
    lengths, variances, noises = torch.split(logarithms, [d, functions, functions])
    kernel = RBFKernel(ard_num_dims=d).to(inputs)
    # a scaled input has the same kernel as a scaled length, and a gradient
    scaled = inputs / lengths.exp()
    kernel.lengthscale = 1.0
    kernel.requires_grad_(False)
    correlation = kernel(scaled).to_dense()
    total: Tensor = _LogDensity.apply(  # type: ignore[no-untyped-call]
        correlation, variances.exp(), noises.exp(), values
    )
    length_prior = (LENGTH_PRIOR[0] + 0.5 * math.log(d), LENGTH_PRIOR[1])
    for part, (mean, spread) in (
        (lengths, length_prior),
        (variances, VARIANCE_PRIOR),
        (noises, NOISE_PRIOR),
    ):
        total = total - 0.5 * ((part - mean) / spread).square().sum()
    return total


class _LogDensity(torch.autograd.Function):
    """Log density of `l` columns of values, each normal with covariance variance K + noise I.

    With K = Q diag(e) Q', every term is one of the eigenvalues v e + s, and the gradient with
    respect to K is the sum of v (a a' - Q diag(1 / (v e + s)) Q') / 2, where a solves for the
    values.
    """

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx,
        correlation: Tensor,
        variances: Tensor,
        noises: Tensor,
        values: Tensor,
    ) -> Tensor:
        eigenvalues, vectors = torch.linalg.eigh(correlation)
        eigenvalues = eigenvalues.clamp(min=0)[:, None]
        spectrum = variances * eigenvalues + noises
        solved = (vectors.T @ values) / spectrum
        ctx.save_for_backward(eigenvalues, vectors, variances, spectrum, solved)
        quadratic = (solved.square() * spectrum).sum()
        return -0.5 * (quadratic + spectrum.log().sum() + values.numel() * math.log(2 * math.pi))

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, None]:
        eigenvalues, vectors, variances, spectrum, solved = ctx.saved_tensors  # type: ignore[attr-defined]
        along = solved.square() - 1 / spectrum
        weighted = vectors @ (solved * variances.sqrt())
        of_k = weighted @ weighted.T - (vectors * (variances / spectrum).sum(1)) @ vectors.T
        half = 0.5 * gradients[0]
        return half * of_k, half * (along * eigenvalues).sum(0), half * along.sum(0), None
