"""The headline of inverse design: the paper's numbers beside ours."""

import pytest

from pspflow.studies.composite.inverse.headline import DesignSet, headline
from pspflow.studies.composite.structures.properties import NORMAL

PAPERS = DesignSet(280, ("1-7-7", "7-1-1"), 51, papers_material=True)
OURS = DesignSet(180, ("3-1-1", "1-3-3"), 15, papers_material=True)
OTHER = DesignSet(40, ("", "a", "b"), 15, papers_material=False)
KEYS = [("gaussian", "joint", 0), ("mixture", "joint", 0), ("mixture_statistics", "refitted", 0)]


@pytest.fixture
def rows(inferred, search_table):
    """Return what makes the headline's rows, by quantity, from an error of every network."""

    def make(learned, error=12.0, keys=KEYS):
        errors = dict.fromkeys(keys, error)
        candidates = {"c11": inferred(errors, NORMAL[:1]), "normal": inferred(errors, NORMAL)}
        found = headline(candidates, search_table((30.0,)), {"pair": learned})
        return {row.quantity: row for row in found}

    return make


def test_the_papers_set_is_reached_or_not(rows):
    """Each error is compared with the paper's of the same prior."""
    found = rows(PAPERS)
    c11 = found[
        "Mean error of inverse design of C11, 51 voxels per edge, mixture prior (the paper's "
        "section 4)"
    ]
    assert (c11.paper, c11.here, c11.verdict) == ("16 %", "12.0 %", "reached")
    verdicts = {
        name.split(", ")[1].split(" ")[0]: row.verdict
        for name, row in found.items()
        if "six components" in name
    }
    assert verdicts == {
        "gaussian": "reached",
        "mixture": "reached",
        "mixture_statistics": "reached",
    }
    worse = rows(PAPERS, error=20.0)
    assert worse[c11.quantity].verdict == "not reached"
    assert "280 structures, the paper's about 280" in worse[c11.quantity].why
    vectors = [row.verdict for name, row in worse.items() if "six components" in name]
    assert vectors == ["reached", "not reached", "not reached"]


def test_annealing_is_compared_with_the_papers_bound(rows):
    """From either start; the error of the starts stands beside."""
    found = rows(PAPERS)
    random = found["Mean error of annealing from random latents of mixture (section 4)"]
    assert (random.paper, random.here, random.verdict) == ("below 10 %", "16.7 %", "not reached")
    assert "66.7 % at the starts" in random.why
    assert found[random.quantity.replace("random", "inferred")].verdict == "reached"


@pytest.mark.parametrize(
    ("learned", "why"),
    [
        (
            OURS,
            "180 structures of 3-1-1 and 1-3-3, 15 voxels per edge; the paper's are about 280 of "
            "7-1-1",
        ),
        (OTHER, "the structures are of another material than the paper's"),
    ],
)
def test_other_sets_are_not_comparable(rows, learned, why):
    """A row says in which way the structures differ."""
    for row in rows(learned).values():
        assert row.verdict == "not comparable"
        assert why in row.why


def test_networks_that_were_not_trained_are_named(rows):
    """There is a row for each of the paper's numbers."""
    found = rows(PAPERS, keys=KEYS[2:])
    row = found[
        "Mean error of inverse design of C11, 51 voxels per edge, mixture prior (the paper's "
        "section 4)"
    ]
    assert (row.here, row.verdict) == ("–", "not comparable")
    assert row.why == "this run does not train mixture to design for C11"


def test_targets_out_of_range_are_left_out(inferred, search_table):
    """Their number is in the row."""
    made = inferred(dict.fromkeys(KEYS, 12.0), NORMAL)
    made.loc[made["instance"] == 1, ["inside", "error_percent"]] = [False, 900.0]
    found = list(headline({"c11": made, "normal": made}, search_table(), {"pair": PAPERS}))
    assert found[0].here == "12.0 %"
    assert found[0].why.startswith("1 of 2 targets are outside the training range")
    assert (found[1].here, found[1].verdict) == ("–", "not comparable")
    assert "R² needs more than one target" in found[1].why
    made["inside"] = False
    found = list(headline({"c11": made, "normal": made}, search_table(), {"pair": PAPERS}))
    assert (found[0].here, found[0].verdict) == ("–", "not comparable")
