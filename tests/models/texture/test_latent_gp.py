"""The latent functions against gpytorch, whose model they are."""

import gpytorch
import numpy as np
import pytest
import torch
from gpytorch.mlls import ExactMarginalLogLikelihood

from pspflow.models.texture.latent_fit import fit_latents, log_posterior
from pspflow.models.texture.latent_gp import (
    LENGTH_PRIOR,
    NOISE_PRIOR,
    VARIANCE_PRIOR,
    Hyperparameters,
    LatentGP,
)

DOUBLE = {"dtype": torch.float64}


def latent_functions(points=12, inputs=3, functions=2):
    torch.manual_seed(0)
    at = torch.randn(points, inputs, **DOUBLE)
    values = torch.stack([at.sum(1).sin(), at[:, 0].tanh()], dim=1)[:, :functions]
    chosen = Hyperparameters(
        torch.rand(inputs, **DOUBLE) + 1,
        torch.rand(functions, **DOUBLE) + 0.5,
        torch.rand(functions, **DOUBLE) / 10,
    )
    return at, values, chosen


def test_predictions_are_those_of_gpytorch():
    """Means, variances and covariances equal gpytorch's posterior."""
    at, values, chosen = latent_functions()
    model = LatentGP(at, values, chosen)
    new = torch.randn(7, 3, **DOUBLE)
    means, variances = model.predict(new)
    with torch.no_grad():
        expected = model(new)
    torch.testing.assert_close(means, expected.mean.T)
    torch.testing.assert_close(variances, expected.variance.T)
    torch.testing.assert_close(
        model.covariance_with(new, new[2]), expected.covariance_matrix[:, :, 2].T
    )


def test_likelihood_is_that_of_gpytorch():
    """The density in closed form equals gpytorch's, and so does its gradient."""
    at, values, chosen = latent_functions()
    parts = (chosen.lengths, chosen.variances, chosen.noises)
    logarithms = torch.cat(parts).log().requires_grad_()
    ours = log_posterior(at, values, logarithms)
    (gradient,) = torch.autograd.grad(ours, logarithms)

    model = LatentGP(at, values, chosen).train()
    theirs = ExactMarginalLogLikelihood(model.likelihood, model)(model(at), values.T)
    raw = (
        model.covar_module.base_kernel.raw_lengthscale,
        model.covar_module.raw_outputscale,
        model.likelihood.noise_covar.raw_noise,
    )
    expected = theirs.sum() * len(at)  # gpytorch divides by the number of points
    length = (LENGTH_PRIOR[0] + 0.5 * np.log(at.shape[1]), LENGTH_PRIOR[1])
    for part, (mean, spread) in zip(raw, (length, VARIANCE_PRIOR, NOISE_PRIOR), strict=True):
        expected = expected - 0.5 * ((part - mean) / spread).square().sum()
    torch.testing.assert_close(ours, expected)
    theirs = torch.cat([each.flatten() for each in torch.autograd.grad(expected, raw)])
    torch.testing.assert_close(gradient, theirs)


def test_nothing_is_iterative_above_800_points():
    """Beyond gpytorch's switch to conjugate gradients the posterior is the dense one."""
    at, _, chosen = latent_functions(900, functions=1)
    values = at.sum(1, keepdim=True).sin()
    model = LatentGP(at, values, Hyperparameters(*(part[:3] for part in _single(chosen))))
    new = torch.randn(4, 3, **DOUBLE)
    means, variances = model.predict(new)
    with gpytorch.settings.max_cholesky_size(1000), torch.no_grad():
        expected = model(new)
    torch.testing.assert_close(means, expected.mean.T, rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(variances, expected.variance.T, rtol=1e-6, atol=1e-9)


def _single(chosen):
    return chosen.lengths, chosen.variances[:1], chosen.noises[:1]


def test_the_fit_climbs_and_finds_what_matters():
    """The density rises, and an input without effect gets the longest length."""
    at = torch.randn(60, 3, generator=torch.Generator().manual_seed(0), **DOUBLE)
    values = torch.stack([(2 * at[:, 0]).sin(), at[:, 0] * at[:, 1]], dim=1)
    start = Hyperparameters.typical(3, 2)
    first = torch.cat([start.lengths, start.variances, start.noises]).log()
    fitted, value = fit_latents(at, values, start, 50)
    assert value > float(log_posterior(at, values, first)) + 10
    assert int(fitted.lengths.argmax()) == 2


def test_predictions_are_differentiable():
    """Called as gpytorch's model, it gives gradients of the forward model."""
    at, values, chosen = latent_functions()
    model = LatentGP(at, values, chosen)
    new = torch.randn(1, 3, **DOUBLE).requires_grad_()
    (gradient,) = torch.autograd.grad(model(new).mean[0].sum(), new)
    step = 1e-5 * torch.eye(3, **DOUBLE)
    around = [model.predict(new.detach() + sign * step)[0][:, 0] for sign in (1, -1)]
    assert gradient[0].numpy() == pytest.approx(((around[0] - around[1]) / 2e-5).numpy(), rel=1e-5)
