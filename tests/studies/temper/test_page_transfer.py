"""What the report says of flows: sentences that the tables bear out, and no more."""

import re
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from pspflow.report.page import render
from pspflow.studies.temper.findings import Results, by_direction, findings
from pspflow.studies.temper.flow_options import FlowOptions
from pspflow.studies.temper.options import DataOptions, Domain, SplitOptions, TemperOptions
from pspflow.studies.temper.page_transfer import PAPER_DOMAINS, beside_paper, sections
from pspflow.studies.temper.plausibility import FLOOR, KID, OTHERS, PERSISTENCE, RULERS, SOURCE
from pspflow.studies.temper.preservation import REAL, UNTRANSFERRED

DOMAINS = PAPER_DOMAINS
WAYS = list(permutations(DOMAINS, 2))
FLOWS = ("none/seed0", "none/seed1", "exact/seed0", "exact/seed1")
OPTIONS = TemperOptions(flows=FlowOptions(seeds=2, epochs=7))
FIRST, SECOND = (" → ".join(way) for way in WAYS[:2])


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


def asked(accuracies, low=None, flows=FLOWS, absent=()):
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
                    value = accuracies.get((a, target), 0.3) + 0.02 * int(flow[-1])
                    limit = value - 0.05 if low is None else low
                    limits = {"low": limit, "high": value + 0.1}
                    rows.append(
                        row | {"flow": flow, "source": a, "balanced_accuracy": value} | limits
                    )
    columns = ["target", "label", "features", "flow", "source", "specimens", "chips"]
    return pd.DataFrame(rows).reindex(
        columns=[*columns, "balanced_accuracy", "low", "high", "permuted_labels", "note"]
    )


def results(distances=None, effects=None, labels=None, flows=FLOWS):
    """Gather what a page rests on."""
    history = pd.DataFrame({"epoch": [0, 1, 2], "kept": [False, True, False]})
    check = pd.DataFrame({"domain": list(DOMAINS), "bits_per_pixel": [3.25, 4.5, 5.125]})
    pictures = {
        f"{name}_figure": f"PNG of {name}".encode()
        for name in ("training", "transfer", "sample", "plausibility", "preservation")
    }
    return Results(
        flows,
        [history.assign(kept=history["epoch"] == i % 3) for i in range(len(flows))],
        [check.assign(chips=10 + i) for i in range(len(flows))],
        plausibility() if distances is None else distances,
        compared([-1.0] * 6) if effects is None else effects,
        labels,
        pictures,
    )


def said(*args, about, **kwargs):
    """Return the one sentence that starts so."""
    (sentence,) = (s for s in findings(results(*args, **kwargs)) if s.startswith(about))
    return sentence


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


def test_beating_doing_nothing_everywhere():
    """All directions are counted, and no exception is named."""
    sentence = said(about="By persistence image L1, exact")
    assert "exact beats doing nothing in 6 of 6 directions;" in sentence
    assert "(not in" not in sentence
    assert "within twice the floor in 0;" in sentence
    assert sentence.endswith("score in 0, and within twice that in 6.")


def test_directions_where_doing_nothing_is_better_are_named():
    """Worse or equal is no success; the mean over trainings decides, not the best of them."""
    changes = {
        WAYS[0]: {"exact/seed0": 12.0, "exact/seed1": 11.0},
        WAYS[1]: {"exact/seed0": 10.0, "exact/seed1": 10.0},
        WAYS[2]: {"exact/seed0": 1.0, "exact/seed1": 19.5},
    }
    table = plausibility(changes)
    sentence = said(table, about="By persistence image L1, exact")
    assert "beats doing nothing in 3 of 6 directions (not in " in sentence
    named = re.search(r"\(not in (.*?)\)", sentence)[1].split(", ")
    assert sorted(named) == sorted(f"{a} → {b}" for a, b in WAYS[:3])
    assert "in 6 of 6 directions;" in said(table, about="By persistence image L1, none")


