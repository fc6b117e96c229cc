"""Classes of labels: between distinct values, nearly equal, made once; chance is measured."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score
from sklearn.svm import SVC

from pspflow.studies.temper.labels import classification
from pspflow.studies.temper.labels.classes import FEWEST_IN_CLASS, cut, uncut
from pspflow.studies.temper.labels.classification import (
    above_chance,
    held_out_classes,
    label_accuracy,
    permuted_accuracies,
)

LABELS = st.lists(
    st.one_of(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6)), min_size=1, max_size=30
)
DESIGNS = {
    "three rates": [1.0, 2, 3] * 8,
    "uneven rates": [1.0] * 14 + [2.0] * 6 + [3.0] * 4,
    "four rates": [100.0, 150, 200, 250] * 5,
    "two rates": [1.0] * 13 + [2.0] * 11,
    "a rate and rest": [1.0] * 12 + [2.0, 3, 4, 5, 6, 7],
    "all different": [float(i) for i in range(20)],
    "fewest": [1.0, 1, 2, 2, 3, 3],
}


def sizes(values, classes):
    """Count the specimens of every class."""
    return np.bincount(classes.of(np.array(values)), minlength=len(classes.names)).tolist()


def most_equal(values):
    """Try every pair of cuts, then every cut: the sum of squares of the most equal classes."""
    counts = np.unique(values, return_counts=True)[1]
    before = [0, *np.cumsum(counts).tolist()]
    for limits in (2, 1):
        found = []
        for cuts in combinations(range(1, len(counts)), limits):
            each = [before[b] - before[a] for a, b in pairwise((0, *cuts, len(counts)))]
            if min(each) >= FEWEST_IN_CLASS:
                found.append(sum(n * n for n in each))
        if found:
            return limits + 1, min(found)
    return 1, 0


@given(LABELS)
@settings(max_examples=300, deadline=None)
def test_classes_respect_equality_and_order_and_are_the_most_equal(values):
    """Equal values are in one class, larger values in no lower one; no other cuts are more even."""
    values = [float(np.float32(value)) for value in values]  # no two differ by rounding alone
    number, squares = most_equal(values)
    made = cut(values)
    assert (made is None) == (number == 1)
    if made is None:
        return
    ordered = np.sort(values)
    found = made.of(ordered)
    assert (np.diff(found) >= 0).all()
    assert (np.diff(found)[np.diff(ordered) == 0] == 0).all()
    assert len(made.names) == number
    assert min(sizes(values, made)) >= FEWEST_IN_CLASS
    assert sum(n * n for n in sizes(values, made)) == squares


def test_values_that_differ_by_rounding_are_equal():
    """0.1 + 0.2 and 0.3 are one feed rate."""
    values = [0.3, 0.1 + 0.2] * 4 + [0.4] * 4
    made = cut(values)
    assert made.names == ("low", "high")
    assert sizes(values, made) == [8, 4]


@given(LABELS)
@settings(max_examples=200, deadline=None)
def test_a_label_without_classes_says_why(values):
    """Either there are classes, or a sentence."""
    assert bool(uncut(values)) == (cut(values) is None)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([7.0] * 8, "all labelled specimens have one label value"),
        ([7.0] * 7 + [8.0], "7 of 8 labelled specimens have one label value"),
        ([6.0] + [7.0] * 7 + [8.0], "7 of 9 labelled specimens have one label value"),
    ],
)
def test_labels_without_classes(values, said):
    """One value, or one specimen that is different, is no classification."""
    assert said in uncut(values)
    assert cut(values) is None


def chips_of(values, each=4, seed=0):
    """Make chips of specimens in random order of their labels: values and names, by chip."""
    drawn = np.random.default_rng(seed).permutation(values)
    return np.repeat(drawn, each), np.repeat([f"s{i:02d}" for i in range(len(values))], each)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("folds", [2, 3, 8])
def test_every_fold_trains_on_every_class(monkeypatch, design, folds):
    """Ties merge no classes: what a chip's class is does not depend on the fold."""
    trained, fit = [], SVC.fit

    def watched(self, features, classes):
        trained.append(set(classes.tolist()))
        return fit(self, features, classes)

    monkeypatch.setattr(SVC, "fit", watched)
    values, names = chips_of(DESIGNS[design])
    truth, _ = held_out_classes(
        np.random.default_rng(1).normal(size=(len(values), 2)), values, names, folds
    )
    made = cut(DESIGNS[design])
    np.testing.assert_array_equal(truth, made.of(values))
    assert trained == [set(range(len(made.names)))] * min(folds, len(DESIGNS[design]))


