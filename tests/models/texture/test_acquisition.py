"""Selection: shortcuts equal the dense determinant, choices are reproducible."""

import numpy as np
import pytest

from pspflow.models.texture.acquisition import best, greedy_batch, information, log_determinant
from pspflow.models.texture.multi_output_gp import fit_gp


def dense(mixing, variances, noise):
    covariances = (mixing * variances[:, None]) @ mixing.T + noise * np.eye(len(mixing))
    return np.linalg.slogdet(covariances)[1]


@pytest.mark.parametrize("outputs", [3, 5, 8])
def test_the_determinant_lemma_is_exact(outputs):
    """For any mixing, with more or fewer outputs than latent functions."""
    random = np.random.default_rng(0)
    mixing, variances = random.standard_normal((outputs, 5)), random.random((6, 5))
    np.testing.assert_allclose(
        log_determinant(variances, mixing, 0.01), dense(mixing, variances, 0.01)
    )


def test_the_sum_is_exact_for_orthonormal_mixing():
    """Sum of logarithms and dense determinant differ by one constant."""
    random = np.random.default_rng(0)
    mixing = np.linalg.qr(random.standard_normal((7, 4)))[0]
    variances = random.random((6, 4))
    expected = dense(mixing, variances, 0.01) - 7 * np.log(0.01)
    np.testing.assert_allclose(2 * information(variances, np.full(4, 0.01)), expected)


@pytest.mark.parametrize("latents", [None, 2])
def test_the_sum_is_exact_for_the_forward_model(observe, latents):
    """The score ranks candidates as the determinant of the model's predictive covariance does."""
    model = fit_gp(*observe(15, 1), seed=0, latents=latents)
    predicted = model.predict(observe(20, 2)[0])
    scores = information(predicted.latent_variances, predicted.latent_noises)
    _, expected = np.linalg.slogdet(predicted.covariance())
    difference = 2 * scores - expected
    np.testing.assert_allclose(difference, difference[0], rtol=1e-6)


def test_best_is_ordered_and_ties_go_by_position():
    """Rounding in the last digits does not decide, and what was observed is left out."""
    scores = np.array([1.0, 3.0, 2.0, 3.0 + 1e-12, 3.0])
    assert best(scores, 4).tolist() == [1, 3, 4, 2]
    assert best(scores, 2, excluded=[1, 4]).tolist() == [3, 2]
    with pytest.raises(ValueError, match="between 1 and the 4 candidates"):
        best(scores, 5, excluded=[0])
    with pytest.raises(ValueError, match="NaN"):
        best(np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="noise must be positive"):
        log_determinant(np.ones((2, 1)), np.ones((3, 1)), 0)


def test_a_greedy_batch_is_one_choice_after_the_other(observe):
    """The batch equals single choices, each with the ones before in the observations."""
    textures, properties = observe(8, 1)
    candidates, values = observe(60, 2)
    candidates[10:20] = candidates[0:10]  # the same texture may not be chosen for two positions
    model = fit_gp(textures, properties, seed=0)
    chosen = greedy_batch(model, candidates, 5, excluded=[0])
    expected = []
    for _ in range(5):
        more = model.conditioned(
            np.vstack([textures, candidates[expected]]), np.vstack([properties, values[expected]])
        ).predict(candidates)
        scores = information(more.latent_variances, more.latent_noises)
        expected += best(scores, 1, [0, *expected]).tolist()
    assert chosen.tolist() == expected
    assert len(np.unique(candidates[chosen], axis=0)) == 5
