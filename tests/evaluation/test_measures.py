"""Measures between samples, compared with textbook estimators, and their resamples."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from pspflow.evaluation import measures
from pspflow.evaluation.measures import (
    KernelMeasure,
    MeanMeasure,
    histogram_wasserstein,
    mean_absolute,
    root_mean_square,
)
from pspflow.evaluation.resampling import Sample, resamples

DISTANCES = (mean_absolute, root_mean_square, histogram_wasserstein(2.0))
EVERY = [*(MeanMeasure(distance, "grey level") for distance in DISTANCES), KernelMeasure()]
every_measure = pytest.mark.parametrize("measure", EVERY)


def sample(seed, chips=30, specimens=5):
    """Make a sample of four features whose chips differ by seed and specimen."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, specimens, chips)
    return Sample(rng.normal(0.1 * codes[:, None], 1, (chips, 4)), codes)


def copies(data, weights):
    """Return (chip, copy of its specimen) of a resample, as often as it was drawn."""
    return [(i, k) for i, code in enumerate(data.specimens) for k in range(weights[code])]


def kernel_mean(a, b, at_a, at_b, *, distinct):
    """Average the kernel over pairs one by one.

    Pairs of different copies of a specimen are left out; those of the same chip, if distinct.
    """
    values = [
        (a.features[i] @ b.features[j] / a.features.shape[1] + 1) ** 3
        for i, copy in at_a
        for j, other in at_b
        if not (distinct and i == j) and not (a.specimens[i] == b.specimens[j] and copy != other)
    ]
    return np.mean(values)


def test_kernel_distance_is_the_unbiased_estimator():
    """Row 0 is the U-statistic of Gretton et al. on all chips."""
    a, b = sample(0), sample(1, chips=20)
    x, y = a.features, b.features
    within_x, within_y, across = ((p @ q.T / 4 + 1) ** 3 for p, q in ((x, x), (y, y), (x, y)))
    m, n = len(x), len(y)
    expected = (
        (within_x.sum() - np.trace(within_x)) / (m * (m - 1))
        + (within_y.sum() - np.trace(within_y)) / (n * (n - 1))
        - 2 * across.mean()
    )
    actual = KernelMeasure().compare(a, b, np.ones((1, 5), int))
    np.testing.assert_allclose(actual, [expected], rtol=1e-12)


def test_kernel_distance_of_resamples(monkeypatch):
    """Every resample equals a loop over pairs of chips, without pairs of a specimen's copies."""
    monkeypatch.setattr(measures, "_ROWS", 7)
    a, b = sample(0), sample(1, chips=20)
    draws = resamples(np.array([0, 0, 0, 1, 1]), 4, np.random.default_rng(0))
    actual = KernelMeasure().compare(a, b, draws)
    for weights, value in zip(draws, actual, strict=True):
        at_a, at_b = copies(a, weights), copies(b, weights)
        expected = (
            kernel_mean(a, a, at_a, at_a, distinct=True)
            + kernel_mean(b, b, at_b, at_b, distinct=True)
            - 2 * kernel_mean(a, b, at_a, at_b, distinct=False)
        )
        assert value == pytest.approx(expected, rel=1e-10)


def test_kernel_distance_interval_holds_its_value():
    """Where specimens differ, resamples still scatter about the value for the data."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(30), 8)
    draws = resamples(np.zeros(30, int), 200, rng)
    held = 0
    for _ in range(10):
        sides = [rng.normal(size=(30, 4))[codes] + rng.normal(size=(240, 4)) for _ in range(2)]
        values = KernelMeasure().compare(*(Sample(side, codes) for side in sides), draws)
        low, high = np.percentile(values[1:], [2.5, 97.5])
        held += low <= values[0] <= high
    assert held >= 9


def test_kernel_distance_is_unbiased():
    """Between samples of one distribution it is zero on average, below it as often as above."""
    rng = np.random.default_rng(0)
    codes = np.arange(20)
    weights = np.ones((1, 20), int)
    values = [
        KernelMeasure().compare(
            *(Sample(rng.normal(size=(20, 4)), codes) for _ in range(2)), weights
        )[0]
        for _ in range(300)
    ]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(300)
    assert 0.3 < np.mean(np.array(values) < 0) < 0.7


def test_kernel_distance_depends_on_more_than_means():
    """It separates two sets of equal mean and different spread, which mean features do not."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4))
    codes = np.zeros(200, int)
    a, b = Sample(x - x.mean(axis=0), codes), Sample(2 * (x - x.mean(axis=0)), codes)
    weights = np.ones((1, 1), int)
    assert KernelMeasure().compare(a, b, weights) > 1
    assert MeanMeasure(mean_absolute, "1").compare(a, b, weights) < 1e-12


def test_kernel_distance_needs_pairs():
    """A single chip, or two that a resample takes apart, have no pairs to average."""
    one = Sample(np.ones((1, 4)), np.zeros(1, int))
    two = Sample(np.ones((2, 4)), np.arange(2))
    assert np.isnan(KernelMeasure().compare(one, two, np.ones((1, 2), int))).all()
    values = KernelMeasure().compare(two, two, np.array([[1, 1], [2, 0]]))
    assert np.isfinite(values[0])
    assert np.isnan(values[1])


@pytest.mark.parametrize("distance", DISTANCES)
def test_copies_of_specimens(distance):
    """Weights give the same as chips that are copied."""
    a, b = sample(0), sample(1)
    weights = np.array([3, 0, 1, 2, 1])
    measure = MeanMeasure(distance, "1")
    written = []
    for data in (a, b):
        at = [chip for chip, _ in copies(data, weights)]
        written.append(Sample(data.features[at], data.specimens[at]))
    np.testing.assert_allclose(
        measure.compare(a, b, weights[None]),
        measure.compare(*written, np.ones((1, 5), int)),
        rtol=1e-12,
    )


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_sample_has_no_distance_to_itself(distance):
    """Both sides are resampled together, so the distance is 0 in every resample."""
    a = sample(0)
    draws = resamples(np.zeros(5), 10, np.random.default_rng(0))
    np.testing.assert_array_equal(MeanMeasure(distance, "1").compare(a, a, draws), np.zeros(11))


@every_measure
def test_invariances(measure):
    """Sides may be swapped and chips reordered; there is one value per resample."""
    a, b = sample(0), sample(1)
    draws = resamples(np.zeros(5), 10, np.random.default_rng(0))
    values = measure.compare(a, b, draws)
    assert values.shape == (11,)
    assert values.dtype == np.float64
    np.testing.assert_allclose(measure.compare(b, a, draws), values, rtol=1e-10)
    order = np.random.default_rng(2).permutation(len(a.specimens))
    shuffled = Sample(a.features[order], a.specimens[order])
    np.testing.assert_allclose(measure.compare(shuffled, b, draws), values, rtol=1e-10)


def test_histogram_distance_equals_scipy():
    """The area between cumulative histograms is scipy's 1-Wasserstein distance."""
    a, b = np.random.default_rng(0).dirichlet(np.ones(64), (2, 3))
    levels = np.arange(64) * 4.0
    expected = [wasserstein_distance(levels, levels, p, q) for p, q in zip(a, b, strict=True)]
    np.testing.assert_allclose(histogram_wasserstein(4.0)(a, b), expected, rtol=1e-10)


def test_distances_by_hand():
    """Distances are per feature, in the unit of the features."""
    a, b = np.array([0.0, 0.0]), np.array([3.0, -1.0])
    assert mean_absolute(a, b) == 2
    assert root_mean_square(a, b) == pytest.approx(np.sqrt(5))
