"""Sentences on the transfer that the tables support, and no more."""

import re

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.temper.transfer.findings import by_direction, findings
from pspflow.studies.temper.transfer.plausibility import (
    FLOOR,
    KID,
    OTHERS,
    PERSISTENCE,
    RULERS,
    SOURCE,
)
from pspflow.studies.temper.transfer.section import Scale, headline

from .conftest import (
    CHANCE,
    CLOSER,
    FIRST,
    FLOORED,
    FLOWS,
    NEAR,
    SECOND,
    WAYS,
    accuracies,
    compared,
    part,
    plausibility,
    results,
    section,
    sentence,
)


def test_directions_hold_means_over_trainings():
    """One column a regularisation, then the rulers; one row a direction; each measure apart."""
    table = plausibility({WAYS[0]: {"exact/seed0": 1.5, "exact/seed1": 4.0}})
    shuffled = table.sample(frac=1, random_state=0)
    for source in (table, shuffled):
        wide = by_direction(source)
        assert set(wide) == {
            (PERSISTENCE, "1"),
            ("KID", "1"),
            ("grey histogram", "grey level"),
        }
        part = wide[PERSISTENCE, "1"].set_index("direction")
        assert set(part.columns) == {"none", "exact", *RULERS}
        assert part.columns[-3:].tolist() == list(RULERS)
        assert set(part.index) == {f"{a} → {b}" for a, b in WAYS}
        assert part.loc[FIRST, "exact"] == pytest.approx((1.5 + 4.0) / 2)
        assert part.loc[SECOND, "exact"] == pytest.approx(5.5)
        assert part.loc[FIRST, SOURCE] == 10
    for (measure, _), part in by_direction(table).items():
        rows = table[table["measure"] == measure]
        for (a, b), group in rows[rows["flow"].str.startswith("none")].groupby(
            ["source", "target"]
        ):
            cell = part.set_index("direction").loc[f"{a} → {b}", "none"]
            assert cell == pytest.approx(group["value"].mean())


def test_transfers_closer_than_their_sources_everywhere():
    """All directions are counted for every measure, and no exception is named."""
    said = sentence(about=f"exact, directions of 6 in which transferred chips {CLOSER}")
    assert said.endswith(f"{PERSISTENCE} and KID and grey histogram: 6.")
    assert "(not " not in said
    assert f"{PERSISTENCE}: 0 (6)" in sentence(
        about=f"at most as far (in brackets: twice as far) {NEAR}",
        flows=FLOWS[2:],
        distances=plausibility(flows=FLOWS[2:]),
    )
    assert f"{PERSISTENCE}: 0" in sentence(
        about=FLOORED, flows=FLOWS[2:], distances=plausibility(flows=FLOWS[2:])
    )


def test_directions_in_which_sources_are_closer_are_named():
    """Farther or equal is no success; the mean over trainings decides, not the best of them."""
    changes = {
        WAYS[0]: {"exact/seed0": 12.0, "exact/seed1": 11.0},
        WAYS[1]: {"exact/seed0": 10.0, "exact/seed1": 10.0},
        WAYS[2]: {"exact/seed0": 1.0, "exact/seed1": 19.5},
    }
    table = plausibility(changes)
    said = sentence(table, about=f"exact, directions of 6 in which transferred chips {CLOSER}")
    named = re.search(rf"{PERSISTENCE}: 3 \(not (.*?)\)", said)[1].split(", ")
    assert sorted(named) == sorted(f"{a} → {b}" for a, b in WAYS[:3])
    assert said.index(PERSISTENCE) < said.index("KID and grey histogram: 6."), "failures come first"
    others = sentence(table, about=f"none, directions of 6 in which transferred chips {CLOSER}")
    assert "(not " not in others


