"""Measures of predicted fields from sums, compared with numpy and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from pspflow.evaluation.fields import measures, moments, part_measures, part_moments


@pytest.fixture
def fields():
    """Return true and predicted fields, (6, 4, 4, 4)."""
    rng = np.random.default_rng(0)
    true = 1 + rng.normal(size=(6, 4, 4, 4))
    return true, 0.3 + 0.8 * true + 0.2 * rng.normal(size=true.shape)


def test_sums_of_structures_give_the_measures_over_all_voxels(fields):
    """They equal numpy's correlation, scikit-learn's R2 and the mean error over the mean."""
    true, predicted = fields
    found = measures(moments(true, predicted).sum(axis=0))
    pearson = np.corrcoef(true.ravel(), predicted.ravel())[0, 1]
    assert found["squared_pearson"] == pytest.approx(pearson**2)
    assert found["r2"] == pytest.approx(r2_score(true.ravel(), predicted.ravel()))
    error = np.abs(true - predicted).mean() / true.mean()
    assert found["error_percent"] == pytest.approx(100 * error)


def test_r2_depends_on_scale_and_the_correlation_does_not(fields):
    """An affine map of the prediction lowers R2 and does not change the correlation."""
    true, predicted = fields
    one, two = (measures(moments(true, p).sum(axis=0)) for p in (predicted, 5 * predicted - 2))
    assert one["squared_pearson"] == pytest.approx(two["squared_pearson"])
    assert two["r2"] < one["r2"]


def test_constant_fields_have_no_correlation():
    """For a homogeneous structure, correlation and R2 are not defined."""
    found = measures(moments(np.full((1, 8), 0.1), np.full((1, 8), 0.1)))
    assert np.isnan(found["squared_pearson"]).all()
    assert np.isnan(found["r2"]).all()
    assert found["error_percent"] == 0


def test_errors_of_parts_are_those_of_their_voxels():
    """The highest percentile, the means of phases and the mean, for two structures together."""
    rng = np.random.default_rng(0)
    true, phases = rng.uniform(1, 3, (2, 10, 10, 10)), rng.integers(2, size=(2, 10, 10, 10))
    true[1] *= 4
    predicted = true + np.where(phases, 0.3, -0.1) + (true > 2.99)
    found = part_measures(part_moments(true, predicted, phases).sum(axis=0))
    peaks = [np.argsort(each.ravel())[-10:] for each in true]
    off = [abs(p - t).ravel()[at].mean() for p, t, at in zip(predicted, true, peaks, strict=True)]
    size = [t.ravel()[at].mean() for t, at in zip(true, peaks, strict=True)]
    assert found["peak_error_percent"] == pytest.approx(100 * sum(off) / sum(size))
    means = [
        [field[phases[place] == phase].mean() for place, field in enumerate(of) for phase in (0, 1)]
        for of in (true, predicted)
    ]
    error = np.abs(np.subtract(*means)).sum() / np.sum(means[0])
    assert found["phase_error_percent"] == pytest.approx(100 * error)
    whole = [of.mean(axis=(1, 2, 3)) for of in (true, predicted)]
    error = np.abs(np.subtract(*whole)).sum() / np.sum(whole[0])
    assert found["mean_error_percent"] == pytest.approx(100 * error)


def test_a_phase_that_a_structure_lacks_has_no_error():
    """The other phases decide alone; fields and phases of other voxels are refused."""
    true, phases = np.ones((2, 8)), np.zeros((2, 8), np.uint8)
    phases[1, :4] = 1
    sums = part_moments(true, 1.5 * true, phases)
    assert part_measures(sums)["phase_error_percent"] == pytest.approx([50, 50])
    with pytest.raises(ValueError, match="one shape"):
        part_moments(true, true, phases[:1])
