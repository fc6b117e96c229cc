"""Sentences on the transfer that the tables support, and no more."""

import re

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.temper.transfer.findings import by_direction, effect_counts, findings
from pspflow.studies.temper.transfer.judged.kept_labels import (
    ABOVE,
    MORE,
    OPEN,
    THAN_SOURCE,
    label_summary,
)
from pspflow.studies.temper.transfer.judged.rulers_met import CLOSER as RULER_CLOSER
from pspflow.studies.temper.transfer.judged.rulers_met import EXCEPT
from pspflow.studies.temper.transfer.judged.rulers_met import FLOORED as RULER_FLOORED
from pspflow.studies.temper.transfer.judged.rulers_met import NEAR as RULER_NEAR
from pspflow.studies.temper.transfer.judged.rulers_met import NEAR_TWICE as RULER_NEAR_TWICE
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
    counted,
    part,
    plausibility,
    results,
    section,
    sentence,
)

LABELS = "labels classified from chips"


def kept(labels, variant):
    """Return what the table on the page has of labels classified from chips, by direction."""
    table = label_summary(labels)
    rows = table[(table["flow"] == variant) & (table["features"] == "chips")]
    return rows.set_index(rows["source"] + " → " + rows["target"])


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
    """All directions and measures are counted, in one sentence for all variants."""
    said = sentence(about=CLOSER)
    assert said.startswith("18 (none, exact) of 18 distances (3 measures in 6 directions): ")
    row = counted(plausibility(), "exact", PERSISTENCE)
    assert (row["directions"], row[RULER_CLOSER], row[EXCEPT]) == (6, 6, "none")
    alone = plausibility(flows=FLOWS[2:])
    near = sentence(about=NEAR, flows=FLOWS[2:], distances=alone)
    assert near.startswith("0 (exact) of 18 distances")
    assert near.endswith(f"by no variant by {PERSISTENCE}; KID; grey histogram.")
    row = counted(alone, "exact", PERSISTENCE)
    assert (row[RULER_NEAR], row[RULER_NEAR_TWICE], row[RULER_FLOORED]) == (0, 6, 0)
    floored = sentence(about=FLOORED, flows=FLOWS[2:], distances=alone)
    assert floored.startswith("0 (exact) of 12 distances (2 measures in 6 directions)")


def test_directions_in_which_sources_are_closer_are_named():
    """Farther or equal is no success; the mean over trainings decides, not the best of them."""
    changes = {
        WAYS[0]: {"exact/seed0": 12.0, "exact/seed1": 11.0},
        WAYS[1]: {"exact/seed0": 10.0, "exact/seed1": 10.0},
        WAYS[2]: {"exact/seed0": 1.0, "exact/seed1": 19.5},
    }
    table = plausibility(changes)
    row = counted(table, "exact", PERSISTENCE)
    assert row[RULER_CLOSER] == 3
    assert sorted(row[EXCEPT].split(", ")) == sorted(f"{a} → {b}" for a, b in WAYS[:3])
    assert sentence(table, about=CLOSER).startswith("15 (exact), 18 (none) of 18"), "fewest first"
    assert counted(table, "none", PERSISTENCE)[EXCEPT] == "none"
    shown = part("Plausibility", made=results(table)).tables
    (shown,) = (each for each in shown if "meet each ruler" in each.caption)
    assert row[EXCEPT] in {cells[-1] for cells in shown.cells}


def test_distances_near_the_rulers_are_counted():
    """Twice the floor, and the distance of other specimens, are limits that may be reached."""
    changes = {
        WAYS[0]: {"exact/seed0": 2.0, "exact/seed1": 2.0},
        WAYS[1]: {"exact/seed0": 2.01, "exact/seed1": 2.01},
        WAYS[2]: {"exact/seed0": 4.0, "exact/seed1": 4.0},
    }
    table = plausibility(changes, flows=FLOWS[2:])
    assert sentence(table, about=FLOORED).startswith("1 (exact) of 12 ")
    near = sentence(table, about=NEAR)
    assert near.startswith("3 (exact) of 18 ")
    assert near.endswith("by no variant by KID; grey histogram.")
    row = counted(table, "exact", PERSISTENCE)
    assert (row[RULER_NEAR], row[RULER_NEAR_TWICE], row[RULER_FLOORED]) == (3, 6, 1)
    row = counted(table, "exact", "grey histogram")
    assert (row[RULER_NEAR], row[RULER_NEAR_TWICE], row[RULER_FLOORED]) == (0, 6, 0)


