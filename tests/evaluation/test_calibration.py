"""Calibration by ranks: what is right passes, and each way of being wrong is seen."""

import numpy as np
import pytest
from scipy.stats import chi2, chisquare

from pspflow.evaluation.calibration import (
    coverage,
    holm,
    rank_histogram,
    ranks_among,
    uniformity,
)

DRAWS, TRUTHS = 99, 2000


def gaussian_ranks(width=1.0, shift=0.0, seed=0):
    """Rank truths among samples of their posterior, widened and shifted.

    The prior and the noise are standard normal: given data y, the truth is normal around y / 2 with
    variance 1 / 2.
    """
    rng = np.random.default_rng(seed)
    truths = rng.standard_normal((TRUTHS, 1))
    data = truths + rng.standard_normal((TRUTHS, 1))
    noise = rng.standard_normal((TRUTHS, DRAWS, 1))
    samples = data[:, None] / 2 + shift + width * np.sqrt(0.5) * noise
    return ranks_among(truths, samples)[:, 0]


def test_a_right_posterior_has_uniform_ranks():
    """Over many data sets the test rejects as often as its level says, and coverage is nominal."""
    p_values = [uniformity(gaussian_ranks(seed=seed), DRAWS).p_value for seed in range(40)]
    assert np.mean(np.array(p_values) < 0.05) < 0.2
    assert 0.25 < np.mean(p_values) < 0.75
    for level in (0.5, 0.9, 0.95):
        nominal, observed = coverage(gaussian_ranks(), DRAWS, level)
        assert nominal == pytest.approx(level, abs=0.011)
        assert observed == pytest.approx(nominal, abs=4 * np.sqrt(level * (1 - level) / TRUTHS))


@pytest.mark.parametrize(("width", "shift", "sign"), [(0.6, 0, -1), (1.7, 0, 1), (1, 0.5, -1)])
def test_a_wrong_posterior_is_seen(width, shift, sign):
    """One too narrow or shifted covers too little, one too wide too much; neither is uniform."""
    ranks = gaussian_ranks(width, shift)
    assert uniformity(ranks, DRAWS).p_value < 1e-9
    nominal, observed = coverage(ranks, DRAWS, 0.5)
    assert (observed - nominal) * sign > 0.02


@pytest.mark.parametrize("draws", [20, 99, 100])
def test_intervals_are_those_that_so_many_samples_allow(draws):
    """One truth of every rank: the share in the interval is the nominal one, exactly."""
    ranks = np.arange(draws + 1)
    for level in (0.01, 0.5, 0.9, 0.95, 0.999):
        nominal, observed = coverage(ranks, draws, level)
        assert observed == pytest.approx(nominal)


def test_ranks_count_what_lies_below():
    """The rank is the number of smaller samples, for every quantity on its own."""
    samples = np.array([[[0.0, 5.0], [1.0, 6.0], [2.0, 7.0]]])
    np.testing.assert_array_equal(ranks_among(np.array([[1.5, 4.0]]), samples), [[2, 0]])


def test_the_test_is_pearsons():
    """Bins of unequal numbers of ranks have unequal expectations, and none is lost."""
    ranks = np.random.default_rng(0).integers(0, 22, 300)
    counts, expected = rank_histogram(ranks, 21, 5)
    assert counts.sum() == 300
    assert expected.sum() == pytest.approx(300)
    found = uniformity(ranks, 21)
    counts, expected = rank_histogram(ranks, 21, found.bins)
    assert found[::2] == pytest.approx(tuple(chisquare(counts, expected)))
    assert found.p_value == pytest.approx(chi2.sf(found.statistic, found.bins - 1))


def test_bins_hold_enough():
    """With few truths there are few bins, and with very few no test."""
    assert uniformity(np.arange(20), 99).bins == 4
    with pytest.raises(ValueError, match="at least 10 ranks are needed, got 9"):
        uniformity(np.arange(9), 99)


def test_many_tests_are_adjusted():
    """Holm's method on its textbook example, in the order that is given."""
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm(np.array([0.9, 0.8])), 1)


def test_nonsense_is_refused():
    """Shapes that do not match, numbers that are none, ranks beyond the samples."""
    with pytest.raises(ValueError, match="samples \\(n, s, d\\)"):
        ranks_among(np.zeros((2, 3)), np.zeros((2, 5, 4)))
    with pytest.raises(ValueError, match="NaN or infinity"):
        ranks_among(np.zeros((1, 1)), np.full((1, 2, 1), np.nan))
    with pytest.raises(ValueError, match="from 0 to the 5 draws"):
        coverage(np.array([6]), 5, 0.5)
    with pytest.raises(ValueError, match="level"):
        coverage(np.array([3]), 5, 1.5)
    with pytest.raises(ValueError, match="empty"):
        rank_histogram(np.empty(0, np.int64), 5, 2)
