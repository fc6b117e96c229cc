"""The shared chips: their table, halves and conditions."""

import numpy as np
import pandas as pd
import pytest

from pspflow.report.section import Figure
from pspflow.studies.arena.chips.section import chips_section
from pspflow.studies.arena.chips.shared import OWN, SharedChips, joined

FIGURE = Figure(name="chips_chips", png=b"", caption="")


def table(domains=("a", "b"), split="test"):
    """Make rows of two micrographs a domain, with two conditions; half 0 and 1 in turn."""
    rows = [
        (f"{domain}{number}:{place}", split, f"{domain}{number}", domain, place % 2)
        for domain in domains
        for number in range(2)
        for place in range(4)
    ]
    found = pd.DataFrame(rows, columns=list(OWN))
    rate = found["domain"].map({name: 10.0**at for at, name in enumerate(domains)})
    return found.assign(rate=rate, load=np.where(found["group"].str.endswith("1"), 2.0, 1.0))


def shared(rows):
    """Make images of rows of a table."""
    return SharedChips(np.zeros((len(rows), 4, 4), np.uint8), rows)


def test_conditions_are_the_columns_that_the_study_measured_nothing_of():
    """A measure of the chip is no condition, and a new condition is one."""
    chips = pd.DataFrame(
        {"chip_id": ["m:0:0"], "micrograph": ["m"], "domain": ["a"], "split": ["train"]}
    )
    measures = chips.assign(
        specimen="s",
        rate=3.0,
        ferrite_fraction=0.4,
        mean_free_path_px=2.0,
        failure="",
        one_peak=False,
    )
    found = joined(chips, measures, pd.Series([-1]))
    assert list(found) == [*OWN, "rate"]
    assert found.iloc[0].tolist() == ["m:0:0", "train", "m", "a", -1, 3.0]


def test_every_condition_is_asked_for_as_often_as_there_are_chips():
    """Count by condition: domain and the sheet's columns, as plain text and numbers."""
    rows = table()
    wanted = list(shared(rows).wanted(shared(rows).rows("test", half=1)))
    assert wanted == [
        ({"domain": domain, "rate": rate, "load": load}, 2)
        for domain, rate in (("a", 1.0), ("b", 10.0))
        for load in (1.0, 2.0)
    ]
    assert all(type(value) in (str, float) for each, _ in wanted for value in each.values())


def test_halves_and_splits_are_disjoint():
    """What is compared, the floor, and what touches both halves."""
    rows = pd.concat([table(), table(split="train")], ignore_index=True)
    rows.loc[0, "half"] = -1
    chips = shared(rows)
    first, second = chips.rows("test", 0), chips.rows("test", 1)
    assert set(first) | set(second) == set(range(1, 16))
    assert not set(first) & set(second)
    assert set(chips.rows("train")) == set(range(16, 32))


@pytest.mark.parametrize(("split", "tested"), [("test", "test"), ("validation", "validation")])
def test_a_run_without_test_chips_compares_with_validation_chips(split, tested):
    """As the steel study does."""
    assert shared(table(split=split)).tested == tested


def test_the_section_says_whether_anyone_measured_it():
    """Simulated micrographs are said to be simulated, first of all."""
    rows = pd.concat([table(), table(split="train")])
    assert "simulated" in chips_section(rows, FIGURE, simulated=True).lead
    lead = chips_section(rows, FIGURE, simulated=False).lead
    assert "simulated" not in lead
    assert "the same 16 chips" in lead


def test_the_table_lists_domains_and_splits_in_order():
    """Training first, whatever order the micrographs have."""
    rows = pd.concat([table(split=name) for name in ("test", "validation", "train")])
    (counts,) = chips_section(rows, FIGURE, simulated=True).parts[0].tables
    splits = ["train", "validation", "test"]
    assert [cells[:2] for cells in counts.cells] == [(a, b) for a in ("a", "b") for b in splits]
