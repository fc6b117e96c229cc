"""Classification of domains on features whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from pspflow.studies.temper.domains.classification import (
    balanced_accuracy,
    domain_accuracy,
    held_out_domains,
    unsplittable,
    votes,
)

DOMAINS = ("raw", "aged", "over aged")
SPECIMENS, CHIPS = 12, 6


def chips(paired=True):
    """List chips of specimens with all domains, or with one each."""
    rows = [
        (f"s{s}", domain, f"s{s} {domain}")
        for s in range(SPECIMENS)
        for k, domain in enumerate(DOMAINS)
        if paired or s % len(DOMAINS) == k
        for _ in range(CHIPS)
    ]
    return pd.DataFrame(rows, columns=["specimen", "domain", "micrograph"])


def features(table, noise, seed=0):
    """Make features that have the domain, with noise."""
    known = pd.get_dummies(table["domain"]).to_numpy(float)
    return known + np.random.default_rng(seed).normal(0, noise, known.shape)


def judged(table, noise, folds=4):
    """Classify."""
    made = {"all": features(table, noise)}
    return domain_accuracy(made, table, folds, 200, np.random.default_rng(0))


@pytest.mark.parametrize("paired", [True, False])
def test_features_that_have_the_domain_tell_it(paired):
    """Of chips and of micrographs, whether specimens have all domains or one."""
    accuracy, confusions = judged(chips(paired), 0.01)
    assert accuracy["balanced_accuracy"].tolist() == [1, 1]
    assert accuracy["judged"].tolist() == ["chips", "micrographs"]
    assert accuracy["count"].tolist() == [len(chips(paired)), len(set(chips(paired)["micrograph"]))]
    shares = confusions.set_index("domain")[[f"as {name}" for name in DOMAINS]]
    np.testing.assert_array_equal(shares, np.eye(3))
    assert accuracy["low"].notna().all() == paired, "four specimens of a domain are too few"


def test_a_vote_is_better_than_its_chips_and_noise_is_chance():
    """Noise of chips averages out; features without the domain are a third."""
    accuracy, _ = judged(chips(), 0.8)
    one, many = accuracy["balanced_accuracy"]
    assert one < many
    chance, _ = judged(chips(), 1e6)
    assert chance["balanced_accuracy"].iloc[0] == pytest.approx(1 / 3, abs=0.12)


def test_no_specimen_is_on_both_sides():
    """Features that name the specimen and nothing else tell no domain."""
    table = chips(paired=False)
    names = pd.get_dummies(table["specimen"]).to_numpy(float)
    domains, specimens = (table[name].to_numpy(str) for name in ("domain", "specimen"))
    found = held_out_domains(names, domains, specimens, 4, 0)
    assert balanced_accuracy_score(domains, found) < 0.7


def test_balanced_accuracy_is_that_of_scikit_learn():
    """Domains count alike, however many chips each has; the interval is about the value."""
    table = chips().iloc[4:]
    truth, specimens = (table[name].to_numpy(str) for name in ("domain", "specimen"))
    rng = np.random.default_rng(0)
    predicted = np.where(rng.random(len(truth)) < 0.3, "raw", truth)
    value, low, high = balanced_accuracy(truth, predicted, specimens, 300, rng)
    assert value == pytest.approx(balanced_accuracy_score(truth, predicted))
    assert low < value < high


def test_votes_are_of_the_most_chips():
    """And of equally many, the first by name."""
    predicted = np.array(["b", "a", "b", "b", "a"])
    found = votes(predicted, np.array(["x", "x", "x", "y", "y"]))
    assert found.to_dict() == {"x": "b", "y": "a"}


def test_too_few_specimens_are_said():
    """Nothing is measured, and the note names the domain."""
    table = chips(paired=False)
    accuracy, confusions = judged(table, 0.1, folds=5)
    assert accuracy["balanced_accuracy"].isna().all()
    assert accuracy["note"].str.contains("has 4 specimens, for 5 folds").all()
    assert confusions.empty
    assert unsplittable(table["domain"].to_numpy(), table["specimen"].to_numpy(), 4) == ""
