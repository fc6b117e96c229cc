"""Sentences on families say what their tables say: worse, undecided, better."""

import itertools

import numpy as np
import pandas as pd
import pytest

from pspflow.report.section import Figure
from pspflow.studies.composite.families.findings import CONVOLVED, FILTERED, findings
from pspflow.studies.composite.families.rebuilding import OBSERVED, summary
from pspflow.studies.composite.families.section import families_section
from pspflow.studies.composite.families.transfer import errors, matrix

FAMILIES = ("gaussian", "fibres")
DESCRIPTORS = ("two_point", "lineal_path", "persistence", "percolation")


def error_table(own, other):
    """Make errors of one network: lists of its own and of other families' errors, one per run."""
    return pd.DataFrame(
        [
            {
                "network": "cnn",
                "trained_on": trained,
                "tested_on": tested,
                "run": run,
                "mean_relative_error": (own if trained == tested else other)[run],
                "mape": 1.0,
                "bias_percent": 0.0,
            }
            for trained, tested in itertools.product(FAMILIES, repeat=2)
            for run in range(len(own))
        ]
    )


def rebuilt_table(**far):
    """Make rebuilt structures: of each model a list of distances and errors, one per run."""
    rows = []
    for family, (model, values) in itertools.product(FAMILIES, far.items()):
        for run, value in enumerate(values):
            row = {"family": family, "model": model, "run": run, "structure": "s"}
            row |= {f"distance_{name}": value for name in DESCRIPTORS}
            rows.append(row | {"c11_error_percent": 0.0 if model == OBSERVED else 10 * value})
    return pd.DataFrame(rows)


ALIKE = rebuilt_table(**{OBSERVED: [1.0, 1.0, 1.0]})


@pytest.mark.parametrize(
    ("own", "other", "words"),
    [
        ([3.0, 3.1, 2.9], [20.0, 21.0, 19.0], "1 worse, 0 undecided, 0 better"),
        ([3.0, 3.1, 2.9], [3.1, 3.0, 2.9], "0 worse, 1 undecided, 0 better"),
        ([3.0, 5.0, 4.0], [4.0, 3.0, 5.5], "0 worse, 1 undecided, 0 better"),
        ([9.0, 9.1, 8.9], [3.0, 3.1, 2.9], "0 worse, 0 undecided, 1 better"),
        ([3.0], [20.0], "0 worse, 1 undecided, 0 better"),
    ],
)
def test_what_does_not_carry_over_is_said_so(own, other, words):
    """Errors on other families are larger only where the interval of the difference says so."""
    (sentence,) = [each for each in findings(error_table(own, other), ALIKE) if "cnn" in each]
    assert sentence.startswith(f"{words}: mean relative error of C11 on families that")
    assert f"{np.mean(own):.1f} % on its own family" in sentence
    assert f"{np.mean(other):.1f} % on others" in sentence
    assert ("one run cannot tell" in sentence) == (len(own) == 1)


def test_the_largest_error_is_named():
    """The reader learns which pair of families is worst."""
    table = error_table([3.0, 3.1], [5.0, 5.2])
    table.loc[(table["trained_on"] == "fibres") & (table["tested_on"] == "gaussian"), "mape"] = 0
    worst = (table["trained_on"] == "gaussian") & (table["tested_on"] == "fibres")
    table.loc[worst, "mean_relative_error"] = 70.0
    (sentence,) = [each for each in findings(table, ALIKE) if "cnn" in each]
    assert "and at most 70.0 %, trained on gaussian and tested on fibres." in sentence


