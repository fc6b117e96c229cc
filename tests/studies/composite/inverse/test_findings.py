"""Findings on inverse design say what the tables say."""

import pytest

from pspflow.studies.composite.inverse.findings import findings
from pspflow.studies.composite.inverse.headline import DesignSet
from pspflow.studies.composite.inverse.separation import separation
from pspflow.studies.composite.structures.properties import NORMAL

OURS = DesignSet(180, ("3-1-1", "1-3-3"), 15, papers_material=True)
PAPERS = DesignSet(280, ("7-1-1", "1-7-7"), 51, papers_material=True)
OTHER = DesignSet(40, ("a", "b"), 15, papers_material=False)
ERRORS = {
    ("gaussian", "joint", 0): 30.0,
    ("mixture", "joint", 0): 10.0,
    ("mixture", "joint", 1): 20.0,
    ("mixture", "refitted", 0): 9.0,
    ("mixture", "refitted", 1): 9.0,
    ("mixture_statistics", "refitted", 0): 4.0,
    ("mixture_statistics", "refitted", 1): 8.0,
}
MIXTURE = (
    "the mean error is 15.0 % (10.0 % of its likeliest component) with the paper's mixture (joint "
    "prior)"
)


@pytest.fixture
def tables(inferred, search_table, separated):
    """Return what the findings are computed from, of three runs."""
    targets = {"c11": NORMAL[:1], "normal": NORMAL}
    return {
        "candidates": {target: inferred(ERRORS, names, 3) for target, names in targets.items()},
        "measured": separation(*separated(runs=3)),
        "searches": search_table(),
    }


def sentences(tables, about, learned=PAPERS):
    """Return the sentences that begin so, as one text."""
    found = findings(**tables, learned={"pair": learned})
    return " ".join(each for each in found if each.startswith(about))


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ((40.0, 40.5, 41.0), "it is worse by every measure."),
        ((30.0, 30.0, 30.0), "which is better cannot be told, since the interval holds 0."),
        ((10.0, 60.0, 20.0), "which is better cannot be told, since the interval holds 0."),
        ((20.0, 20.5, 21.0), "it is better by every measure."),
    ],
)
def test_the_verdict_on_the_mixture_follows_the_interval_over_runs(tables, errors, said):
    """Worse, equal and better tables, and intervals over zero, are called so."""
    rows = tables["candidates"]["c11"]
    papers = (rows["model"] == "mixture") & (rows["prior"] == "joint")
    for run, error in enumerate(errors):
        rows.loc[papers & (rows["run"] == run), "error_percent"] = error
    assert said in sentences(tables, "Inverse design, C11").split("with its Gaussian")[1]


def test_numbers_and_the_papers_are_named(tables):
    """Errors are means over components; the paper's stand beside for its material only."""
    text = sentences(tables, "Inverse design, C11")
    assert f"{MIXTURE} and 30.0 % with its Gaussian; difference -15.0 points (95 %" in text
    assert "over 3 runs -15.0 to -15.0; over 2 targets -15.0 to -15.0)" in text
    assert text.count("it is better") == 4
    assert "(refitted prior) and 30.0 % with the paper's Gaussian; difference" in text
    assert "The paper's mixture has 16 %." in text
    text = sentences(tables, "Inverse design, C11", OURS)
    assert "The paper's mixture has 16 %, which is of another set of structures." in text
    assert "16 %" not in sentences(tables, "Inverse design, C11", OTHER)


def test_one_run_decides_nothing(tables):
    """The targets' interval stands beside, and does not decide."""
    rows = tables["candidates"]["c11"]
    tables["candidates"]["c11"] = rows[rows["run"] == 0]
    text = sentences(tables, "Inverse design, C11")
    assert "(one run; over 2 targets -15.0 to -15.0)" in text
    assert text.count("which is better cannot be told, since one run has no interval") == 4


def test_targets_out_of_range_do_not_count(tables):
    """What no training structure reaches is left out, and the sentence says so."""
    made = tables["candidates"]["c11"]
    made.loc[made["instance"] == 1, ["inside", "error_percent"]] = [False, 900.0]
    text = sentences(tables, "Inverse design, C11")
    assert text.count("(3 of 6 targets, those in the range of the training structures)") == 4
    assert MIXTURE in text
    made["inside"] = False
    assert sentences(tables, "Inverse design, C11") == (
        "Inverse design, C11, 51 voxels per edge: no target is within the range of the training "
        "structures: no error is counted."
    )


def test_separation_is_called_what_it_measures(tables, separated):
    """Full separation, none, and one run, which cannot tell."""
    text = sentences(tables, "Separation")
    assert "1.00 (1.00 to 1.00) by test structures" in text
    assert "it separates them" in text
    assert "0.32–0.50 and 0.61–0.66" in text
    tables["measured"] = separation(*separated(separate=False, runs=3))
    assert "it does not separate them" in sentences(tables, "Separation")
    assert findings(**tables, learned={"pair": PAPERS})[0].startswith("Separation")
    tables["measured"] = separation(*separated())
    text = sentences(tables, "Separation")
    assert "whether it separates them cannot be told" in text
    assert "it separates them" not in text.replace("whether it separates them cannot", "")


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ((5.0, 5.1), (9.0, 9.1), "rises from 5.0 % at the starts to 9.1 % at the ends"),
        ((5.0, 9.0), (9.0, 6.0), "95 % interval over 2 targets -44.0 to +45.0: the ends are not"),
        ((9.0, 9.1), (5.0, 5.1), "-4.0 to -4.0: the ends are better"),
    ],
)
def test_searches_that_make_it_worse_say_so(tables, start, end, said):
    """Starts and ends are both in the sentence; where the ends are worse it comes first."""
    rows = tables["searches"]
    for instance in range(2):
        its = rows["instance"] == instance
        rows.loc[its, "start_c11_gpa"] = rows["wanted_c11_gpa"] * (1 + start[instance] / 100)
        rows.loc[its, "error_percent"] = end[instance]
    text = sentences(tables, "Annealing in the latent space of mixture, joint prior")
    assert said in text
    if end > start:
        assert findings(**tables, learned={"pair": PAPERS})[0].startswith("Annealing")


def test_the_papers_bound_is_for_its_material(tables):
    """Each claim has its numbers; the paper's are for its material."""
    assert "The paper's are below 10 % from both." in sentences(tables, "Annealing")
    assert "of another set of structures" in sentences(tables, "Annealing", OURS)
    assert "below 10 %" not in sentences(tables, "Annealing", OTHER)
