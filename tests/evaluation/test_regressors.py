"""Regressions on features of structures: accuracy, and no use of test structures."""

import numpy as np
import pytest

from pspflow.evaluation import regressors as fit
from pspflow.evaluation.regressors import Sets

COUNT = 60
ROWS = np.arange(COUNT)
SETS = Sets(ROWS[:36], ROWS[36:48])


def problem(seed=0):
    """Make two features, and two properties that are smooth in them."""
    features = np.random.default_rng(seed).normal(size=(COUNT, 2))
    values = np.stack([50 + 10 * features[:, 0], 20 + 5 * np.tanh(features).sum(axis=1)], axis=1)
    return features, values


@pytest.mark.parametrize(
    "regression", [fit.ridge, fit.perceptron, fit.gaussian_process, fit.support_vectors]
)
def test_regressions_predict_and_never_use_test_structures(regression):
    """They predict held-out rows, and the properties given for these rows have no influence."""
    features, values = problem()
    prediction = regression(features, values, SETS, 0)
    assert prediction.mean.shape == prediction.sd.shape == values.shape
    missed = np.abs(prediction.mean[48:] - values[48:]).mean(axis=0)
    assert (missed < 0.25 * values.std(axis=0)).all()
    values[48:] = 1e6
    np.testing.assert_array_equal(regression(features, values, SETS, 0).mean, prediction.mean)


def test_one_property_is_predicted_like_several():
    """The prediction of a single property keeps its axis."""
    features, values = problem()
    for regression in (fit.cubic, fit.linear, fit.ridge, fit.perceptron, fit.support_vectors):
        assert regression(features, values[:, :1], SETS, 0).mean.shape == (COUNT, 1)


def test_process_predicts_its_errors(monkeypatch):
    """Its standard deviations fit its errors, also where it is fitted to some of the points."""
    monkeypatch.setattr(fit, "KERNEL_POINTS", 150)
    monkeypatch.setattr(fit, "PROCESS_POINTS", 250)
    rng = np.random.default_rng(1)
    features = rng.normal(size=(900, 1))
    values = 30 + np.sin(features) + rng.normal(0, 0.2, (900, 1))
    sets = Sets(np.arange(300), np.arange(300, 400))
    prediction = fit.gaussian_process(features, values, sets, 0)
    errors = (prediction.mean - values)[400:]
    assert np.abs(errors / prediction.sd[400:]).mean() == pytest.approx(np.sqrt(2 / np.pi), abs=0.1)


def test_components_are_fitted_to_training_structures():
    """Other structures do not change components, and training structures limit their number."""
    statistics = np.random.default_rng(0).normal(size=(COUNT, 40)).astype(np.float32)
    scores = fit.principal_components(statistics, SETS, 0)
    assert scores.shape == (COUNT, 30)
    assert (np.diff(scores[SETS.train].var(axis=0)) < 0).all()
    statistics[48:] *= 100
    again = fit.principal_components(statistics, SETS, 0)
    np.testing.assert_allclose(again[:48], scores[:48], atol=1e-4)
    assert fit.principal_components(statistics, Sets(ROWS[:9], ROWS[48:]), 0).shape == (COUNT, 8)


@pytest.mark.parametrize("count", [6, 10])
def test_the_number_of_components_is_that_of_least_error(count, caplog):
    """For one or two properties that depend on the first components alone."""
    scores = np.random.default_rng(0).normal(size=(400, 20))
    values = scores[:, :count].sum(axis=1, keepdims=True)
    sets = Sets(np.arange(200), np.arange(200, 400))
    with caplog.at_level("INFO", "pspflow"):
        for targets in (values, np.hstack([values, 2 * values])):
            fit.leading(fit.ridge, fit.COMPONENTS, scores, targets, sets, 0)
    assert caplog.messages == [f"ridge: {count} principal components"] * 2
