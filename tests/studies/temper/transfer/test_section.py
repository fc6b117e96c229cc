"""What the report says of the transfer: sentences that the tables support, and no more."""

import re
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from pspflow.report.page import Page, figures_of, html
from pspflow.report.section import Figure
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.flows.paper import differences
from pspflow.studies.temper.images.paper import DOMAINS, papers_domains
from pspflow.studies.temper.transfer.findings import Results, by_direction, findings
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.plausibility import (
    FLOOR,
    KID,
    OTHERS,
    PERSISTENCE,
    RULERS,
    SOURCE,
)
from pspflow.studies.temper.transfer.preservation import REAL, UNTRANSFERRED
from pspflow.studies.temper.transfer.section import Pictures, Scale, headline, transfer_section

WAYS = list(permutations(DOMAINS, 2))
FLOWS = ("none/seed0", "none/seed1", "exact/seed0", "exact/seed1")
MEASURES = (PERSISTENCE, KID, "grey histogram")
FIRST, SECOND = (" → ".join(way) for way in WAYS[:2])
CHANCE = {"permuted_labels": 0.34, "permuted_low": 0.25, "permuted_high": 0.38}
SCALE = Scale(papers_domains=True, tested=True, differences=["simulated specimens"])


def plausibility(changes=(), ways=WAYS, flows=FLOWS):
    """Make distances: sources 10, floor 1, others 4, flows 5 and 6, but for what is changed."""
    rows = []
    for measure, unit in ((PERSISTENCE, "1"), (KID, "1"), ("grey histogram", "grey level")):
        for way in ways:
            standard = {SOURCE: 10.0, FLOOR: 1.0, OTHERS: 4.0}
            standard |= {flow: 5.0 + int(flow[-1]) for flow in flows}
            if measure == PERSISTENCE:
                standard |= dict(changes).get(way, {})
            rows += [(k, *way, measure, unit, v, v - 0.5, v + 0.5) for k, v in standard.items()]
    columns = ["flow", "source", "target", "measure", "unit", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def compared(differences, width=0.5, kind="exact", without=6.0, measure=PERSISTENCE):
    """Make effects of one regularisation; without a width there are no intervals."""
    rows = []
    for way, difference in zip(WAYS, differences, strict=True):
        limits = (difference - width, difference + width) if width else (np.nan, np.nan)
        pair = (without, without + difference)
        rows.append((kind, *way, measure, *pair, difference, *limits, 0.1))
    columns = ["regularisation", "source", "target", "measure", "without", "with", "difference"]
    return pd.DataFrame(rows, columns=[*columns, "low", "high", "sd_over_seeds"])


def accuracies(values, low=None, flows=FLOWS, absent=()):
    """Make label accuracies by direction, as the stage writes them."""
    rows = []
    for target in DOMAINS:
        others = [name for name in DOMAINS if name != target]
        if target in absent:
            note = f"{target} has no label"
            rows += [
                {"target": target, "source": a, "flow": "", "features": "", "note": note}
                for a in others
            ]
            continue
        for features in ("chips", "persistence images"):
            row = {"target": target, "label": "uts", "features": features, "note": ""}
            rows.append(row | {"flow": REAL, "source": target, "balanced_accuracy": 0.71})
            for a in others:
                rows.append(row | {"flow": UNTRANSFERRED, "source": a, "balanced_accuracy": 0.99})
                for flow in flows:
                    value = values.get((a, target), 0.3) + 0.02 * int(flow[-1])
                    limit = value - 0.05 if low is None else low
                    limits = {"low": limit, "high": value + 0.1, **CHANCE}
                    rows.append(
                        row | {"flow": flow, "source": a, "balanced_accuracy": value} | limits
                    )
    columns = ["target", "label", "features", "flow", "source", "specimens", "chips"]
    return pd.DataFrame(rows).reindex(
        columns=[*columns, "classes", "balanced_accuracy", "low", "high", *CHANCE, "note"]
    )


def results(distances=None, effects=None, labels=None, flows=FLOWS):
    """Collect the tables of a transfer."""
    check = pd.DataFrame({"domain": list(DOMAINS), "bits_per_pixel": [3.25, 4.5, 5.125]})
    return Results(
        {name: check.assign(chips=10 + i) for i, name in enumerate(flows)},
        plausibility() if distances is None else distances,
        compared([-1.0] * 6) if effects is None else effects,
        labels,
    )


def section(made=None, scale=SCALE):
    """Write the section of some results."""
    made = results() if made is None else made
    names = ("chips", "samples", "plausibility", "preservation")
    pictures = [Figure(name=name, png=f"PNG of {name}".encode(), caption=name) for name in names]
    if made.labels is None:
        pictures[-1] = None
    return transfer_section(made, Pictures(*pictures), TransferOptions(), scale)


def part(title, **kwargs):
    """Return one part of the section."""
    (found,) = (each for each in section(**kwargs).parts if each.title == title)
    return found


def sentence(*args, about, **kwargs):
    """Return the one finding that contains the words."""
    (found,) = (each for each in findings(results(*args, **kwargs)) if about in each)
    return found


CLOSER = "are closer to real chips of the target than their untransferred sources"
NEAR = "from real chips of the target as real chips of other specimens are"
FLOORED = "as halves of these are from each other"


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
    said = sentence(None, made, about="Regularisation exact compared with none")
    assert f"{PERSISTENCE}: {words}." in said
    assert ("with an interval that excludes 0" in said) == (width is not None)
    assert ("without intervals to exclude chance" in said) == (width is None)
    assert ("better" in said) == (width is not None)
    ratio = (6 + np.mean(differences)) / 6
    assert f"{PERSISTENCE}: {ratio:.2f}." in sentence(None, made, about="divided by those of none")


def test_every_measure_has_its_own_effects_the_worst_first():
    """A regularisation that improves what it trains on alone is not called better."""
    better, worse = compared([-9.0] * 6, without=20.0), compared([1.0] * 6, measure="KID")
    mixed = pd.concat([better, worse])
    said = sentence(None, mixed, about="Regularisation exact compared with none")
    assert said.endswith(f"KID: worse in 6, better in 0; {PERSISTENCE}: worse in 0, better in 6.")
    ratios = sentence(None, mixed, about="divided by those of none")
    assert ratios.endswith(f"KID: {7 / 6:.2f}; {PERSISTENCE}: {11 / 20:.2f}.")


def test_a_measure_that_can_be_negative_has_no_ratio():
    """KID may lie below 0, where a ratio has no meaning; its directions are counted."""
    mixed = pd.concat([compared([-1.0] * 6), compared([0.5] * 6, measure="KID", without=-0.1)])
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
    assert not any("Effect of" in caption for caption in captions)


def test_what_got_worse_is_said_first():
    """Effects of regularisation, worst measures first, come before everything else."""
    first, *_ = findings(results(effects=compared([1.0] * 6), labels=accuracies({})))
    assert first.startswith("Regularisation exact compared with none")
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
    assert "more accurate: none;" in said
    assert "71 %" not in said
    assert "99 %" not in said


def test_no_label_above_chance():
    """Accuracies above chance whose interval reaches below it are not claimed."""
    labels = accuracies(dict.fromkeys(WAYS, 0.5), low=0.33)
    said = [each for each in findings(results(labels=labels)) if each.startswith("Labels")]
    assert len(said) == 4
    assert all("whole interval of every training: none;" in each for each in said)


def test_labels_of_transfers_are_compared_with_those_of_their_sources():
    """What the source shows without a transfer is no merit of the flow."""
    labels = accuracies({WAYS[0]: 0.6, WAYS[1]: 0.6})
    idle = (labels["flow"] == UNTRANSFERRED) & (labels["source"] == WAYS[0][0])
    labels.loc[idle & (labels["target"] == WAYS[0][1]), "balanced_accuracy"] = 0.5
    said = sentence(labels=labels, about="Labels classified from chips of exact")
    assert f"more accurate: {FIRST};" in said
    lost = re.search(r"untransferred sources: (.*?);", said)[1].split(", ")
    assert sorted(lost) == sorted(f"{a} → {b}" for a, b in WAYS[1:])


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
    """Its effect may be that of its seed; with several, intervals resample them."""
    single = compared([-1.0] * 6).assign(sd_over_seeds=np.nan)
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


def test_the_paper_is_compared_with_its_own_domains_only():
    """For other domains the paper has no values."""
    made = results(labels=accuracies(PAPERS))
    assert section(made).headline
    for names in (("t5", "t6"), ("as_extruded", "t5", "t6", "t7")):
        other = Scale(papers_domains=papers_domains(names), tested=True, differences=[])
        assert not section(made, scale=other).headline
    assert papers_domains(dict.fromkeys(DOMAINS))


PAPERS = {
    ("as_extruded", "t5"): 0.6,
    ("as_extruded", "t6"): 0.5,
    ("t5", "as_extruded"): 0.4,
    ("t6", "as_extruded"): 0.3,
}


def rows_of(labels, scale=SCALE):
    """Return the rows of the headline by their quantity."""
    return {row.quantity: row for row in headline(labels, scale)}


def test_the_headline_has_this_run_s_numbers():
    """The best mean over trainings in the paper's directions."""
    labels = accuracies(PAPERS)
    better = (labels["flow"] == "exact/seed0") & (labels["target"] == "t6")
    labels.loc[better & (labels["features"] == "chips"), "balanced_accuracy"] = 0.9
    here = {quantity: row.here for quantity, row in rows_of(labels).items()}
    assert here["best mean accuracy, as_extruded → t5"] == "61 %"
    assert here["best mean accuracy, as_extruded → t6"] == "71 %"  # of 90 % and 52 %
    assert here["best mean accuracy, t5 → as_extruded"] == "41 %"
    assert here["best mean accuracy, t6 → as_extruded"] == "31 %"
    absent = rows_of(accuracies({}, absent=["t5"]))["best mean accuracy, as_extruded → t5"]
    assert (absent.here, absent.verdict) == ("–", "not comparable")
    assert "not measured" in absent.why
    assert not rows_of(None)


def test_other_data_are_not_compared_with_the_paper():
    """Simulated specimens, small chips and short trainings are named in the same row."""
    small = differences(FlowOptions(seeds=2, epochs=7))
    scale = Scale(papers_domains=True, tested=True, differences=["simulated specimens", *small])
    for row in rows_of(accuracies(PAPERS), scale).values():
        assert row.verdict == "not comparable"
        assert row.why.startswith("simulated specimens; trainings of each variant: 2, not 3; 7")


def test_like_data_are_compared_with_what_the_paper_states():
    """Each statement is tested on its own direction; the data are named even then."""
    scale = Scale(papers_domains=True, tested=True, differences=[])
    rows = rows_of(accuracies(PAPERS), scale)
    verdicts = {quantity: row.verdict for quantity, row in rows.items()}
    assert verdicts == {
        "best mean accuracy, as_extruded → t5": "reached",
        "best mean accuracy, as_extruded → t6": "reached",
        "best mean accuracy, t5 → as_extruded": "not reached",  # above chance
        "best mean accuracy, t6 → as_extruded": "reached",
    }
    assert all(row.why for row in rows.values())
    other = {**PAPERS, ("t5", "t6"): 0.9, ("as_extruded", "t6"): 0.3}
    verdicts = {q: row.verdict for q, row in rows_of(accuracies(other), scale).items()}
    assert verdicts["best mean accuracy, as_extruded → t5"] == "not reached"
    assert verdicts["best mean accuracy, as_extruded → t6"] == "not reached"


def test_without_labels_there_is_no_part_on_them():
    """Nor a sentence."""
    titles = [each.title for each in section().parts]
    assert titles == ["Transferred chips", "Plausibility"]
    assert not any("Label" in each for each in findings(results()))
    labelled = section(results(labels=accuracies({})))
    assert [each.title for each in labelled.parts] == [*titles, "Label preservation"]


def test_the_section_has_the_findings():
    """They say what the tables show, each sentence once."""
    made = results(labels=accuracies({WAYS[0]: 0.6}))
    assert section(made).findings == findings(made)
    assert len(set(findings(made))) == len(findings(made))


def test_checks_name_their_training():
    """The table of checks has the rows of every training."""
    (table,) = part("Transferred chips").tables
    assert table.header == ("training", "domain", "bits per pixel", "chips")
    assert {(row[0], row[3]) for row in table.cells} == {
        (name, str(10 + i)) for i, name in enumerate(FLOWS)
    }


def test_effects_are_shown_for_every_measure():
    """With every number of their rows."""
    mixed = pd.concat([compared([-1.25] * 6), compared([-9.0] * 6, measure="KID")])
    body = part("Plausibility", made=results(effects=mixed))
    (shown,) = (table for table in body.tables if table.caption.startswith("Effect of"))
    assert shown.header == tuple(name.replace("_", " ") for name in mixed.columns)
    at = shown.header.index("measure"), shown.header.index("difference")
    assert [tuple(row[i] for i in at) for row in shown.cells] == [
        *[(PERSISTENCE, "-1.25")] * 6,
        *[("KID", "-9")] * 6,
    ]


@pytest.mark.parametrize("labelled", [True, False])
def test_the_page_renders_and_escapes(labelled):
    """All tables and figures are in the page; names that look like markup are text."""
    evil = "<b>uts</b>"
    distances = plausibility().replace({"source": {"t5": "<i>t5</i>"}})
    labels = accuracies({}).assign(label=evil) if labelled else None
    made = section(results(distances, labels=labels))
    page = Page(title="title", sections={"transfer": made}, provenance={})
    text = html(page)
    assert evil not in text
    assert "<i>t5" not in text
    assert ("&lt;b&gt;uts" in text) == labelled
    assert "&lt;i&gt;t5" in text
    tables = sum(len(each.tables) for each in made.parts)
    assert text.count("<table") == tables + labelled  # the headline needs labels
    assert text.count("data:image/png;base64,") == len(figures_of(page)) == 3 + labelled
