"""Differences of two models, and what they decide."""

import numpy as np
from scipy.stats import ttest_1samp

from pspflow.evaluation.comparisons import (
    BETTER,
    UNDECIDED,
    WORSE,
    Difference,
    Finding,
    joined,
    verdict,
)


def test_the_interval_is_students():
    """It is the one whose test does not reject 0 exactly where it includes 0."""
    values = np.random.default_rng(0).normal(0.3, 1, 7)
    found = Difference.of(values)
    ends = ttest_1samp(values, 0).confidence_interval(0.95)
    np.testing.assert_allclose([found.low, found.high], [ends.low, ends.high])


def test_one_repetition_decides_nothing():
    """It has no interval, however large the difference."""
    assert Difference.of(np.array([5.0])).outcome(1) == UNDECIDED
    assert Difference.of(np.array([5.0, 5.1, 4.9])).outcome(1) == BETTER
    assert Difference.of(np.array([5.0, 5.1, 4.9])).outcome(-1) == WORSE


def test_measures_that_disagree_are_named():
    """What is worse comes first."""
    said = verdict({"error": BETTER, "likelihood": WORSE}, "intervals include 0")
    assert said == "by likelihood it is worse; by error it is better"
    assert verdict({"a": BETTER, "b": BETTER}, "") == "it is better by every measure"


def test_findings_of_one_kind_are_joined_the_worse_first():
    """With counts of all three outcomes, in any order; none make no sentence."""
    given = [Finding(BETTER, "b 1"), Finding(WORSE, "w"), Finding(BETTER, "b 2")]
    (made,) = joined(given, "errors")
    assert made == (WORSE, "1 worse, 0 undecided, 2 better: errors. Worse: w. Better: b 1; b 2.")
    assert joined([], "errors") == []
