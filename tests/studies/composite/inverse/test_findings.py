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
MIXTURE = "15.0 % with the paper's mixture (joint prior)"
INVERSE, SEPARATION = "mean errors of inverse design", "separation of the two morphologies"
ANNEALING = "by annealing in the latent space of "


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
    """Return the sentences that have these words, as one text."""
    found = findings(**tables, learned={"pair": learned})
    return " ".join(each for each in found if about in each)


def c11(tables, learned=PAPERS):
    """Return the sentence on inverse design of C11."""
    return sentences(tables, f"{INVERSE} of one prior less those of another, C11", learned)


def outcome(sentence, words):
    """Return the word under which a sentence lists something."""
    before = sentence[: sentence.index(words)]
    return max(("Worse: ", "Undecided: ", "Better: "), key=before.rfind)


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ((40.0, 40.5, 41.0), "Worse: "),
        ((30.0, 30.0, 30.0), "Undecided: "),
        ((10.0, 60.0, 20.0), "Undecided: "),
        ((20.0, 20.5, 21.0), "Better: "),
    ],
)
def test_the_verdict_on_the_mixture_follows_the_interval_over_runs(tables, errors, said):
    """Worse, equal and better tables, and intervals over zero, are called so."""
    rows = tables["candidates"]["c11"]
    papers = (rows["model"] == "mixture") & (rows["prior"] == "joint")
    for run, error in enumerate(errors):
        rows.loc[papers & (rows["run"] == run), "error_percent"] = error
    assert outcome(c11(tables), "with its Gaussian") == said


def test_numbers_and_the_papers_are_named(tables):
    """Errors are means over components; the paper's stand beside for its material only."""
    text = c11(tables)
    assert f"; -15.0 to -15.0 over 2 targets), {MIXTURE} and 30.0 % with its Gaussian" in text
    assert "-15.0 points (-15.0 to -15.0; -15.0" in text
    assert "95 % intervals over 3 runs, and over targets" in text
    assert text.startswith("0 worse, 0 undecided, 4 better: ")
    assert "(refitted prior) and 30.0 % with the paper's Gaussian" in text
    assert "(the paper's mixture has 16 %)" in text
    text = c11(tables, OURS)
    assert "(the paper's mixture has 16 %, which is of another set of structures)" in text
    assert "16 %" not in c11(tables, OTHER)


def test_one_run_decides_nothing(tables):
    """The targets' interval stands beside, and does not decide."""
    rows = tables["candidates"]["c11"]
    tables["candidates"]["c11"] = rows[rows["run"] == 0]
    text = c11(tables)
    assert "-15.0 points (-15.0 to -15.0 over 2 targets), " in text
    assert text.startswith("0 worse, 4 undecided, 0 better: ")
    assert "one run, which decides nothing, and over targets" in text


def test_targets_out_of_range_do_not_count(tables):
    """What no training structure reaches is left out, and the sentence says so."""
    made = tables["candidates"]["c11"]
    made.loc[made["instance"] == 1, ["inside", "error_percent"]] = [False, 900.0]
    text = c11(tables)
    assert text.count("(3 of 6 targets, those in the range of the training structures)") == 1
    assert MIXTURE in text
    made["inside"] = False
    assert sentences(tables, "0 of 6 targets") == (
        "0 of 6 targets of C11, 51 voxels per edge: no target is within the range of the training "
        "structures: no error is counted."
    )


def test_separation_is_called_what_it_measures(tables, separated):
    """Full separation, none, and one run, which cannot tell."""
    text = sentences(tables, SEPARATION)
    assert "Separate them: 1.00 (1.00 to 1.00) by test structures with" in text
    assert "0.32–0.50 and 0.61–0.66" in text
    assert "Do not" not in text
    tables["measured"] = separation(*separated(separate=False, runs=3))
    assert "Do not separate them: " in sentences(tables, SEPARATION)
    assert SEPARATION in findings(**tables, learned={"pair": PAPERS})[0]
    tables["measured"] = separation(*separated())
    text = sentences(tables, SEPARATION)
    assert text.startswith("0 do not separate them, ")
    assert ", 0 separate them: " in text
    assert "Cannot be told to separate them: " in text
    assert "Separate them: " not in text


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ((5.0, 5.1), (9.0, 9.1), "from 5.0 % to 9.1 % after"),
        ((5.0, 9.0), (9.0, 6.0), "+0.5 points (-44.0 to +45.0 over 2 targets: not told apart)"),
        ((9.0, 9.1), (5.0, 5.1), "-4.0 points (-4.0 to -4.0 over 2 targets: better)"),
    ],
)
def test_searches_that_make_it_worse_say_so(tables, start, end, said):
    """Starts and ends are both in the sentence; where the ends are worse it comes first."""
    rows = tables["searches"]
    for instance in range(2):
        its = rows["instance"] == instance
        rows.loc[its, "start_c11_gpa"] = rows["wanted_c11_gpa"] * (1 + start[instance] / 100)
        rows.loc[its, "error_percent"] = end[instance]
    text = sentences(tables, f"{ANNEALING}mixture, joint prior")
    assert said in text
    if end > start:
        assert ANNEALING in findings(**tables, learned={"pair": PAPERS})[0]


def test_the_papers_bound_is_for_its_material(tables):
    """Each claim has its numbers; the paper's are for its material."""
    assert "The paper's are below 10 % from both." in sentences(tables, ANNEALING)
    assert "of another set of structures" in sentences(tables, ANNEALING, OURS)
    assert "below 10 %" not in sentences(tables, ANNEALING, OTHER)
