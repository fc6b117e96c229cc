"""Resampling of specimens: the draws, and weights in place of copies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.evaluation.resampling import Sample, interval, resamples, specimen_means

STRATA = np.array([0, 2, 0, 0, 1, 2])


def sample(seed=0, chips=40, features=3, specimens=6):
    """Make a sample in which specimens differ, also in their number of chips."""
    rng = np.random.default_rng(seed)
    codes = np.sort(rng.integers(0, specimens, chips))
    codes[:specimens] = np.arange(specimens)
    return Sample(rng.normal(size=(chips, features)) + codes[:, None], codes)


@given(st.integers(0, 1000))
def test_every_stratum_keeps_its_size(seed):
    """No resample lacks a domain, and a stratum of one specimen keeps it."""
    draws = resamples(STRATA, 20, np.random.default_rng(seed))
    assert draws.shape == (21, 6)
    assert draws.dtype == np.int64
    for stratum, size in enumerate([3, 1, 2]):
        np.testing.assert_array_equal(draws[:, stratum == STRATA].sum(axis=1), size)


def test_first_row_is_the_data():
    """Row 0 takes every specimen once; without resamples it is the only row."""
    np.testing.assert_array_equal(resamples(STRATA, 3, np.random.default_rng(0))[0], 1)
    np.testing.assert_array_equal(resamples(STRATA, 0, np.random.default_rng(0)), np.ones((1, 6)))


def test_draws_are_with_replacement():
    """Within a stratum of 3, a specimen is drawn as often as in 3 draws of probability 1/3."""
    draws = resamples(np.zeros(3), 20_000, np.random.default_rng(0))[1:]
    shares = np.bincount(draws[:, 0], minlength=4) / len(draws)
    np.testing.assert_allclose(shares, np.array([8, 12, 6, 1]) / 27, atol=0.015)


def test_weights_stand_for_copies():
    """A weighted mean equals the mean of chips copied out one by one; specimens may be absent."""
    data = sample()
    present = Sample(data.features[data.specimens != 4], data.specimens[data.specimens != 4])
    draws = resamples(np.zeros(6), 10, np.random.default_rng(1))
    means = specimen_means(present, draws)
    for weights, mean in zip(draws, means, strict=True):
        copies = [
            row
            for row, code in zip(present.features, present.specimens, strict=True)
            for _ in range(weights[code])
        ]
        np.testing.assert_allclose(mean, np.mean(copies, axis=0), rtol=1e-12)


def test_interval_covers_the_spread_of_specimens():
    """The width of the interval follows from the specimens, however many chips each has."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(40), 50)
    data = Sample(rng.normal(size=40)[codes][:, None], codes)
    draws = resamples(np.zeros(40), 4000, rng)
    value, low, high = interval(specimen_means(data, draws)[:, 0])
    assert low < value < high
    error = data.features.std() / np.sqrt(40)
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.1)


def test_interval_leaves_the_data_out():
    """The value is row 0, which is not a resample."""
    value, low, high = interval(np.concatenate([[1e6], np.arange(1001.0)]))
    assert (value, low, high) == pytest.approx((1e6, 25, 975))
    assert interval(np.array([1.0, np.nan, 3.0, np.nan])) == (1, 3, 3)
    with pytest.raises(ValueError, match="no resamples"):
        interval(np.ones(1))


@pytest.mark.parametrize(
    ("features", "specimens", "message"),
    [
        (np.empty((0, 3)), np.empty(0, int), "empty sample"),
        (np.ones((2, 3)), np.zeros(3, int), "features"),
        (np.ones(2), np.zeros(2, int), "features"),
        (np.ones((2, 3)), np.array([0, -1]), "whole numbers"),
        (np.ones((2, 3)), np.zeros(2), "whole numbers"),
    ],
)
def test_no_sample(features, specimens, message):
    """An invalid sample is refused when it is made."""
    with pytest.raises(ValueError, match=message):
        Sample(features, specimens)


def test_draws_that_do_not_fit():
    """Specimens without weights, and resamples without chips, give errors and not NaN."""
    data = Sample(np.ones((2, 1)), np.array([0, 3]))
    with pytest.raises(ValueError, match="specimen 3 has no weight"):
        specimen_means(data, np.ones((1, 3), int))
    with pytest.raises(ValueError, match="no chips"):
        specimen_means(data, np.array([[1, 1, 1, 1], [0, 2, 2, 0]]))
