"""The forward model: exact under its model, and robust where observations are awkward."""

import logging

import numpy as np
import pytest
import torch

from pspflow.models.texture import multi_output_gp
from pspflow.models.texture.coregionalisation import OutputBasis
from pspflow.models.texture.latent_fit import log_posterior
from pspflow.models.texture.multi_output_gp import MultiOutputGP, fit_gp


def dense(model, textures, properties, new):
    """Solve all outputs of all points together, with the model's W, kernel and noise."""
    fitted = model.latents.hyperparameters
    lengths, variances, noises = (
        each.numpy() for each in (fitted.lengths, fitted.variances, fitted.noises)
    )
    at, to = ((each - model.centre) / model.spread / lengths for each in (textures, new))

    def covariance(a, b, noise):
        kernel = np.exp(-0.5 * ((a[:, None] - b) ** 2).sum(-1))
        blocks = model.basis.mixing * variances @ model.basis.mixing.T
        total = np.kron(kernel, blocks)
        if noise:
            within = model.basis.mixing * noises @ model.basis.mixing.T
            total = total + np.kron(np.eye(len(a)), within + model.basis.rest_covariance())
        return total

    shifted = (properties - model.basis.means).ravel()
    cross = covariance(to, at, noise=False)
    solved = np.linalg.solve(covariance(at, at, noise=True), cross.T).T
    mean = (solved @ shifted).reshape(len(new), -1) + model.basis.means
    return mean, covariance(to, to, noise=True) - solved @ cross.T


