"""Tables of pages: what they hold, and what they leave out."""

import numpy as np
import pandas as pd
import pytest

from pspflow.report.section import Table
from pspflow.report.tables import beside_paper, shown_columns, with_interval


@pytest.fixture
def errors():
    """Return errors of two models for two targets; the paper has values of one model alone."""
    return pd.DataFrame(
        {
            "model": ["ours", "ours", "cnn", "cnn"],
            "target_gpa": [20.0, 35.0, 20.0, 35.0],
            "error": [1.0, 2.0, 3.0, 4.0],
            "paper_error": [np.nan, np.nan, 5.0, np.nan],
        }
    )


def test_the_papers_values_stand_in_rows_below_ours(errors):
    """A model has a row of ours, then one of the paper's where the paper has a value."""
    wide = beside_paper(errors, ["model"], "target_gpa", "error", "paper_error")
    assert list(wide) == ["model", "source", "20", "35"]
    assert wide[["model", "source"]].to_numpy().tolist() == [
        ["ours", "here"],
        ["cnn", "here"],
        ["cnn", "paper"],
    ]
    np.testing.assert_array_equal(wide[["20", "35"]], [[1, 2], [3, 4], [5, np.nan]])


def test_a_table_without_the_papers_values_has_our_rows_alone(errors):
    """Tables whose columns of the paper were left out are spread all the same."""
    ours = shown_columns(errors, papers_material=False)
    wide = beside_paper(ours, ["model"], "target_gpa", "error", "paper_error")
    assert wide["source"].tolist() == ["here", "here"]


@pytest.mark.parametrize("papers_material", [False, True])
def test_columns_that_say_nothing_are_left_out(errors, papers_material):
    """Empty columns always; the paper's where the data are of another material."""
    table = shown_columns(errors.assign(error_sd=np.nan), papers_material=papers_material)
    expected = ["model", "target_gpa", "error"]
    assert list(table) == [*expected, *(["paper_error"] if papers_material else [])]


def test_a_value_is_written_with_its_interval_where_it_has_one():
    """Three digits; a missing interval is left out, and no value is a dash."""
    assert with_interval(0.12345, -1.0, 2.0) == "0.123 (-1 to 2)"
    assert with_interval(4.5, np.nan, np.nan, unit=" µm") == "4.5 µm"
    assert with_interval(np.nan, np.nan, np.nan) == "–"


def test_headings_have_their_units_and_symbols():
    """A unit stands in brackets at the end, wherever the name has it; one word stays."""
    names = ["error_percent_low", "c11_gpa", "paper_r2", "mean_free_path_px_process", "px", "as_t5"]
    table = Table.of(pd.DataFrame([range(6)], columns=names), "")
    assert table.header == (
        "error low (%)",
        "C11 (GPa)",
        "paper R²",
        "mean free path process (px)",
        "px",
        "as t5",
    )


def test_large_numbers_have_no_power_of_ten():
    """Four digits of a table, three beside an interval; small ones keep theirs."""
    values = pd.DataFrame({"x": [1152345.0, -12345.6, 1234.5, 1e-8, float("inf")]})
    cells = [cell for (cell,) in Table.of(values, "").cells]
    assert cells == ["1,152,000", "-12,350", "1234", "1e-08", "inf"]
    assert with_interval(1840.0, 1634.0, 2039.0) == "1,840 (1,630 to 2,040)"
    assert with_interval(0.0123, -0.5, 999.0) == "0.0123 (-0.5 to 999)"