def test_being_near_the_floor_is_counted():
    """Twice the floor, and what other specimens score, are limits that may be reached."""
    changes = {
        WAYS[0]: {"exact/seed0": 2.0, "exact/seed1": 2.0},
        WAYS[1]: {"exact/seed0": 2.01, "exact/seed1": 2.01},
        WAYS[2]: {"exact/seed0": 4.0, "exact/seed1": 4.0},
    }
    sentence = said(plausibility(changes), about="By persistence image L1, exact")
    assert "within twice the floor in 1;" in sentence
    assert "other specimens of the target score in 3, and within twice that in 6." in sentence


@pytest.mark.parametrize(
    ("differences", "width", "words"),
    [
        ([-1] * 6, 0.5, "down in 6 directions and up in 0, with an interval that excludes 0"),
        ([-1] * 6, 1.5, "down in 0 directions and up in 0, with an interval that excludes 0"),
        ([-1, -1, -0.4, 0.4, 2, 0], 0.5, "down in 2 directions and up in 1, with an interval"),
        ([-1, -1, -0.4, 0.4, 2, 0], None, "down in 3 directions and up in 2, without intervals to"),
        ([3] * 6, 0.5, "down in 0 directions and up in 6, with an interval that excludes 0"),
    ],
)
def test_effects_are_claimed_where_their_interval_excludes_zero(differences, width, words):
    """A difference within its interval is none; without intervals that is said."""
    sentence = said(None, compared(differences, width), about="Against none, exact")
    assert words in sentence
    assert ("excludes 0" in sentence) == (width is not None)
    ratio = (6 + np.mean(differences)) / 6
    assert sentence.endswith(f"its mean is {ratio:.2f} times that without.")


def test_other_measures_do_not_speak():
    """Sentences on persistence images come from their rows alone."""
    mixed = pd.concat([compared([1.0] * 6), compared([-9.0] * 6, measure="KID", without=20.0)])
    assert "down in 0 directions and up in 6" in said(None, mixed, about="Against none")


def test_each_regularisation_has_a_sentence_and_none_is_compared_with_none():
    """Where `none` was not trained nothing is said against it, and no table of it is shown."""
    both = pd.concat([compared([-1.0] * 6, kind="pinet"), compared([1.0] * 6)])
    told = [s for s in findings(results(effects=both)) if s.startswith("Against none")]
    assert [s.split()[2] for s in told] == ["pinet", "exact"]
    alone = FLOWS[2:]
    page = results(plausibility(flows=alone), both.iloc[:0], flows=alone)
    assert not any("Against none" in s or " none " in s for s in findings(page))
    captions = [table.caption for section in sections(page, OPTIONS) for table in section.tables]
    assert not any("Effect of" in caption for caption in captions)


def test_labels_are_told_by_direction():
    """Means over trainings; above chance is only claimed with the whole interval."""
    accuracies = {WAYS[0]: 0.6, WAYS[1]: 0.35}
    sentence = said(labels=asked(accuracies), about="Labels read from chips of exact")
    shares = dict(re.findall(r"(\w+ → \w+) (\d+)%", sentence))
    assert shares.keys() == {f"{a} → {b}" for a, b in WAYS}
    assert shares[FIRST] == "61"
    assert shares[SECOND] == "36"
    assert f"above chance with the whole interval of every training: {FIRST};" in sentence
    assert sentence.endswith("better than from the untransferred sources: none.")
    assert "71%" not in sentence
    assert "99%" not in sentence


def test_no_label_above_chance():
    """Accuracies above chance whose interval reaches below it are not claimed."""
    labels = asked(dict.fromkeys(WAYS, 0.5), low=0.33)
    told = [s for s in findings(results(labels=labels)) if s.startswith("Labels read")]
    assert len(told) == 4
    assert all("whole interval of every training: none;" in s for s in told)


def test_transfers_are_held_against_their_sources():
    """What the source gives away without a transfer is no merit of the flow."""
    labels = asked({WAYS[0]: 0.6, WAYS[1]: 0.6})
    idle = (labels["flow"] == UNTRANSFERRED) & (labels["source"] == WAYS[0][0])
    labels.loc[idle & (labels["target"] == WAYS[0][1]), "balanced_accuracy"] = 0.5
    sentence = said(labels=labels, about="Labels read from chips of exact")
    assert sentence.endswith(f"untransferred sources: {FIRST}.")