@pytest.mark.parametrize("design", DESIGNS)
def test_a_label_that_chips_show_is_predicted(design):
    """Also where values are tied: features that are the label have an accuracy near 1."""
    values, names = chips_of(DESIGNS[design], seed=3)
    steps = np.unique(values, return_inverse=True)[1].astype(float)
    features = np.stack([steps, steps**2], axis=1)
    truth, predicted = held_out_classes(features, values, names, 8)
    assert balanced_accuracy_score(truth, predicted) > 0.6


def test_two_values_are_two_classes():
    """They are measured, and the table says how many classes there are."""
    values, names = chips_of(DESIGNS["two rates"])
    chips = pd.DataFrame({"specimen": names, "domain": "t5", "label_value": values})
    features = {
        "label": values[:, None] + np.random.default_rng(0).normal(0, 0.1, (len(values), 1))
    }
    (row,) = label_accuracy(features, chips, 8, 200, np.random.default_rng(0)).itertuples()
    assert row.classes == 2
    assert row.balanced_accuracy == 1
    assert row.permuted_low < 0.5 < row.permuted_high
    assert row.note == ""


@pytest.mark.parametrize("design", ["three rates", "uneven rates", "two rates"])
def test_shuffled_labels_score_what_the_line_of_chance_says(design):
    """Whatever the ties: a mean over shuffles is the mean of the permuted labels."""
    values = DESIGNS[design]
    scores, lines = [], []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        shuffled, names = chips_of(values, seed=seed)
        # texture of a specimen, which is not that of its label
        features = np.repeat(rng.normal(size=(len(values), 2)), 4, axis=0)
        features = features + rng.normal(0, 0.3, features.shape)
        scores.append(balanced_accuracy_score(*held_out_classes(features, shuffled, names, 3)))
        lines.append(permuted_accuracies(features, shuffled, names, 3, rng))
    error = np.std(scores) / np.sqrt(len(scores)) + np.std(lines) / np.sqrt(np.size(lines))
    assert np.mean(scores) == pytest.approx(np.mean(lines), abs=3 * error)


def test_permuted_labels_keep_specimens_together(monkeypatch):
    """All chips of a specimen have one label, and the labels are those that were given."""
    given_to, held_out = [], classification.held_out_classes

    def watched(features, values, specimens, folds):
        given_to.append(pd.Series(values).groupby(specimens).agg(["nunique", "first"]))
        return held_out(features, values, specimens, folds)

    monkeypatch.setattr(classification, "held_out_classes", watched)
    values, names = chips_of(DESIGNS["uneven rates"], each=30)
    rng = np.random.default_rng(0)
    found = permuted_accuracies(rng.normal(size=(len(values), 2)), values, names, 4, rng)
    assert len(found) == len(given_to) == classification.PERMUTATIONS
    for each in given_to:
        assert (each["nunique"] == 1).all()
        assert sorted(each["first"]) == sorted(DESIGNS["uneven rates"])
    orders = {tuple(each["first"]) for each in given_to}
    assert len(orders) == len(given_to)


def test_above_chance_is_above_permuted_labels():
    """Above their range, and with the whole interval above their mean; not without an interval."""
    rows = pd.DataFrame(
        [
            (0.6, 0.5, 0.34, 0.45),
            (0.44, 0.4, 0.34, 0.45),
            (0.6, 0.3, 0.34, 0.45),
            (0.6, 0.52, 0.5, 0.62),
            (0.9, np.nan, 0.34, 0.45),
        ],
        columns=["balanced_accuracy", "low", "permuted_labels", "permuted_high"],
    )
    assert above_chance(rows).tolist() == [True, False, False, False, False]
