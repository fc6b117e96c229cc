"""Measures from sums, and baselines of localization, against what is known."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from pspflow.studies.composite.local_measures import measures, moments
from pspflow.studies.composite.localize_judge import judge
from pspflow.studies.composite.mks import LinearConvolution, PhaseMean


@pytest.fixture
def fields():
    """Return true and predicted fields, (6, 4, 4, 4)."""
    rng = np.random.default_rng(0)
    true = 1 + rng.normal(size=(6, 4, 4, 4))
    return true, 0.3 + 0.8 * true + 0.2 * rng.normal(size=true.shape)


def test_sums_of_structures_give_the_measures_over_all_voxels(fields):
    """They are numpy's correlation, scikit-learn's R2 and the mean error over the mean."""
    true, predicted = fields
    found = measures(moments(true, predicted).sum(axis=0))
    pearson = np.corrcoef(true.ravel(), predicted.ravel())[0, 1]
    assert found["squared_pearson"] == pytest.approx(pearson**2)
    assert found["r2"] == pytest.approx(r2_score(true.ravel(), predicted.ravel()))
    error = np.abs(true - predicted).mean() / true.mean()
    assert found["error_percent"] == pytest.approx(100 * error)


def test_the_correlation_forgives_scale_and_r2_does_not(fields):
    """An affine map of the prediction leaves one as it is and lowers the other."""
    true, predicted = fields
    one, two = (measures(moments(true, p).sum(axis=0)) for p in (predicted, 5 * predicted - 2))
    assert one["squared_pearson"] == pytest.approx(two["squared_pearson"])
    assert two["r2"] < one["r2"]


def test_constant_fields_have_no_correlation():
    """A homogeneous structure is no evidence, neither good nor bad."""
    found = measures(moments(np.full((1, 8), 0.1), np.full((1, 8), 0.1)))
    assert np.isnan(found["squared_pearson"]).all()
    assert np.isnan(found["r2"]).all()
    assert found["error_percent"] == 0


def test_a_resample_counts_a_specimen_with_all_its_structures(fields):
    """The interval resamples specimens: its ends are the measures of drawn specimens."""
    true, predicted = fields
    sums, specimens = moments(true, predicted), np.array([0, 0, 1, 1, 2, 2])
    draws = np.array([[1, 1, 1], [3, 0, 0], [3, 0, 0]])
    row = judge(sums, specimens, draws)
    first = measures(sums[:2].sum(axis=0))
    assert row["structures"] == 6
    for name in ("squared_pearson", "r2", "error_percent"):
        assert row[name] == pytest.approx(float(measures(sums.sum(axis=0))[name]))
        assert row[f"{name}_low"] == pytest.approx(float(first[name]))


def test_the_convolution_finds_the_response():
    """Fields made by convolving structures are predicted exactly, for structures it never saw."""
    rng = np.random.default_rng(0)
    phases = rng.integers(2, size=(40, 5, 5, 5)).astype(np.uint8)
    waves = np.fft.rfftn(rng.normal(size=(5, 5, 5)))
    waves[0, 0, 0] = 0
    fluctuation = np.fft.irfftn(
        np.fft.rfftn(phases, axes=(1, 2, 3)) * waves, s=(5, 5, 5), axes=(1, 2, 3)
    )
    strains = 1e-3 * (1 + fluctuation)
    batches = [(phases[:20], strains[:20]), (phases[20:30], strains[20:30])]
    fitted = LinearConvolution.fit(iter(batches), 1e-3)
    found = fitted.predict(phases[30:])
    assert measures(moments(strains[30:], found).sum(axis=0))["r2"] > 0.999
    np.testing.assert_allclose(found.mean(axis=(1, 2, 3)), 1e-3)


def test_homogeneous_structures_have_no_response():
    """The convolution of a set without waves predicts the macroscopic strain."""
    phases = np.ones((3, 4, 4, 4), np.uint8)
    fitted = LinearConvolution.fit([(phases, np.full(phases.shape, 2.0))], 2.0)
    np.testing.assert_allclose(fitted.predict(phases), 2.0)


def test_phase_means():
    """Each phase is given the mean of its voxels over all batches."""
    phases = np.array([[[[0, 1]]], [[[1, 1]]]], np.uint8)
    strains = np.array([[[[4.0, 1.0]]], [[[2.0, 3.0]]]])
    fitted = PhaseMean.fit(zip(phases[:, None], strains[:, None], strict=True))
    np.testing.assert_allclose(fitted.strains, [4, 2])
    np.testing.assert_allclose(fitted.predict(phases[:1]), [[[[4, 2]]]])