def test_one_lucky_training_is_not_enough():
    """Above chance is only claimed where the interval of every training lies above it."""
    labels = asked(dict.fromkeys(WAYS, 0.6))
    unlucky = (labels["flow"] == "exact/seed1") & (labels["target"] == "t5")
    labels.loc[unlucky, "low"] = 0.2
    sentence = said(labels=labels, about="Labels read from chips of exact")
    claimed = sentence.split("every training: ")[1].split(";")[0]
    assert "→ t5" not in claimed
    assert claimed.count("→") == 4


def test_rulers_that_are_missing_are_not_spoken_of():
    """Without halves there is no floor, and by region there are no other specimens."""
    table = plausibility()
    told = {
        name: said(table[table["flow"] != name], about="By persistence image L1, exact")
        for name in (FLOOR, OTHERS)
    }
    assert "floor" not in told[FLOOR]
    assert "other specimens" in told[FLOOR]
    assert "floor" in told[OTHERS]
    assert "other specimens" not in told[OTHERS]
    page = results(table[~table["flow"].isin([FLOOR, OTHERS])])
    assert said(page.plausibility, about="By KID, exact").endswith("6 of 6 directions.")
    assert by_direction(page.plausibility)[KID, "1"].columns[-1] == SOURCE
    by_region = OPTIONS.model_copy(update={"split": SplitOptions(by="region")})
    assert "no other specimens" in sections(page, by_region)[1].text


def test_kernel_distance_speaks_of_its_own_rows():
    """KID may be below 0 and says nothing of twice a floor near 0."""
    table = plausibility()
    table.loc[(table["measure"] == KID) & (table["flow"] == FLOOR), "value"] = -0.01
    worse = (table["measure"] == KID) & (table["flow"].str.startswith("exact"))
    table.loc[worse & (table["source"] == "t5"), "value"] = 11.0
    sentence = said(table, about="By KID, exact")
    assert "beats doing nothing in 4 of 6 directions (not in " in sentence
    assert "floor" not in sentence
    assert "in 6 of 6 directions;" in said(table, about="By persistence image L1, exact")


def test_a_single_training_is_not_spoken_of_as_more():
    """Its effect may be that of its seed; with several, intervals resample them."""
    single = compared([-1.0] * 6).assign(sd_over_seeds=np.nan)
    assert "of these single trainings: others may differ" in said(None, single, about="Against")
    assert "single" not in said(None, compared([-1.0] * 6), about="Against")


def test_validation_chips_are_owned_up_to():
    """Where they stand in for test chips, which then chose the epoch and judge it."""
    without = SplitOptions(train=0.7, validation=0.3, test=0)
    told = sections(results(), OPTIONS.model_copy(update={"split": without}))[1].text
    assert "validation chips stand in" in told
    assert "stand in" not in sections(results(), OPTIONS)[1].text


def test_absent_labels_are_not_told():
    """A target without a label, or one that could not be taught, has no percentage."""
    labels = asked({}, absent=["t5"])
    labels.loc[labels["target"] == "t6", ["balanced_accuracy", "low", "high"]] = np.nan
    told = [s for s in findings(results(labels=labels)) if s.startswith("Labels")]
    assert len(told) == 4
    for sentence in told:
        assert "→ t5" not in sentence
        assert "→ t6" not in sentence
        assert "nan" not in sentence
        assert "→ as_extruded 30%" in sentence or "→ as_extruded 31%" in sentence
    labels[["balanced_accuracy", "low", "high"]] = np.nan
    assert not any("Labels" in s for s in findings(results(labels=labels)))


def test_the_paper_is_set_beside_its_own_domains_only():
    """Another lab's domains have no row in the paper."""
    captions = [t.caption for s in sections(results(), OPTIONS) for t in s.tables]
    assert captions[-1] == "The paper's run and this one."
    for names in (("t5", "t6"), ("as_extruded", "t5", "t6", "t7")):
        data = DataOptions(
            source="micrographs",
            micrographs={"sheet": "sheet.csv"},
            domains=[Domain(name=name, label="x") for name in names],
        )
        other = OPTIONS.model_copy(update={"data": data})
        captions = [t.caption for s in sections(results(), other) for t in s.tables]
        assert "The paper's run and this one." not in captions


