"""Label classification and its statistics."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from pspflow.studies.temper.labels.classification import (
    accuracy_interval,
    held_out_classes,
    label_accuracy,
    rank_correlations,
)

SPECIMENS, CHIPS = 24, 10


@pytest.fixture
def chips():
    """Make chips of specimens whose label is their number."""
    names = np.repeat([f"s{i:02d}" for i in range(SPECIMENS)], CHIPS)
    values = np.repeat(np.arange(SPECIMENS, dtype=float), CHIPS)
    return pd.DataFrame({"specimen": names, "domain": "t5", "label_value": values})


def test_informative_features_are_found_and_noise_is_not(chips):
    """Features that carry the label classify well, features that do not stay at chance."""
    rng = np.random.default_rng(0)
    carried = chips["label_value"].to_numpy()[:, None] + rng.normal(0, 0.5, (len(chips), 3))
    noise = rng.normal(size=(len(chips), 3))
    table = label_accuracy({"informative": carried, "noise": noise}, chips, 8, 200, rng)
    accuracy = table.set_index("features")["balanced_accuracy"]
    assert accuracy["informative"] > 0.85
    assert accuracy["noise"] < 0.5


def test_a_specimen_is_never_on_both_sides(chips):
    """A feature that only names the specimen is useless: chips of it were not trained on."""
    rng = np.random.default_rng(1)
    fingerprint = np.repeat(rng.permutation(SPECIMENS), CHIPS)
    features = np.eye(SPECIMENS)[fingerprint]
    names = chips["specimen"].to_numpy()
    truth, predicted = held_out_classes(features, chips["label_value"].to_numpy(), names, 8)
    assert balanced_accuracy_score(truth, predicted) < 0.5


def test_classes_are_terciles_of_the_specimens(chips):
    """Three classes of almost equal size, however many chips a specimen has."""
    uneven = pd.concat([chips, chips[chips["specimen"] == "s00"].sample(500, replace=True)])
    features = uneven[["label_value"]].to_numpy()
    names = uneven["specimen"].to_numpy()
    truth, _ = held_out_classes(features, uneven["label_value"].to_numpy(), names, 8)
    classes = pd.Series(truth).groupby(names).agg(lambda c: c.mode()[0]).value_counts()
    assert classes.max() - classes.min() <= 3


def test_interval_resamples_specimens_and_not_chips():
    """Ten identical chips of each specimen are no more evidence than one."""
    rng = np.random.default_rng(2)
    truth = np.repeat([0, 1, 2], 10)
    predicted = np.where(rng.random(30) < 0.7, truth, (truth + 1) % 3)
    names = np.array([f"s{i}" for i in range(30)])
    one = accuracy_interval(truth, predicted, names, 4000, np.random.default_rng(3))
    ten = accuracy_interval(
        *(np.repeat(a, 10) for a in (truth, predicted, names)), 4000, np.random.default_rng(3)
    )
    assert one == pytest.approx(ten)
    assert one[0] == balanced_accuracy_score(truth, predicted)
    assert one[1] < one[0] < one[2]


def test_interval_agrees_with_a_plain_bootstrap():
    """The weighted counts give what drawing specimens and scoring their chips gives."""
    rng = np.random.default_rng(4)
    names = np.repeat(np.arange(20), rng.integers(3, 9, 20)).astype(str)
    truth = rng.integers(0, 3, len(names))
    predicted = np.where(rng.random(len(names)) < 0.6, truth, rng.integers(0, 3, len(names)))
    members = {name: np.flatnonzero(names == name) for name in np.unique(names)}
    of_class = [sorted(set(names[truth == k])) for k in range(3)]
    scores = []
    for _ in range(3000):
        drawn = np.concatenate([rng.choice(group, len(group)) for group in of_class])
        at = np.concatenate([members[name] for name in drawn])
        scores.append(balanced_accuracy_score(truth[at], predicted[at]))
    _, low, high = accuracy_interval(truth, predicted, names, 3000, rng)
    assert (low, high) == pytest.approx(tuple(np.quantile(scores, [0.025, 0.975])), abs=0.015)


@pytest.mark.filterwarnings("error")
def test_a_label_of_one_value_has_no_rank_correlation():
    """One feed rate for all specimens is no fault of theirs, and nothing to warn of."""
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0, np.nan], "b": [5.0, 5.0, 5.0, 6.0]})
    rows = rank_correlations(table, ["a", "b"])
    assert rows["specimens"].item() == 3
    assert np.isnan(rows["spearman_rho"].item())


def test_rank_correlations_leave_out_unmeasured_specimens():
    """Monotone labels correlate to 1 and -1, over the specimens that have both."""
    table = pd.DataFrame(
        {"a": [1.0, 2, 3, 4, np.nan], "b": [2.0, 4, 8, 16, 1], "c": -np.arange(5.0)}
    )
    rows = rank_correlations(table, ["a", "b", "c"]).set_index(["first", "second"])
    assert rows.loc[("a", "b"), "spearman_rho"] == pytest.approx(1)
    assert rows.loc[("a", "c"), "spearman_rho"] == pytest.approx(-1)
    assert rows.loc[("a", "b"), "specimens"] == 4


@pytest.mark.parametrize(
    ("specimens", "values", "note"),
    [
        (1, [1.0], "1 labelled specimens, at least 6"),
        (5, [1.0, 2, 3, 4, 5], "5 labelled specimens, at least 6"),
        (8, [7.0] * 8, "all labelled specimens have one label value"),
    ],
)
def test_what_cannot_be_measured_is_absent_and_says_why(specimens, values, note):
    """Few specimens or one label value give an empty cell with its reason, not a traceback."""
    names = np.repeat([f"s{i}" for i in range(specimens)], 4)
    chips = pd.DataFrame({"specimen": names, "domain": "t5", "label_value": np.repeat(values, 4)})
    features = {"noise": np.random.default_rng(0).normal(size=(len(chips), 2))}
    (row,) = label_accuracy(features, chips, 8, 100, np.random.default_rng(0)).itertuples()
    assert np.isnan(row.balanced_accuracy)
    assert row.note.startswith(note)


def test_few_label_values_and_few_specimens_are_measured_without_interval(chips):
    """Three feed rates in replicates are a design, and seven specimens are what some labs have."""
    few = chips[chips["label_value"] < 7].assign(label_value=lambda c: c["label_value"] // 3)
    features = {"label itself": few[["label_value"]].to_numpy()}
    (row,) = label_accuracy(features, few, 8, 100, np.random.default_rng(0)).itertuples()
    assert 0 <= row.balanced_accuracy <= 1
    assert np.isnan(row.low)
    assert np.isnan(row.high)