@pytest.mark.parametrize(
    ("differences", "width", "words"),
    [
        ([-1] * 6, 0.5, "0 worse, 6 better"),
        ([-1] * 6, 1.5, "0 worse, 0 better"),
        ([-1, -1, -0.4, 0.4, 2, 0], 0.5, "1 worse, 2 better"),
        ([-1, -1, -0.4, 0.4, 2, 0], None, "2 larger, 3 smaller"),
        ([3] * 6, 0.5, "6 worse, 0 better"),
    ],
)
def test_effects_are_claimed_where_their_interval_excludes_zero(differences, width, words):
    """A difference within its interval is none; a run without intervals says so."""
    made = compared(differences, width)
    said = sentence(None, made, about="variant exact compared with none")
    assert said.startswith(f"{words} of 6 distances to real chips (1 measures in 6 directions)")
    assert ("adjusted for 6 comparisons" in said) == (width is not None)
    assert ("without intervals to exclude chance" in said) == (width is None)
    assert ("better" in said) == (width is not None)
    ratio = (6 + np.mean(differences)) / 6
    assert said.endswith(f"directions are {ratio:.2f} ({PERSISTENCE}) times those of none.")


def test_every_measure_has_its_own_effects_the_worst_first():
    """A regularisation that improves what it trains on alone is not called better."""
    better, worse = compared([-9.0] * 6, without=20.0), compared([1.0] * 6, measure="grey")
    mixed = pd.concat([better, worse])
    said = sentence(None, mixed, about="variant exact compared with none")
    assert said.startswith("6 worse, 6 better of 12 distances")
    assert f"Worse: grey in 6. Better: {PERSISTENCE} in 6. Mean" in said
    assert said.endswith(
        f"are {11 / 20:.2f} ({PERSISTENCE}) to {7 / 6:.2f} (grey) times those of none."
    )
    counts = effect_counts(mixed)
    assert counts["measure"].tolist() == ["grey", PERSISTENCE]
    assert counts[["worse", "better"]].to_numpy().tolist() == [[6, 0], [0, 6]]
    assert counts["ratio"].tolist() == pytest.approx([7 / 6, 11 / 20])
    shown = part("Plausibility", made=results(effects=mixed)).tables
    assert any(each.cells[0][2:6] == ("grey", "6", "6", "0") for each in shown)


def test_a_measure_that_can_be_negative_has_no_ratio():
    """KID may lie below 0, where a ratio has no meaning; its directions are counted."""
    mixed = pd.concat([compared([-1.0] * 6), compared([0.4] * 6, measure="KID", without=-0.1)])
    said = sentence(None, mixed, about="compared with none")
    assert "KID" not in said.split("Mean distances")[1]
    assert "of 12 distances" in said
    counts = effect_counts(mixed).set_index("measure")
    assert counts.loc["KID", ["directions", "worse", "better"]].tolist() == [6, 0, 0]
    assert np.isnan(counts.loc["KID", "ratio"])


def test_each_regularisation_but_none_is_compared_with_none():
    """Where `none` was not trained there is no comparison, and no table of it."""
    both = pd.concat([compared([-1.0] * 6, kind="pinet"), compared([1.0] * 6)])
    said = [each for each in findings(results(effects=both)) if "compared with none" in each]
    assert [re.search(r"variant (\w+)", each)[1] for each in said] == ["pinet", "exact"]
    alone = FLOWS[2:]
    made = results(plausibility(flows=alone), both.iloc[:0], flows=alone)
    assert not any("none" in each for each in findings(made))
    captions = [table.caption for each in section(made).parts for table in each.tables]
    assert not any("Effects on" in caption for caption in captions)


def test_what_got_worse_is_said_first():
    """Effects of regularisation come before everything else, in each what is worse."""
    first, *_ = findings(results(effects=compared([1.0] * 6), labels=accuracies({})))
    assert first.startswith("6 worse, 0 better of 6 distances")
    assert "variant exact compared with none" in first
    assert "Worse: every measure in all directions. Mean" in first


def test_accuracies_of_labels_are_given_by_direction():
    """Means over trainings, all in the table; above chance only with the whole interval."""
    labels = accuracies({WAYS[0]: 0.6, WAYS[1]: 0.35})
    said = sentence(labels=labels, about=LABELS)
    assert "0 more accurate of 12" in said
    assert "2 are above chance with the whole interval of every training" in said
    assert "balanced accuracies are 31 % (" in said
    assert said.endswith(f"to 61 % (none, {FIRST}).")
    assert "71 %" not in said
    assert "99 %" not in said
    rows = kept(labels, "exact")
    assert rows.loc[FIRST, "balanced_accuracy"] == pytest.approx(0.61)
    assert rows.loc[SECOND, "balanced_accuracy"] == pytest.approx(0.36)
    assert rows.index[rows[ABOVE] == "yes"].tolist() == [FIRST]


