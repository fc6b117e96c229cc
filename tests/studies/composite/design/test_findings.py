"""Sentences on designs say what their tables say: worse, equal, better, interval over zero."""

import numpy as np
import pandas as pd
import pytest

from pspflow.evaluation.comparisons import UNDECIDED
from pspflow.studies.composite.certificates.descriptors import DESCRIPTORS
from pspflow.studies.composite.design.comparisons import (
    RETRIEVAL,
    by_distance,
    by_target,
    compare,
    some,
    summary,
)
from pspflow.studies.composite.design.findings import findings, headline
from pspflow.studies.composite.inverse.options import DESIGNER

RUNS, TARGETS = 3, 4


def designs(refined=0.2, nearest=3.0, moved=1.0, best=4.0):
    """Make designs as the stage writes them; errors of a scalar, or of each run and target."""
    rows = []
    for run in range(RUNS):
        for instance in range(TARGETS):
            at = {"run": run, "instance": instance, "inside": True}
            at["wanted_c11_gpa"] = 20.0 + instance

            def of(value, place=(run, instance)):
                return float(np.broadcast_to(value, (RUNS, TARGETS))[place])

            last = {"refined_error_percent": of(refined), "decoded_error_percent": of(best)}
            last |= {"solves": 5, "seconds": 2.0, "exchanged_percent": 0.1}
            for rank, extra in ((1, last), (2, {})):
                rows.append(
                    {"network": DESIGNER, "rank": rank, "error_percent": rank * of(best)}
                    | at
                    | extra
                )
            last = last | {"refined_error_percent": of(moved)}
            rows.append({"network": RETRIEVAL, "rank": 1, "error_percent": of(nearest)} | at | last)
    return by_target(pd.DataFrame(rows))


def certificates(bar=0.1, **columns):
    """Make certificates of two designs that nothing is held against."""
    kept = {"is_copy": False, "voigt_reuss": "inside", "hashin_shtrikman": "inside"}
    kept |= {f"{name}_percentile": 50.0 for name in DESCRIPTORS}
    kept |= {"refined_error_percent": 0.2, "error_bar_percent": bar} | columns
    return pd.DataFrame([kept, kept])


def said(table, part, *, certified=None, name="pair", target="c11"):
    """Return the one sentence that has these words."""
    told = findings({(name, target): table}, certificates() if certified is None else certified)
    (sentence,) = [each for each in told if part in each]
    return sentence


ALONE = "the best of the structures that a network draws"
LOOP = "with the solver in the loop, less those of the nearest training structure"
FAIR = "less those of the same loop from the nearest training structure"
COUNTS = {
    "worse": "1 worse, 0 undecided, 0 better: ",
    "undecided": "0 worse, 1 undecided, 0 better: ",
    "better": "0 worse, 0 undecided, 1 better: ",
}


WAVE = np.array([[1.0, -1, 1, -1], [-1, 1, -1, 1], [1, -1, 1, -1]])
SPREAD = 1 + np.arange(RUNS)[:, None] * 0.1 + np.arange(TARGETS) * 0.1


@pytest.mark.parametrize(
    ("nearest", "words"),
    [
        (0.1 * SPREAD, "worse"),
        (4.0, "undecided"),
        (4.0 + WAVE, "undecided"),
        (8 * SPREAD, "better"),
    ],
)
def test_design_is_better_than_retrieval_only_where_the_intervals_say_so(nearest, words):
    """Of the network alone and of the loop, on the same targets and runs."""
    table = designs(best=4.0, refined=4.0, nearest=nearest)
    for part in (ALONE, LOOP):
        sentence = said(table, part)
        assert sentence.startswith(COUNTS[words])
        assert f" for C11 by {DESIGNER}, 4.00 % and {np.mean(nearest):.2f} %." in sentence


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        (0.01 * SPREAD, "worse"),
        (0.2, "undecided"),
        (0.2 + 0.1 * WAVE, "undecided"),
        (2 * SPREAD, "better"),
    ],
)
def test_the_loop_from_the_nearest_structure_is_compared_too(moved, words):
    """Retrieval gets the solver as well: if it then does better, the sentence says so."""
    assert said(designs(moved=moved), FAIR).startswith(COUNTS[words])


