"""Spread over trainings: known spreads are found, equal ones are not told apart."""

import re

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.temper.transfer.judged.spread import spread_between_trainings, spread_finding
from pspflow.studies.temper.transfer.plausibility import SOURCE

WAYS = [(a, b) for a in "abc" for b in "abc" if a != b]


def distances(spreads, trainings=6, seed=0, scale=1.0):
    """Make distances of trainings that spread by kind; directions differ in size."""
    rng = np.random.default_rng(seed)
    rows = []
    for kind, spread in spreads.items():
        for number in range(trainings):
            common = rng.normal()
            for k, (a, b) in enumerate(WAYS):
                size = 10.0**k * scale
                value = size * (5 + spread * (0.5 * common + rng.normal()))
                rows.append((f"{kind}/seed{number}", a, b, "m", "1", value))
    rows += [(SOURCE, a, b, "m", "1", 99.0) for a, b in WAYS]
    return pd.DataFrame(rows, columns=["flow", "source", "target", "measure", "unit", "value"])


@pytest.mark.parametrize(
    ("ratio", "counted", "named"),
    [
        (8.0, "1 more, 0 less", "More: "),
        (1.0, "0 more, 0 less", None),
        (1 / 8, "0 more, 1 less", "Less: "),
    ],
)
def test_a_known_ratio_is_found(ratio, counted, named):
    """Whatever the unit of a direction, and as large as it is."""
    table = distances({"none": 0.1, "exact": 0.1 * ratio})
    made = spread_between_trainings(table, {"exact": "none"})
    (row,) = made.to_dict("records")
    assert row["ratio"] == pytest.approx(ratio, rel=0.6)
    assert row["trainings"] == 6
    (said,) = spread_finding(made)
    assert said.startswith(f"{counted} of 1: whether trainings spread more than those that they")
    written = f"{row['ratio']:.2f} (exact, m)"
    for word in ("More: ", "Less: "):
        assert (f"{word}{written}." in said) == (word == named)
    assert said.endswith(f"Ratios of standard deviations are {written} to {written}.")


def test_several_comparisons_are_one_sentence():
    """With the extremes of all of them, each named."""
    table = distances({"none": 0.1, "exact": 0.8, "gan": 0.1 / 8})
    made = spread_between_trainings(table, {"exact": "none", "gan": "none"})
    (said,) = spread_finding(made)
    assert said.startswith("1 more, 1 less of 2: ")
    assert "(exact, gan; 1 measures" in said
    assert re.search(r"More: [\d.]+ \(exact, m\)\. Less: [\d.]+ \(gan, m\)\.", said)


def test_chance_is_as_rare_as_it_says():
    """Equal spreads are called different in no more than about one of twenty cases."""
    found = [
        spread_between_trainings(
            distances({"none": 0.1, "exact": 0.1}, trainings=5, seed=seed), {"exact": "none"}
        )["p_value"].iloc[0]
        for seed in range(60)
    ]
    assert np.mean(np.array(found) < 0.05) <= 0.15


def test_few_trainings_are_not_compared():
    """Of three and three there are twenty permutations."""
    table = distances({"none": 0.1, "exact": 0.8}, trainings=3)
    made = spread_between_trainings(table, {"exact": "none"})
    assert made.empty
    assert spread_finding(made) == []
    assert "p_adjusted" in made


def test_trainings_that_are_all_alike_have_no_ratio():
    """Nothing is divided by a spread of 0."""
    made = spread_between_trainings(distances({"none": 0.0, "exact": 0.1}), {"exact": "none"})
    assert made["ratio"].isna().all()
    assert made["p_adjusted"].tolist() == [1]