def test_no_label_above_chance():
    """Accuracies above chance whose interval reaches below it are not claimed."""
    labels = accuracies(dict.fromkeys(WAYS, 0.5), low=0.33)
    said = [each for each in findings(results(labels=labels)) if "labels classified" in each]
    assert len(said) == 2
    assert all(" 0 are above chance with the whole interval of every" in each for each in said)


def test_labels_of_transfers_are_compared_with_those_of_their_sources():
    """What the source shows without a transfer is no merit of the flow; every interval decides."""
    labels = accuracies({WAYS[0]: 0.9, WAYS[1]: 0.56}, gains=0.55)
    said = sentence(labels=labels, about=LABELS)
    assert said.startswith("8 less accurate, 2 more accurate of 12, 2 not told apart (with the")
    assert f"More accurate: {FIRST}. " in said
    less = re.search(r"Less accurate: (.*?)\.", said)[1].split(", ")
    assert sorted(less) == sorted(f"{a} → {b}" for a, b in WAYS[2:])
    assert kept(labels, "exact")[THAN_SOURCE][[FIRST, SECOND]].tolist() == [MORE, OPEN]
    second = labels["flow"] == "exact/seed1"
    labels.loc[second, "gain_low"] = -0.2
    assert f"More accurate: {FIRST} (none). " in sentence(labels=labels, about=LABELS)
    assert kept(labels, "exact").loc[FIRST, THAN_SOURCE] == OPEN


def test_without_intervals_nothing_is_called_undecided():
    """The sign of the mean gain decides, and it is said that there are no intervals."""
    labels = accuracies({WAYS[0]: 0.9}, gains=0.55)
    labels[["gain_low", "gain_high"]] = np.nan
    said = sentence(labels=labels, about=LABELS)
    assert said.startswith("10 less accurate, 2 more accurate of 12 (without intervals)")
    assert f"More accurate: {FIRST}. " in said
    assert "not told apart" not in said


def test_chance_is_the_accuracy_of_permuted_labels():
    """Where permuted labels reach 62 %, 60 % is nothing; two classes have another chance too."""
    labels = accuracies(dict.fromkeys(WAYS, 0.6))
    high = labels["target"] == "t6"
    labels.loc[high, list(CHANCE)] = (0.5, 0.4, 0.63)
    said = sentence(labels=labels, about=LABELS)
    assert " 8 are above chance" in said
    rows = kept(labels, "exact")
    assert set(rows.index[rows[ABOVE] == "no"]) == {f"{a} → {b}" for a, b in WAYS if b == "t6"}
    assert "chance is that of permuted labels: 34 to 50 %;" in said
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
    assert " 10 are above chance" in sentence(labels=labels, about=LABELS)
    rows = kept(labels, "exact")
    assert set(rows.index[rows[ABOVE] == "no"]) == {f"{a} → {b}" for a, b in WAYS if b == "t5"}
    assert (kept(labels, "none")[ABOVE] == "yes").all()


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
    assert sum(CLOSER in each for each in findings(made)) == 1
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
    assert said[at].startswith("4 of 9 cases (measures and targets): the floor")
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
    row = counted(table, "exact", KID)
    assert row[RULER_CLOSER] == 4
    assert counted(table, "exact", PERSISTENCE)[RULER_CLOSER] == 6
    assert np.isnan(row[RULER_FLOORED])
    assert sentence(table, about=FLOORED).split(" of ")[1].startswith("12 distances (2 measures")


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
    said = [each for each in findings(results(labels=labels)) if "labels classified" in each]
    assert len(said) == 2
    for each in said:
        assert " of 4, 0 not told apart" in each
        assert "→ t5" not in each
        assert "→ t6" not in each
        assert "nan" not in each
        assert "balanced accuracies are 31 % (" in each
    rows = kept(labels, "exact")
    assert set(rows.loc[rows[ABOVE].notna(), "target"]) == {"as_extruded"}
    labels[["balanced_accuracy", "low", "high"]] = np.nan
    assert not any("labels classified" in each for each in findings(results(labels=labels)))