def test_distances_near_the_rulers_are_counted():
    """Twice the floor, and the distance of other specimens, are limits that may be reached."""
    changes = {
        WAYS[0]: {"exact/seed0": 2.0, "exact/seed1": 2.0},
        WAYS[1]: {"exact/seed0": 2.01, "exact/seed1": 2.01},
        WAYS[2]: {"exact/seed0": 4.0, "exact/seed1": 4.0},
    }
    table = plausibility(changes, flows=FLOWS[2:])
    assert f"{PERSISTENCE}: 1" in sentence(table, about=FLOORED)
    assert f"{PERSISTENCE}: 3 (6)" in sentence(table, about=NEAR)
    assert "grey histogram: 0 (6)" in sentence(table, about=NEAR)


@pytest.mark.parametrize(
    ("differences", "width", "words"),
    [
        ([-1] * 6, 0.5, "worse in 0, better in 6"),
        ([-1] * 6, 1.5, "worse in 0, better in 0"),
        ([-1, -1, -0.4, 0.4, 2, 0], 0.5, "worse in 1, better in 2"),
        ([-1, -1, -0.4, 0.4, 2, 0], None, "larger in 2, smaller in 3"),
        ([3] * 6, 0.5, "worse in 6, better in 0"),
    ],
)
def test_effects_are_claimed_where_their_interval_excludes_zero(differences, width, words):
    """A difference within its interval is none; a run without intervals says so."""
    made = compared(differences, width)
    said = sentence(None, made, about="Variant exact compared with none")
    assert f"{PERSISTENCE}: {words}." in said
    assert ("adjusted for 6 comparisons" in said) == (width is not None)
    assert ("without intervals to exclude chance" in said) == (width is None)
    assert ("better" in said) == (width is not None)
    ratio = (6 + np.mean(differences)) / 6
    assert f"{PERSISTENCE}: {ratio:.2f}." in sentence(None, made, about="divided by those of none")


def test_every_measure_has_its_own_effects_the_worst_first():
    """A regularisation that improves what it trains on alone is not called better."""
    better, worse = compared([-9.0] * 6, without=20.0), compared([1.0] * 6, measure="grey")
    mixed = pd.concat([better, worse])
    said = sentence(None, mixed, about="Variant exact compared with none")
    assert said.endswith(f"grey: worse in 6, better in 0; {PERSISTENCE}: worse in 0, better in 6.")
    ratios = sentence(None, mixed, about="divided by those of none")
    assert ratios.endswith(f"grey: {7 / 6:.2f}; {PERSISTENCE}: {11 / 20:.2f}.")


def test_a_measure_that_can_be_negative_has_no_ratio():
    """KID may lie below 0, where a ratio has no meaning; its directions are counted."""
    mixed = pd.concat([compared([-1.0] * 6), compared([0.4] * 6, measure="KID", without=-0.1)])
    assert "KID" not in sentence(None, mixed, about="divided by those of none")
    assert "KID: worse in 0" in sentence(None, mixed, about="compared with none")


def test_each_regularisation_but_none_is_compared_with_none():
    """Where `none` was not trained there is no comparison, and no table of it."""
    both = pd.concat([compared([-1.0] * 6, kind="pinet"), compared([1.0] * 6)])
    said = [each for each in findings(results(effects=both)) if "compared with none" in each]
    assert [each.split()[1] for each in said] == ["pinet", "exact"]
    alone = FLOWS[2:]
    made = results(plausibility(flows=alone), both.iloc[:0], flows=alone)
    assert not any("none" in each for each in findings(made))
    captions = [table.caption for each in section(made).parts for table in each.tables]
    assert not any("Effects on" in caption for caption in captions)


def test_what_got_worse_is_said_first():
    """Effects of regularisation, worst measures first, come before everything else."""
    first, *_ = findings(results(effects=compared([1.0] * 6), labels=accuracies({})))
    assert first.startswith("Variant exact compared with none")
    assert "worse in 6" in first


def test_accuracies_of_labels_are_given_by_direction():
    """Means over trainings; above chance is only claimed with the whole interval."""
    values = {WAYS[0]: 0.6, WAYS[1]: 0.35}
    said = sentence(labels=accuracies(values), about="Labels classified from chips of exact")
    shares = dict(re.findall(r"(\w+ → \w+) (\d+) %", said))
    assert shares.keys() == {f"{a} → {b}" for a, b in WAYS}
    assert shares[FIRST] == "61"
    assert shares[SECOND] == "36"
    assert f"above chance with the whole interval of every training: {FIRST};" in said
    assert "more accurate: none (" in said
    assert "71 %" not in said
    assert "99 %" not in said


