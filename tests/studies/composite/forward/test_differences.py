"""Differences of two models: paired runs, intervals, and what they decide."""

import numpy as np
import pytest

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Difference
from pspflow.studies.composite.forward.differences import against, compared, outcome, sentence


def test_comparison_pairs_the_runs(accuracies):
    """Splits that are hard for both cancel, and a run that one lacks is left out."""
    table = against(accuracies(cnn=[3, 13, 6], mixture=[2, 12]), "mixture", ["cnn"])
    row = table.iloc[0]
    assert (row["runs"], row["difference"], row["difference_sd"]) == (2, -1, 0)


def test_interval_is_students():
    """For 3 runs, 4.303 standard errors on either side of the mean."""
    found = Difference.of(np.array([1.0, 2.0, 3.0]))
    assert (found.runs, found.mean, found.sd) == (3, 2, 1)
    assert found.high - found.mean == pytest.approx(4.3027 / np.sqrt(3), rel=1e-4)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)


@pytest.mark.parametrize(
    ("mixture", "cnn", "decided", "words"),
    [
        ([3.0, 3.1, 2.9], [5.0, 5.2, 4.8], BETTER, "better by every measure"),
        ([5.0, 5.2, 4.8], [3.0, 3.1, 2.9], WORSE, "worse by every measure"),
        ([3.0, 5.0, 4.0], [4.0, 3.0, 5.5], UNDECIDED, "which is better cannot be told, since"),
        ([3.0], [5.0], UNDECIDED, "one run cannot tell which is better"),
    ],
)
def test_better_is_said_only_where_the_interval_excludes_zero(
    accuracies, mixture, cnn, decided, words
):
    """One run, or runs that disagree, decide nothing."""
    found = compared(accuracies(mixture=mixture, cnn=cnn), "normal", "mixture", "cnn")
    assert outcome(found) == decided
    assert words in sentence(found)


def test_measures_that_disagree_are_named(accuracies):
    """A lower MAPE with a higher mean relative error is not called better."""
    table = accuracies(mixture=[3.0, 3.1], cnn=[5.0, 5.1])
    table.loc[table["model"] == "mixture", "mean_relative_error"] += 20
    found = compared(table, "c11", "mixture", "cnn")
    assert outcome(found) == WORSE
    words = sentence(found)
    assert "by mean relative error it is worse; by MAPE and R² it is better" in words
    assert "MAPE -2.00 (-2.00 to -2.00) points" in words


def test_measures_without_values_do_not_count(accuracies):
    """R² of a single test structure is not defined."""
    found = compared(
        accuracies(mixture=[3.0, 3.1], cnn=[5.0, 5.1]).assign(r2=np.nan), "c11", "mixture", "cnn"
    )
    assert set(found) == {"mape", "mean_relative_error"}
    assert outcome(found) == BETTER
