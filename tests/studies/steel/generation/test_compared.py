"""Which real chips are compared: from all micrographs, measured ones, by halves and neighbours."""

import numpy as np
import pandas as pd
import pytest

from pspflow.microstructure.chips import halves
from pspflow.studies.steel.generation.compared import RealChips
from pspflow.studies.steel.generation.making import cycled, drawn_independently, frequencies_of
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.generation.sets import (
    drawn_chips,
    neighbours,
    order_of_domains,
)
from pspflow.studies.steel.generation.sets import tested_split as split_of


@pytest.fixture
def measures():
    """Tabulate chips of two domains, of which one has no measured test chip."""
    table = pd.DataFrame(
        {
            "domain": ["b"] * 12 + ["a"] * 4,
            "split": ["train"] * 6 + ["test"] * 6 + ["train"] * 2 + ["test"] * 2,
            "micrograph": [f"m{i // 3}" for i in range(12)] + ["n0", "n0", "n1", "n1"],
            "failure": "",
            "rate": [3.0] * 12 + [1.0] * 4,
        }
    )
    table.loc[[6, 14, 15], "failure"] = "one phase"
    return table


def test_few_chips_are_of_all_measured_ones_and_many_hold_them(measures):
    """None that failed, none of another split or domain."""
    every = drawn_chips(measures, "test", "b", 99, 0)
    assert every.tolist() == [7, 8, 9, 10, 11]
    few = drawn_chips(measures, "test", "b", 2, 0)
    assert set(few) <= set(every)
    assert len(few) == 2


def test_a_domain_without_measured_chips_is_not_compared(measures, caplog):
    """A warning names it."""
    chips = pd.DataFrame({"micrograph": measures["micrograph"], "column": 0, "size_px": 8})
    real = RealChips(measures, chips, None, GenerationOptions(), 0)
    assert real.domains == ["b"]
    assert "no test chip of a could be measured" in caplog.text
    assert real.resolved == {"b": True, "a": False}


def test_validation_stands_in_where_nothing_is_tested(measures):
    """As where all other micrographs train."""
    assert split_of(measures) == "test"
    assert split_of(measures[measures["split"] == "train"]) == "validation"


def test_halves_are_of_each_micrograph():
    """By what its chips cover; a chip over the middle is in neither."""
    chips = pd.DataFrame(
        {"micrograph": ["a"] * 3 + ["b"] * 2, "column": [0, 4, 8, 100, 108], "size_px": 8}
    )
    assert halves(chips).tolist() == [0, -1, 1, 0, 1]


def test_neighbours_are_by_condition(measures):
    """The ends have one."""
    assert order_of_domains(measures, ["rate"]) == ["a", "b"]
    assert neighbours(["a", "b", "c"], "b") == ["a", "c"]
    assert neighbours(["a", "b", "c"], "a") == ["b"]
    assert neighbours(["a"], "a") == []


def test_conditions_are_those_of_the_micrographs_in_turn():
    """Each as often as any other, but for one; rows stay together."""
    given = np.array([[1.0, 10], [2, 20], [3, 30]])
    made = cycled(given, 7, np.random.default_rng(0))
    assert (made[:, 1] == 10 * made[:, 0]).all()
    assert sorted(np.unique(made[:, 0], return_counts=True)[1]) == [2, 2, 3]


def test_independent_codes_have_the_frequencies_of_their_domain():
    """Codes that a domain lacks are not drawn."""
    table = pd.DataFrame(
        {"domain": ["a", "a", "b"], "code": [0, 2, 1], "frequency": [0.25, 0.75, 1]}
    )
    shares = frequencies_of(table, "a", 4)
    assert shares.tolist() == [0.25, 0, 0.75, 0]
    drawn = drawn_independently(shares, 200, (4, 4), np.random.default_rng(0))
    assert np.bincount(drawn.ravel(), minlength=4)[[1, 3]].tolist() == [0, 0]
    assert (drawn == 2).mean() == pytest.approx(0.75, abs=0.03)