def test_no_label_above_chance():
    """Accuracies above chance whose interval reaches below it are not claimed."""
    labels = accuracies(dict.fromkeys(WAYS, 0.5), low=0.33)
    said = [each for each in findings(results(labels=labels)) if each.startswith("Labels")]
    assert len(said) == 4
    assert all("whole interval of every training: none;" in each for each in said)


def test_labels_of_transfers_are_compared_with_those_of_their_sources():
    """What the source shows without a transfer is no merit of the flow; every interval decides."""
    labels = accuracies({WAYS[0]: 0.9, WAYS[1]: 0.56}, gains=0.55)
    said = sentence(labels=labels, about="Labels classified from chips of exact")
    assert f"more accurate: {FIRST} (with" in said
    assert f"not told apart: {SECOND})" in said
    less = re.search(r"untransferred sources: (.*?);", said)[1].split(", ")
    assert sorted(less) == sorted(f"{a} → {b}" for a, b in WAYS[2:])
    second = labels["flow"] == "exact/seed1"
    labels.loc[second, "gain_low"] = -0.2
    assert "more accurate: none (with" in sentence(
        labels=labels, about="Labels classified from chips of exact"
    )


def test_without_intervals_nothing_is_called_undecided():
    """The sign of the mean gain decides, and it is said that there are no intervals."""
    labels = accuracies({WAYS[0]: 0.9}, gains=0.55)
    labels[["gain_low", "gain_high"]] = np.nan
    said = sentence(labels=labels, about="Labels classified from chips of exact")
    assert f"more accurate: {FIRST} (without intervals)" in said
    assert "not told apart" not in said


def test_chance_is_the_accuracy_of_permuted_labels():
    """Where permuted labels reach 62 %, 60 % is nothing; two classes have another chance too."""
    labels = accuracies(dict.fromkeys(WAYS, 0.6))
    high = labels["target"] == "t6"
    labels.loc[high, list(CHANCE)] = (0.5, 0.4, 0.63)
    said = sentence(labels=labels, about="Labels classified from chips of exact")
    claimed = said.split("every training: ")[1].split(";")[0]
    assert "→ t6" not in claimed
    assert claimed.count("→") == 4
    assert said.endswith("chance is that of permuted labels: 39 %.")
    text = " ".join(part("Label preservation", made=results(labels=labels)).text.split())
    assert "33 %" not in text + " ".join(findings(results(labels=labels)))
    scale = Scale(papers_domains=True, tested=True, differences=[])
    (row,) = (
        each for each in headline(labels, scale) if each.quantity.endswith("as_extruded → t6")
    )
    assert row.verdict == "not reached"


def test_one_training_above_chance_is_not_enough():
    """Above chance is only claimed where the interval of every training lies above it."""
    labels = accuracies(dict.fromkeys(WAYS, 0.6))
    below = (labels["flow"] == "exact/seed1") & (labels["target"] == "t5")
    labels.loc[below, "low"] = 0.2
    said = sentence(labels=labels, about="Labels classified from chips of exact")
    claimed = said.split("every training: ")[1].split(";")[0]
    assert "→ t5" not in claimed
    assert claimed.count("→") == 4


def test_missing_rulers_are_not_mentioned():
    """Without halves there is no floor, and in splits by region there are no other specimens."""
    table = plausibility()
    said = {
        name: " ".join(findings(results(table[table["flow"] != name]))) for name in (FLOOR, OTHERS)
    }
    assert FLOORED not in said[FLOOR]
    assert "other specimens" in said[FLOOR]
    assert FLOORED in said[OTHERS]
    assert "other specimens" not in said[OTHERS]
    made = results(table[~table["flow"].isin([FLOOR, OTHERS])])
    assert sum(CLOSER in each for each in findings(made)) == 2
    assert by_direction(made.plausibility)[KID, "1"].columns[-1] == SOURCE
    assert "no other specimens" in part("Plausibility", made=made).text
    assert "no other specimens" not in part("Plausibility").text


