"""Findings on inverse design say what the tables say."""

import pandas as pd
import pytest

from pspflow.studies.composite.inverse.findings import findings
from pspflow.studies.composite.inverse.headline import DesignSet
from pspflow.studies.composite.structures.properties import NORMAL

OURS = DesignSet(180, ("3-1-1", "1-3-3"), 15, papers_material=True)
PAPERS = DesignSet(280, ("7-1-1", "1-7-7"), 51, papers_material=True)
OTHER = DesignSet(40, ("a", "b"), 15, papers_material=False)
ERRORS = {
    ("gaussian", "joint", 0): 30.0,
    ("mixture", "joint", 0): 10.0,
    ("mixture", "joint", 1): 20.0,
    ("mixture_statistics", "refitted", 0): 4.0,
    ("mixture_statistics", "refitted", 1): 8.0,
}


@pytest.fixture
def searches():
    """Return one search of each kind for 35 GPa."""
    return pd.DataFrame(
        {
            "start": ["random", "inferred"],
            "number": 0,
            "instance": 0,
            "evaluations": [201, 11],
            "wanted_c11_gpa": 35.0,
            "start_c11_gpa": 70.0,
            "predicted_c11_gpa": 35.0,
            "error_percent": [40.0, 8.0],
        }
    )


@pytest.fixture
def tables(inferred, searches):
    """Return what the findings are computed from."""
    targets = {"c11": NORMAL[:1], "normal": NORMAL}
    return {
        "candidates": {target: inferred(ERRORS, names) for target, names in targets.items()},
        "searches": searches,
    }


def sentences(tables, about, learned=PAPERS):
    """Return the sentences that begin so, as one text."""
    return " ".join(each for each in findings(**tables, learned=learned) if each.startswith(about))


def test_priors_are_compared_and_the_papers_error_is_named(tables):
    """Errors are means over components; the paper's limit is named for its material only."""
    text = sentences(tables, "Inverse design, C11")
    assert "is 15.0 % with the mixture and 30.0 % with the Gaussian" in text
    assert "difference over 2 targets -15.0 points" in text
    assert "the mixture's error is smaller, as in the paper." in text
    assert "6.0 % over all components of the prior, below the paper's 16 %;" in text
    assert "over the best component of the prior for each target it is 4.0 %" in text
    assert "below the paper's 16 %, which is of another set of structures;" in sentences(
        tables, "Inverse design, C11", OURS
    )
    assert "16 %" not in sentences(tables, "Inverse design, C11", OTHER)
    text = sentences(tables, "Inverse design, C11", OTHER)
    assert "the mixture's error is smaller." in text
    assert "in the paper" not in text


def test_targets_out_of_range_do_not_count(tables):
    """What no training structure reaches is left out, and the sentence says so."""
    made = tables["candidates"]["c11"]
    made.loc[made["instance"] == 1, ["inside", "error_percent"]] = [False, 900.0]
    text = sentences(tables, "Inverse design, C11")
    assert text.count("(1 of 2 targets, those in the range of the training structures)") == 2
    assert "is 15.0 % with the mixture" in text
    assert "difference -15.0 points for one target: which error is smaller is undecided" in text
    made["inside"] = False
    text = sentences(tables, "Inverse design, C11")
    assert text == (
        "Inverse design, C11: no target is within the range of the training structures: no error "
        "is counted."
    )


def test_a_difference_that_depends_on_the_target_decides_nothing(tables):
    """Which error is smaller is said only if the interval over the targets excludes zero."""
    made = tables["candidates"]["c11"]
    made.loc[(made["model"] == "mixture") & (made["instance"] == 1), "error_percent"] = 44.0
    text = sentences(tables, "Inverse design, C11")
    assert "which error is smaller is undecided" in text
    made.loc[made["model"] == "mixture", "error_percent"] = 44.0
    assert "the mixture's error is larger, unlike in the paper" in sentences(
        tables, "Inverse design, C11"
    )


def test_searches_are_compared_with_the_papers_bound(tables):
    """Each claim has its numbers; the paper's are for its material."""
    text = sentences(tables, "Annealing")
    assert "from random latents, the mean error of C11 is 40.0 % after 201 evaluations" in text
    assert "The paper's are below 10 % from both." in text
    assert "of another set of structures" in sentences(tables, "Annealing", OURS)
    assert "below 10 %" not in sentences(tables, "Annealing", OTHER)


def test_what_is_worse_is_said_first(tables):
    """Searches that miss the paper's bound come first."""
    said = findings(**tables, learned=PAPERS)
    assert said[0].startswith("Annealing: ")
    assert said[-1].startswith("Inverse design, six components: with the paper's loss")