@pytest.mark.parametrize(
    ("convolved", "filtered", "words"),
    [
        ([1.1, 1.2, 1.1], [2.0, 2.1, 2.0], "0 worse, 0 undecided, 3 better"),
        ([2.0, 2.1, 2.0], [1.1, 1.2, 1.1], "3 worse, 0 undecided, 0 better"),
        ([1.5, 1.5, 1.5], [1.5, 1.5, 1.5], "0 worse, 3 undecided, 0 better"),
        ([1.0, 2.0, 1.5], [1.5, 1.2, 1.7], "0 worse, 3 undecided, 0 better"),
        ([1.0], [2.0], "0 worse, 3 undecided, 0 better"),
    ],
)
def test_decoders_are_compared_by_every_measure(convolved, filtered, words):
    """By each descriptor beyond two-point statistics, and by the solved stiffness."""
    runs = len(convolved)
    table = rebuilt_table(
        **{OBSERVED: [1.0] * runs, FILTERED: filtered, CONVOLVED: convolved},
    )
    (said,) = (each for each in findings(error_table([3.0], [5.0]), table) if "no cut" in each)
    assert said.startswith(f"{words}: mixture_convolved less mixture_statistics, ")
    for measure in ("distance in lineal paths", "distance in persistence", "solved C11"):
        assert said.count(measure) == 1
    assert ("one run cannot tell" in said) == (runs == 1)


def test_distances_are_beside_those_of_test_structures():
    """Farther than real is said of what lies above the test structures themselves, in each run."""
    table = rebuilt_table(**{OBSERVED: [1.0, 1.1, 0.9], FILTERED: [2.0, 2.1, 1.9]})
    text = " ".join(findings(error_table([3.0], [5.0]), table))
    assert "2 farther than real test structures, 0 not shown to be farther, 0 nearer: " in text
    assert "Farther than real test structures: gaussian 2.00 in lineal paths (1.00)" in text
    near = rebuilt_table(**{OBSERVED: [1.0, 1.1, 0.9], FILTERED: [1.1, 1.0, 1.0]})
    text = " ".join(findings(error_table([3.0], [5.0]), near))
    assert "Farther than real" not in text
    assert "Not shown to be farther: gaussian" in text


def test_what_breaks_is_said_first():
    """Worse, then undecided, then better."""
    table = rebuilt_table(
        **{OBSERVED: [1.0, 1.0, 1.1], FILTERED: [2.0, 2.1, 2.0], CONVOLVED: [1.0, 1.1, 1.0]}
    )
    sentences = findings(error_table([3.0, 3.1, 2.9], [20.0, 21.0, 19.0]), table)
    first = [not each.startswith("0 ") for each in sentences]
    assert first == sorted(first, reverse=True)
    assert sentences[-1].startswith("0 worse, 0 undecided, 3 better")


def test_one_decoder_alone_is_not_compared():
    """A run without either decoder has its other findings."""
    table = rebuilt_table(**{OBSERVED: [1.0, 1.0], FILTERED: [2.0, 2.1]})
    assert not [each for each in findings(error_table([3.0], [5.0]), table) if "no cut" in each]


def test_section_has_the_tables():
    """Errors by family and distances stand in the parts, the test structures first."""
    rebuilt = rebuilt_table(**{OBSERVED: [1.0, 1.0], FILTERED: [2.0, 2.1]})
    counts = pd.DataFrame({"family": FAMILIES, "training_structures": [60, 24]})
    rows = error_table([3.0, 3.0], [5.0, 5.0])
    figures = {name: Figure(name=name, png=b"", caption=name) for name in ("transfer", "rebuilt")}
    section = families_section(rows, rebuilt, figures, counts)
    first = section.parts[0].tables[0]
    assert first.header == ("network", "trained on", "gaussian", "fibres")
    assert first.cells[0] == ("cnn", "gaussian", "3", "5")
    assert "gaussian 60, fibres 24" in section.parts[0].text
    assert summary(rebuilt)["model"].tolist() == [OBSERVED, FILTERED] * 2
    assert matrix(rows, "mape").iloc[0, 2] == 1


def test_errors_leave_out_what_has_nearly_none():
    """Percent of nearly nothing is not said; the bias has its sign."""
    found = errors(np.array([10.0, 20.0, 1e-6]), np.array([11.0, 18.0, 1.0]))
    assert found["mean_relative_error"] == pytest.approx(10)
    assert found["mape"] == pytest.approx(100 * (1 + 2 + 1) / 30)
    assert found["bias_percent"] == pytest.approx(0, abs=1e-4)
    assert errors(np.array([10.0]), np.array([8.0]))["bias_percent"] == pytest.approx(-20)