def test_a_ruler_that_could_not_be_measured_is_left_out():
    """Of too few chips there is no coverage; the measure has its other columns."""
    table = plausibility()
    table.loc[(table["flow"] == FLOOR) & (table["measure"] == KID), "value"] = np.nan
    wide = by_direction(table)
    assert FLOOR not in wide[KID, "1"]
    assert FLOOR in wide[PERSISTENCE, "1"]
    assert findings(results(table))


def test_a_floor_above_other_specimens_is_remarked_on():
    """Once, with its targets and measures; before the distances that are compared with it."""
    table = plausibility()
    floor = table["flow"] == FLOOR
    assert not any("floor is too high" in each for each in findings(results(table)))
    table.loc[floor & (table["target"] == "t5"), "value"] = 4.5
    table.loc[floor & (table["target"] == "t6") & (table["measure"] == KID), "value"] = 4.01
    said = findings(results(table))
    (at,) = (i for i, each in enumerate(said) if "floor is too high" in each)
    assert f"{PERSISTENCE}: t5; KID: t5, t6; grey histogram: t5. There are too few" in said[at]
    assert at < min(i for i, each in enumerate(said) if FLOORED in each)
    without = table[table["flow"] != OTHERS]
    assert not any("floor is too high" in each for each in findings(results(without)))


@pytest.mark.parametrize(("floor", "words"), [(10.0, "resolves nothing"), (-0.1, "below 0")])
def test_a_floor_that_resolves_nothing_is_remarked_on(floor, words):
    """As far as doing nothing, or below 0, which is chance: with its targets and measures."""
    table = plausibility()
    assert not any(words in each for each in findings(results(table)))
    here = (table["flow"] == FLOOR) & (table["target"] == "t6") & (table["measure"] == KID)
    table.loc[here, "value"] = floor
    (said,) = (each for each in findings(results(table)) if words in each)
    assert "KID: t6." in said


def test_kernel_distance_has_its_own_counts():
    """KID may be below 0, and twice a floor near 0 means nothing for it."""
    table = plausibility()
    table.loc[(table["measure"] == KID) & (table["flow"] == FLOOR), "value"] = -0.01
    worse = (table["measure"] == KID) & (table["flow"].str.startswith("exact"))
    table.loc[worse & (table["source"] == "t5"), "value"] = 11.0
    said = sentence(table, about=f"exact, directions of 6 in which transferred chips {CLOSER}")
    assert "KID: 4 (not " in said
    assert f"{PERSISTENCE} and grey histogram: 6" in said
    assert not any(KID in each for each in findings(results(table)) if FLOORED in each)


def test_a_single_training_is_named_as_such():
    """Its effect may be that of its seed; with several, intervals take in their spread."""
    single = compared([-1.0] * 6, trainings=1)
    words = "of these single trainings: others may differ"
    assert words in sentence(None, single, about="compared with none")
    several = sentence(None, compared([-1.0] * 6), about="compared with none")
    assert "single" not in several


def test_validation_chips_are_named_where_they_replace_test_chips():
    """They chose the epoch and are tested."""
    without = Scale(papers_domains=True, tested=False, differences=[])
    assert "validation chips are used" in part("Plausibility", scale=without).text
    assert "validation chips" not in part("Plausibility").text


def test_absent_labels_have_no_accuracy():
    """A target without a label, or with one that cannot be trained, has no percentage."""
    labels = accuracies({}, absent=["t5"])
    labels.loc[labels["target"] == "t6", ["balanced_accuracy", "low", "high"]] = np.nan
    said = [each for each in findings(results(labels=labels)) if each.startswith("Labels")]
    assert len(said) == 4
    for each in said:
        assert "→ t5" not in each
        assert "→ t6" not in each
        assert "nan" not in each
        assert "→ as_extruded 30 %" in each or "→ as_extruded 31 %" in each
    labels[["balanced_accuracy", "low", "high"]] = np.nan
    assert not any("Labels" in each for each in findings(results(labels=labels)))