def test_beside_the_paper_stand_this_run_s_numbers():
    """The best mean over trainings in the paper's directions, and the scale of the run."""
    accuracies = {
        ("as_extruded", "t5"): 0.6,
        ("as_extruded", "t6"): 0.5,
        ("t5", "as_extruded"): 0.4,
        ("t6", "as_extruded"): 0.3,
    }
    labels = asked(accuracies)
    better = (labels["flow"] == "exact/seed0") & (labels["target"] == "t6")
    labels.loc[better & (labels["features"] == "chips"), "balanced_accuracy"] = 0.9
    table = beside_paper(results(labels=labels), OPTIONS).set_index("")["here"]
    assert table["best accuracy on real chips"] == "71%"
    assert table["best mean accuracy, as_extruded → t5"] == "61%"
    assert table["best mean accuracy, as_extruded → t6"] == "71%"  # of 90 % and 52 %
    assert table["best mean accuracy, t5 → as_extruded"] == "41%"
    assert table["best mean accuracy, t6 → as_extruded"] == "31%"
    assert table["edge of a chip, pixels"] == "32"
    assert table["epochs"] == "7 of 60 steps"
    assert table["trainings a variant"] == "2"
    absent = beside_paper(results(labels=asked({}, absent=["t5"])), OPTIONS).set_index("")["here"]
    assert absent["best mean accuracy, as_extruded → t5"] == "–"
    unlabelled = beside_paper(results(), OPTIONS)
    assert not unlabelled[""].str.contains("accuracy").any()


def test_without_labels_there_is_no_section_on_them():
    """Nor a sentence; with labels the section stands before the verdict."""
    titles = [section.title for section in sections(results(), OPTIONS)]
    assert titles == ["Flows", "Plausibility", "What reproduced and what did not"]
    assert not any("Label" in sentence for sentence in findings(results()))
    labelled = results(labels=asked({}))
    titles = [section.title for section in sections(labelled, OPTIONS)]
    assert titles == [
        "Flows",
        "Plausibility",
        "Label preservation",
        "What reproduced and what did not",
    ]


def test_the_verdict_is_the_findings():
    """Its points say what the tables show, each sentence once."""
    page = results(labels=asked({WAYS[0]: 0.6}))
    *_, verdict = sections(page, OPTIONS)
    assert verdict.points == findings(page)


def test_epochs_kept_and_checks_are_those_of_each_training():
    """Epochs are counted from 1; the checks' table names its training."""
    first, *_ = sections(results(), OPTIONS)
    told = re.search(r"kept: (.*?)\)", first.text)[1]
    assert told == "none/seed0 1, none/seed1 2, exact/seed0 3, exact/seed1 1"
    rows = first.tables[0].rows
    assert rows.columns[0] == "training"
    assert rows.groupby("training", sort=False)["chips"].first().to_dict() == {
        name: 10 + i for i, name in enumerate(FLOWS)
    }
    assert "7 epochs" in first.text
    assert "pinet" not in first.text


def test_shown_effects_are_those_of_persistence_images():
    """With every number of their rows."""
    mixed = pd.concat([compared([-1.25] * 6), compared([-9.0] * 6, measure="KID")])
    body = sections(results(effects=mixed), OPTIONS)
    (shown,) = (t for s in body for t in s.tables if t.caption.startswith("Effect of"))
    assert len(shown.rows) == len(WAYS)
    assert (shown.rows["difference"] == -1.25).all()


@pytest.mark.parametrize("labelled", [True, False])
def test_the_page_renders_and_escapes(labelled):
    """All tables and figures are in the page; names that look like markup are text."""
    evil = "<b>uts</b>"
    distances = plausibility().replace({"source": {"t5": "<i>t5</i>"}})
    labels = asked({}).assign(label=evil) if labelled else None
    page = results(distances, labels=labels)
    body = sections(page, OPTIONS)
    html = render("title", "lead", body, {})
    assert evil not in html
    assert "<i>t5" not in html
    assert ("&lt;b&gt;uts" in html) == labelled
    assert "&lt;i&gt;t5" in html
    tables, figures = (sum(len(getattr(s, k)) for s in body) for k in ("tables", "figures"))
    assert html.count("<table") == tables
    assert html.count("data:image/png;base64,") == figures == 4 + labelled