@pytest.mark.parametrize(
    ("refined", "words"),
    [
        (0.2, "Aims are reached by every network."),
        (np.array([[0.1], [0.1], [0.9]]), f"Aims are missed by {DESIGNER} (C11)."),
        (0.9, f"Aims are missed by {DESIGNER} (C11)."),
    ],
)
def test_one_training_above_the_aim_misses_it(refined, words):
    """The mean over trainings does not hide the one that misses."""
    sentence = said(designs(refined=refined), "Aims are")
    assert sentence.endswith(words)
    assert sentence.startswith(f"{np.mean(np.broadcast_to(refined, (3, 1))):.2f} % for C11 (aim ")
    assert "aim 0.5 %, networks alone 6.0 %, 12 targets of 3 trainings)" in sentence


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "0 of 2 refined designs are copies"),
        ({"is_copy": True}, "2 of 2 refined designs are copies"),
        ({"voigt_reuss": "outside"}, "2 leave the bounds"),
        ({"two_point_percentile": 100.0}, "2 are farther than every real structure"),
        ({"bar": 3.0}, "what is met is the stiffness on this grid, not that of the continuum"),
    ],
)
def test_what_certificates_hold_against_designs_is_counted(columns, words):
    """And an error of grid and element above the loop's own is said."""
    assert words in said(designs(), "are copies", certified=certificates(**columns))


def test_what_is_worse_comes_first():
    """A missed aim before a finding that is better."""
    told = findings({("pair", "c11"): designs(refined=0.9, nearest=8 * SPREAD)}, certificates())
    assert "Aims are missed" in told[0]
    assert told.index(next(each for each in told if "are copies" in each)) > 0


def test_held_out_targets_are_named_so():
    """The reader knows which rows are of the region that was held out."""
    points = {("pair", "c11"): designs(), ("held_out", "c11"): designs(refined=0.4)}
    rows = list(headline(points, papers_material=True))
    assert [row.here for row in rows] == ["0.20 %", "0.40 %"]
    assert [row.paper for row in rows][1] == "–"
    assert "in the region held out of training" in rows[1].quantity
    assert "here the network alone has 6.0 %, the nearest training structure 3.0 %" in rows[0].why
    assert [row.paper for row in headline(points, papers_material=False)] == ["–", "–"]


def test_a_set_without_our_network_is_summarised_by_its_first():
    """Where only networks of the paper design, the sentences are of them."""
    table = designs().replace({"network": {DESIGNER: "mixture"}})
    (row,) = headline({("pair", "c11"): table}, papers_material=False)
    assert "mixture with the solver" in row.quantity
    assert " for C11 by mixture, " in said(table, ALONE)


def test_trainings_and_targets_both_decide():
    """Targets that differ in sign leave it undecided, though every training agrees."""
    table = designs(refined=0.5 + 0.4 * np.array([[1.0, -1, 1, -0.9]]), nearest=0.5)
    table = table[table["network"] == DESIGNER]
    found = compare(table, "refined_error_percent", "nearest_percent")
    assert found.outcome == UNDECIDED
    assert "over 4 targets" in found.text
    assert "over 3 trainings" in found.text
    alone = table[(table["run"] == 0) & (table["instance"] == 0)]
    assert "for one target" in compare(alone, "refined_error_percent", "nearest_percent").text


def test_tables_average_over_targets_and_runs():
    """One row per network; nothing is drawn for retrieval; thirds go from near to far."""
    table = designs(refined=SPREAD, nearest=SPREAD)
    rows = summary(table).set_index("network")
    assert rows.loc[DESIGNER, "refined_error_percent"] == pytest.approx(SPREAD.mean())
    assert rows.loc[DESIGNER, "worst_run_percent"] == pytest.approx(SPREAD.mean(axis=1).max())
    assert rows.loc[DESIGNER, "largest_percent"] == pytest.approx(SPREAD.max())
    assert rows.loc[DESIGNER, ["runs", "targets", "drawn"]].tolist() == [3, 12, 2]
    assert np.isnan(rows.loc[RETRIEVAL, "drawn"])
    thirds = by_distance(table, DESIGNER)
    assert thirds["targets"].tolist() == [4, 4, 4]
    assert thirds["retrieval_percent"].is_monotonic_increasing
    np.testing.assert_allclose(thirds["retrieval_percent"], thirds["refined_error_percent"])


def test_some_are_evenly_spread():
    """Ends included; all where none or more are asked for."""
    values = np.arange(9)
    assert some(values, 3).tolist() == [0, 4, 8]
    assert some(values, None).tolist() == some(values, 20).tolist() == values.tolist()
