"""Latents of new images: what the samplers keep of the training latents, and what they lose."""

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf_shrinkage

from pspflow.studies.latent.evaluation.samplers import (
    fit_density,
    independent_latents,
    linear_strips,
    shrinkage,
    spherical_strips,
)


def drawn(seed=0, count=4000):
    return np.random.default_rng(seed).standard_normal((count, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def latents():
    """Numbers that depend on each other behind a ReLU: one is constant, one mostly zero."""
    normal = drawn()
    a, b = normal[:, 0], 0.8 * normal[:, 0] + 0.6 * normal[:, 1]
    numbers = [np.maximum(a, 0), np.maximum(b + 1, 0), np.maximum(normal[:, 2] - 1, 0), 0 * a + 2]
    return np.stack(numbers, axis=1).astype(np.float32)


def test_independent_numbers_keep_mean_and_deviation_alone(latents):
    """The reading of the report: no dependence, and negative numbers where there were none."""
    made = independent_latents(latents, 4000, np.random.default_rng(1))
    np.testing.assert_allclose(made.mean(axis=0), latents.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(made.std(axis=0), latents.std(axis=0), atol=0.05)
    assert abs(np.corrcoef(made[:, :2].T)[0, 1]) < 0.05
    assert made.min() < -0.5


def test_density_keeps_distributions_zeros_and_dependence(latents):
    """Each within sampling error; a constant number stays so, and none leaves its range."""
    made = fit_density(latents).sample(4000, np.random.default_rng(1))
    assert made.shape == latents.shape
    assert made.dtype == np.float32
    np.testing.assert_allclose(made.mean(axis=0), latents.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(made.std(axis=0), latents.std(axis=0), atol=0.05)
    np.testing.assert_allclose((made == 0).mean(axis=0), (latents == 0).mean(axis=0), atol=0.03)
    np.testing.assert_allclose(made[:, 3], 2)
    correlations = [np.corrcoef(each[:, :3].T) for each in (made, latents)]
    np.testing.assert_allclose(*correlations, atol=0.08)
    assert (made >= latents.min(axis=0)).all()
    assert (made <= latents.max(axis=0)).all()


def test_seed_decides_and_scales_do_not(latents):
    """The same random numbers for two densities of as many images: epochs can be compared."""
    density, scaled = fit_density(latents), fit_density(3 * latents)
    made = density.sample(5, np.random.default_rng(2))
    np.testing.assert_array_equal(made, density.sample(5, np.random.default_rng(2)))
    assert (made != density.sample(5, np.random.default_rng(3))).any()
    np.testing.assert_allclose(scaled.sample(5, np.random.default_rng(2)), 3 * made, rtol=1e-5)


def test_more_numbers_than_images():
    """Samples differ from all training latents, and vary in as many ways as noise allows."""
    latents = np.random.default_rng(0).random((20, 300), np.float32)
    density = fit_density(latents)
    made = density.sample(50, np.random.default_rng(1))
    assert 0 < density.shrinkage <= 1
    assert np.linalg.matrix_rank(made - made.mean(axis=0)) == 49
    nearest = np.abs(made[:, None] - latents).max(axis=-1).min()
    assert nearest > 0.1


@pytest.mark.parametrize("shape", [(30, 200), (200, 30)])
def test_shrinkage_is_ledoit_and_wolfs(shape):
    """By either Gram matrix."""
    values = np.random.default_rng(0).standard_normal(shape) @ np.diag(
        np.linspace(0.1, 2, shape[1])
    )
    values += np.random.default_rng(1).standard_normal((shape[0], 1))
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    expected = ledoit_wolf_shrinkage(values, assume_centered=True)
    assert shrinkage(values) == pytest.approx(expected, rel=1e-6)


def test_latents_that_cannot_be_fitted(latents):
    """One alone has no distribution."""
    for wrong in (latents[:1], np.full((4, 2), np.nan, np.float32)):
        with pytest.raises(ValueError, match="finite, and of two images"):
            fit_density(wrong)


def test_both_end_where_they_should():
    """And take equal steps: linear ones in place, spherical ones in angle, with lengths kept."""
    a, b = np.random.default_rng(0).standard_normal((2, 3, 100))
    for way in (linear_strips, spherical_strips):
        made = way(a, b, 5)
        assert made.shape == (3, 5, 100)
        np.testing.assert_allclose(made[:, 0], a, atol=1e-5)
        np.testing.assert_allclose(made[:, -1], b, atol=1e-5)
    np.testing.assert_allclose(linear_strips(a, b, 5)[:, 2], (a + b) / 2, atol=1e-5)
    lengths = np.linalg.norm(made, axis=-1)
    np.testing.assert_allclose(lengths, np.linspace(lengths[:, 0], lengths[:, -1], 5).T, rtol=1e-5)
    units = made / lengths[..., None]
    angles = np.arccos((units[:, 1:] * units[:, :-1]).sum(axis=-1))
    np.testing.assert_allclose(angles, np.repeat(angles[:, :1], 4, axis=1), rtol=1e-4)


def test_equal_ends():
    """There is no way to go, and no division by zero."""
    a = np.random.default_rng(0).standard_normal((2, 10))
    np.testing.assert_allclose(spherical_strips(a, a, 4), np.repeat(a[:, None], 4, 1), rtol=1e-6)
