"""Differences between kinds of trainings: by hand, by scipy, and by how often they cover."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from pspflow.evaluation.calibration import holm
from pspflow.studies.temper.transfer.judged.effects import COLUMNS, adjusted, effects, limits

MANY = 10_000
"""Specimens of which chance takes hardly part."""
COMPARISONS = {"pinet": "none", "exact": "none"}
TRAININGS = {
    "none": ["none/seed0", "none/seed1"],
    "pinet": ["pinet/seed0"],
    "exact": ["exact/seed0", "exact/seed1", "exact/seed2"],
}
LEVELS = {"none/seed0": 5, "none/seed1": 7, "pinet/seed0": 8}
LEVELS |= {"exact/seed0": 1, "exact/seed1": 2, "exact/seed2": 6}


def made_up(value, spread=0.0, seed=0, count=400):
    """Make the values of a flow: the first as it is, resamples about it."""
    return np.append(value, np.random.default_rng(seed).normal(value, spread, count))


def compare(values, comparisons=COMPARISONS, trainings=TRAININGS, specimens=30):
    """Tabulate effects of a measure."""
    return effects(values, trainings, comparisons, "m", specimens)


def test_effects_are_differences_of_means_over_trainings():
    """Below 0 where the variant brings the distance down; trainings spread as NumPy says."""
    values = {
        (flow, way): made_up(value + 10 * k, 0.1, seed=i)
        for i, (flow, value) in enumerate(LEVELS.items())
        for k, way in enumerate([("a", "b"), ("b", "a")])
    }
    table = compare(values).set_index(["variant", "source"])
    assert set(table.index) == {(kind, a) for kind in ("pinet", "exact") for a in "ab"}
    for (kind, source), row in table.iterrows():
        lift = 0 if source == "a" else 10
        assert row["compared_with"] == "none"
        assert row["measure"] == "m"
        assert row["target"] == {"a": "b", "b": "a"}[source]
        assert row["without"] == 6 + lift
        assert row["with"] == {"pinet": 8, "exact": 3}[kind] + lift
        assert row["difference"] == pytest.approx({"pinet": 2, "exact": -3}[kind])
        assert row["low"] < row["difference"] < row["high"]
        assert row["trainings"] == {"pinet": 1, "exact": 2}[kind]
    spread = table["sd_over_trainings"]
    assert spread["exact", "a"] == pytest.approx(np.std([1, 2, 6], ddof=1))
    assert spread["pinet"].isna().all()


def test_a_variant_is_compared_with_its_own_counterpart():
    """Whatever else was trained."""
    values = {(flow, ("a", "b")): made_up(value, 0.1) for flow, value in LEVELS.items()}
    (row,) = compare(values, {"exact": "pinet"}).to_dict("records")
    assert (row["variant"], row["compared_with"]) == ("exact", "pinet")
    assert row["difference"] == 3 - 8


def test_without_spread_over_specimens_it_is_welch_s_test():
    """The independent implementation of scipy."""
    rng = np.random.default_rng(0)
    ours, theirs = rng.normal(3, 1, 5), rng.normal(4, 2, 6)
    stacked = [np.repeat(each[:, None], 101, axis=1) for each in (ours, theirs)]
    found = limits(*stacked, specimens=MANY)
    known = ttest_ind(ours, theirs, equal_var=False)
    interval = known.confidence_interval(0.95)
    assert found.p_value == pytest.approx(known.pvalue, rel=1e-6)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-6)


@pytest.mark.parametrize("trainings", [2, 5])
def test_intervals_cover_the_truth_as_often_as_they_say(trainings):
    """With chance of trainings and of specimens; resampled trainings alone covered 67 % of two."""
    rng = np.random.default_rng(1)
    repeats, resampled, covered = 400, 200, 0
    for _ in range(repeats):
        specimen = rng.normal(0, 1)  # what the specimens at hand add to every difference
        stacked = []
        for both in (specimen, 0.0):
            values = both + rng.normal(0, 2, trainings)
            drawn = rng.normal(0, 1, resampled) * (both != 0)
            stacked.append(np.column_stack([values, values[:, None] + drawn]))
        found = limits(*stacked, specimens=MANY)
        covered += found.low <= 0 <= found.high
    assert 0.9 <= covered / repeats <= 0.99


def test_resamples_are_paired():
    """The same chips under two names differ by 0 in every draw, however wide either's interval."""
    values = {(flow, ("a", "b")): made_up(3, 2.0) for flow in ("none", "exact")}
    table = compare(values, {"exact": "none"}, {"none": ["none"], "exact": ["exact"]})
    assert (table[["difference", "low", "high"]] == 0).all(axis=None)
    assert table["p_value"].tolist() == [1]


def test_too_few_specimens_have_no_interval():
    """The difference is there, its limits and its probability are not."""
    values = {(flow, ("a", "b")): made_up(value, 0.1) for flow, value in LEVELS.items()}
    table = compare(values, specimens=11)
    assert table["difference"].notna().all()
    assert table[["low", "high", "p_value"]].isna().all(axis=None)
    assert adjusted(table)["p_adjusted"].isna().all()


def test_probabilities_are_adjusted_within_a_comparison():
    """For all its measures and directions, and not for those of another variant."""
    values = {
        (flow, way): made_up(value + k, 0.5, seed=i + 9 * k)
        for i, (flow, value) in enumerate(LEVELS.items())
        for k, way in enumerate([("a", "b"), ("b", "a"), ("a", "c")])
    }
    table = adjusted(compare(values))
    for _, rows in table.groupby("variant"):
        np.testing.assert_allclose(rows["p_adjusted"], holm(rows["p_value"].to_numpy()))
        assert (rows["p_adjusted"] >= rows["p_value"]).all()


def test_nothing_measured_gives_an_empty_table():
    """Its columns are those of a full one, as readers expect."""
    empty = adjusted(compare({}))
    assert len(empty) == 0
    assert empty.columns.tolist() == list(COLUMNS)