@pytest.mark.parametrize("latents", [None, 3])
def test_the_posterior_is_that_of_all_outputs_together(observe, latents):
    """Independent latent functions give the multi-output posterior, exactly."""
    textures, properties = observe(15, 1)
    model = fit_gp(textures, properties, seed=0, latents=latents)
    new, _ = observe(4, 2)
    predicted = model.predict(new)
    mean, covariance = dense(model, textures, properties, new)
    np.testing.assert_allclose(predicted.mean(), mean, rtol=1e-6)
    blocks = covariance.reshape(4, 5, 4, 5)[range(4), :, range(4)]
    np.testing.assert_allclose(predicted.covariance(), blocks, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(predicted.variance(), np.diagonal(blocks, 0, 1, 2), rtol=1e-5)
    without = predicted.covariance(noise=False)
    np.testing.assert_allclose(
        predicted.variance(noise=False), np.diagonal(without, 0, 1, 2), atol=1e-12
    )


def test_means_alone_are_those_of_the_posterior(observe):
    """They are the same without the covariance, which takes longer."""
    model = fit_gp(*observe(15, 1), seed=0)
    new, _ = observe(4, 2)
    np.testing.assert_allclose(model.predict_mean(new), model.predict(new).mean(), rtol=1e-9)


def test_it_learns_and_knows_how_much(observe):
    """Held-out outputs are predicted well, and 95 % intervals cover about 95 %."""
    model = fit_gp(*observe(100, 1), seed=0)
    textures, properties = observe(300, 2)
    predicted = model.predict(textures)
    error = properties - predicted.mean()
    assert (error**2).sum() < 0.02 * ((properties - properties.mean(0)) ** 2).sum()
    covered = (np.abs(error) < 1.96 * np.sqrt(predicted.variance())).mean()
    assert 0.88 < covered < 0.99


def test_a_few_observations_do_not_make_it_sure(observe):
    """With fewer observations than outputs, unseen directions keep a variance."""
    model = fit_gp(*observe(5, 1, inputs=6, outputs=12), seed=0)
    textures, properties = observe(200, 2, inputs=6, outputs=12)
    predicted = model.predict(textures)
    covered = np.abs(properties - predicted.mean()) < 1.96 * np.sqrt(predicted.variance())
    assert covered.mean() > 0.6
    assert (np.linalg.eigvalsh(predicted.covariance()) > 0).all()


def test_samples_have_the_moments_of_the_posterior(observe):
    """Joint samples have the mean and covariance with noise, and depend on seed and epoch."""
    model = fit_gp(*observe(12, 1), seed=0, latents=4)
    new, _ = observe(1, 2)
    predicted = model.predict(np.repeat(new, 40_000, axis=0))
    drawn = predicted.sample(np.random.default_rng(0))
    covariance = predicted.covariance()[0]
    spread = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(drawn.mean(0), predicted.mean()[0], atol=4 * spread.max() / 200)
    difference = (np.cov(drawn.T) - covariance) / np.outer(spread, spread)
    assert np.abs(difference).max() < 0.03
    draw = predicted.sampler(3)
    assert (draw(0) == predicted.sampler(3)(0)).all()
    assert (draw(0) != draw(1)).any()


def test_constant_and_dependent_outputs(observe, caplog):
    """Constants come back as they are, relations hold in predictions, and a message names them."""
    textures, properties = observe(30, 1)
    relation = 2 * properties[:, :1] - properties[:, 1:2]
    constant = np.full((30, 1), 1.0)
    with caplog.at_level(logging.INFO, logger="pspflow"):
        model = fit_gp(textures, np.hstack([constant, properties, relation]), seed=0)
    assert "Outputs 0 are constant" in caplog.text
    assert "1 linear relations hold between outputs 1, 2, 6" in caplog.text
    assert model.constant_outputs.tolist() == [0]
    new, _ = observe(6, 2)
    predicted = model.predict(new)
    for outputs in (predicted.mean(), predicted.sample(np.random.default_rng(0))):
        assert (outputs[:, 0] == 1).all()
        np.testing.assert_allclose(outputs[:, 6], 2 * outputs[:, 1] - outputs[:, 2], rtol=1e-9)
    assert (predicted.variance()[:, 0] == 0).all()


def test_repeated_observations(observe):
    """The same texture twice, with equal or with different outputs, is no obstacle."""
    textures, properties = observe(20, 1)
    twice = np.vstack([textures, textures[:10]])
    for outputs in (properties[:10], properties[:10] + 0.1):
        model = fit_gp(twice, np.vstack([properties, outputs]), seed=0)
        assert np.isfinite(model.predict(twice).mean()).all()


def test_the_fit_is_deterministic_and_restarts_never_hurt(observe):
    """The same seed gives the same numbers; more starts give at least the same density."""
    textures, properties = observe(20, 1)
    new, _ = observe(5, 2)
    first, second = (
        fit_gp(textures, properties, seed=3, restarts=1, iterations=10).predict(new).mean()
        for _ in range(2)
    )
    assert (first == second).all()
    density = []
    for restarts in range(4):
        model = fit_gp(textures, properties, seed=3, restarts=restarts, iterations=10).latents
        fitted = model.hyperparameters
        parts = (fitted.lengths, fitted.variances, fitted.noises)
        logarithms = torch.cat(parts).log()
        density.append(float(log_posterior(model.inputs, model.values, logarithms)))
    assert (np.diff(density) > -1e-6).all()


def test_a_start_goes_on_where_the_earlier_fit_ended(observe):
    """With no steps the earlier hyperparameters are kept; one more point changes them little."""
    textures, properties = observe(40, 1)
    earlier = fit_gp(textures[:39], properties[:39], seed=0, reference=textures)
    kept = fit_gp(
        textures, properties, seed=0, reference=textures, start=earlier, iterations=0
    ).latents.hyperparameters
    np.testing.assert_allclose(kept.lengths, earlier.latents.hyperparameters.lengths)
    later = fit_gp(textures, properties, seed=0, reference=textures, start=earlier, iterations=3)
    cold = fit_gp(textures, properties, seed=0, reference=textures)
    new, _ = observe(50, 2)
    np.testing.assert_allclose(
        later.predict(new).mean(), cold.predict(new).mean(), atol=0.1 * properties.std()
    )


def test_a_length_scale_is_carried_to_another_spread(observe):
    """An earlier fit on other units of the inputs' spread starts from the same function."""
    textures, properties = observe(20, 1)
    earlier = fit_gp(textures, properties, seed=0)
    other = fit_gp(
        textures, properties, seed=0, reference=3 * textures, start=earlier, iterations=0
    )
    new, _ = observe(5, 2)
    np.testing.assert_allclose(other.predict(new).mean(), earlier.predict(new).mean(), rtol=1e-8)


def test_conditioning_and_arrays_keep_the_fit(observe):
    """A model that is stored as arrays, or conditioned again, predicts the same."""
    textures, properties = observe(20, 1)
    model = fit_gp(textures, properties, seed=0)
    new, _ = observe(5, 2)
    again = MultiOutputGP.from_arrays(model.arrays(), textures, properties)
    for other in (again, model.conditioned(textures, properties)):
        np.testing.assert_array_equal(other.predict(new).mean(), model.predict(new).mean())
    more = model.conditioned(np.vstack([textures, new]), np.vstack([properties, observe(5, 2)[1]]))
    fewer = more.predict(new).latent_variances
    assert (fewer <= model.predict(new).latent_variances + 1e-12).all()


def test_hyperparameters_of_many_points_come_from_a_part(observe, caplog, monkeypatch):
    """Beyond a size a message says so, and the posterior still uses every point."""
    monkeypatch.setattr(multi_output_gp, "FIT_POINTS", 20)
    textures, properties = observe(60, 1)
    with caplog.at_level(logging.INFO, logger="pspflow"):
        model = fit_gp(textures, properties, seed=0)
    assert "fitted on 20 of 60 observations" in caplog.text
    assert model.latents.inputs.shape == (60, 4)


def test_bad_observations_are_refused(observe, monkeypatch):
    """One sentence names what is wrong."""
    textures, properties = observe(10, 1)
    model = fit_gp(textures, properties, seed=0, iterations=0)
    holes = np.where(np.arange(10)[:, None] == 3, np.nan, properties)
    with pytest.raises(ValueError, match="must hold finite numbers"):
        fit_gp(textures, holes, seed=0)
    with pytest.raises(ValueError, match="one row per observation"):
        fit_gp(textures[:9], properties, seed=0)
    with pytest.raises(ValueError, match="at least two textures that differ"):
        fit_gp(np.ones((3, 4)), properties[:3], seed=0)
    with pytest.raises(ValueError, match="every output is constant"):
        fit_gp(textures, np.ones((10, 2)), seed=0)
    with pytest.raises(ValueError, match="latents must be at least 1"):
        fit_gp(textures, properties, seed=0, latents=0)
    with pytest.raises(ValueError, match="reference must have as many coefficients"):
        fit_gp(textures, properties, seed=0, reference=np.ones((3, 2)))
    with pytest.raises(ValueError, match="another number of coefficients or outputs"):
        fit_gp(textures[:, :3], properties, seed=0, start=model)
    with pytest.raises(ValueError, match="4 coefficients each"):
        model.predict(textures[:, :3])
    with pytest.raises(ValueError, match="finite numbers"):
        model.predict(textures * np.inf)
    monkeypatch.setattr(multi_output_gp, "EXACT_POINTS", 9)
    with pytest.raises(ValueError, match="exact up to 9 observations"):
        fit_gp(textures, properties, seed=0)


def test_outputs_survive_the_basis(observe):
    """Outputs projected on all latent functions and mixed again are the same."""
    _, properties = observe(30, 1)
    basis = OutputBasis.of(properties)
    np.testing.assert_allclose(basis.to_outputs(basis.to_latents(properties)), properties)
    np.testing.assert_allclose(basis.directions.T @ basis.directions, np.eye(5), atol=1e-12)
