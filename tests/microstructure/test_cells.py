"""Cells of a table: what is a number, what is nearly one, and what is text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.microstructure.cells import number, read_cell


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read(value):
    """Whatever Python writes, with or without an exponent, comes back."""
    assert number(repr(value)) == value
    assert read_cell(f" {value!r} ").value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("１２．５", 12.5),
        ("−5", -5.0),
        ("\u200b12", 12.0),
        ("٣", 3.0),
        ("1964X", 1964.0),
        ("1964 ×", 1964.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("+1e-3", 1e-3),
    ],
)
def test_one_number_in_any_script(text, value):
    """Full-width digits, a minus sign and invisible marks change no value."""
    assert number(text) == value


NEARLY = {
    "12,5": "write 12.5",
    "1.200,5": "write 1200.5",
    "1,234.5": "write 1234.5",
    "1,234,567": "write 1234567",
    "1,200": "write 1200 or 1.200",
    "0,125": "write 0.125",
    "1 200": "write 1200",
    "1\u00a0200": "write 1200",
    "1\u202f200": "write 1200",
    "1\u2009200,5": "write 1200.5",
    "1'200": "write 1200",
    "1_200": "write 1200",
    "–5": "write -5",
    "~120": "write 120",
    "≈120": "write 120",
    "ca. 120": "write 120",
    "approx 120": "write 120",
    "±3": "write 3",
    "<5": "write the measured value, or leave the cell empty",
    ">= 5": "write the measured value, or leave the cell empty",
    "≤5": "write the measured value, or leave the cell empty",
    "12.5±0.3": "write 12.5",
    "12.5 +/- 0.3": "write 12.5",
    "12.5(3)": "write 12.5",
    "12.5 (n=3)": "write 12.5",
    "12.5*": "write 12.5",
    "(12.5)": "write 12.5",
    "'12.5": "write 12.5",
    "=12.5": "write 12.5",
    "1.2×10^3": "write 1.2e3",
    "1.2 x 10³": "write 1.2e3",
    "1.2*10^-3": "write 1.2e-3",
    "1.2 e3": "write 1.2e3",
    "1.2D-03": "write 1.2e-3",
    "1.2·10⁻³": "write 1.2e-3",
    "1,2e3": "write 1.2e3",
    "HV 120": "write 120",
    "5,5–6,5 mm": "write one number, and the unit (mm) into the column's name",
}
UNITS = [
    *("HV", "hv", "HV10", "HV0.1", "HB", "HRC", "%", "wt%", "wt.%", "at.%", "vol %", "‰", "pct"),
    *("MPa", "GPa", "kN", "N/mm²", "N/mm2", "kgf/mm2", "ksi", "µm", "nm", "mm", "mm/min", "°C"),
    *("°C/s", "K/min", "J/mm^3", "J/mm³", "mm·s⁻¹", "s^-1", "s-1", "/s", "rpm", "min", "hours"),
    *("deg", "°", "ppm", "cycles", "passes", "kW", "mA", "[MPa]", "(MPa)", "$"),
]


@pytest.mark.data(
    "micrographs", "refused", "decimal comma, grouped digits or a mark beside a number"
)
@pytest.mark.parametrize(("text", "remedy"), NEARLY.items())
def test_a_decorated_number_has_a_remedy(text, remedy):
    """The cell is not read, and the sentence says what to write."""
    cell = read_cell(text)
    assert number(text) is None
    assert (cell.kind, cell.remedy) == ("nearly", remedy)


@pytest.mark.data("micrographs", "refused", "unit or % in the cells of a column of numbers")
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("between", ["", " ", "\u00a0"])
def test_a_unit_belongs_into_the_name_of_the_column(unit, between):
    """Whatever the unit, the number alone is wanted."""
    cell = read_cell(f"120{between}{unit}")
    assert cell.kind == "nearly"
    assert cell.remedy.startswith("write 120, and the unit (")


@pytest.mark.parametrize(
    "text",
    [
        *("n/a", "N/A", "NaN", "nan", "NULL", "none", "None", "-", "--", "–", "—", "?", "#N/A"),
        *("#VALUE!", "#DIV/0!", "missing", "not measured", "unknown", "inf", "-inf", "tbd"),
    ],
)
def test_words_for_no_value(text):
    """They are neither numbers nor text."""
    cell = read_cell(text)
    assert cell.kind == "missing"
    assert math.isnan(cell.value)
    assert "empty" in cell.remedy


@pytest.mark.parametrize(
    "text",
    [
        *("HV10", "HV 10", "HV0.5", "HV0,5", "HBW2.5/187.5", "HK1", "HRC"),
        *("T6", "6061-T6", "7075 T6", "6061 Al", "2024-05-01", "12.05.2024", "01:30", "A12", "12A"),
        *("1A", "316L", "304 L", "4N", "3D", "2nd", "heat 3", "1 top", "3 Ann", "water", "x", ""),
        *(
            "10x100",
            "3d2",
            "12D5a",
            "5 min at 500 C",
            "10 mm x 5 mm",
            "41O",
            "1.2.3",
            "12..5",
            "as cast",
            "+",
            "12 5",
        ),
    ],
)
def test_text_stays_text(text):
    """Tempers, alloys, dates, names and remarks are no numbers with a unit."""
    assert read_cell(text).kind == "text"


@pytest.mark.parametrize("text", ["24h", "300 K", "1C"])
def test_a_letter_may_be_a_unit_or_a_name(text):
    """Only the column decides."""
    assert read_cell(text).kind == "lettered"


@pytest.mark.parametrize("text", ["1-2", "10–12", "1/2", "5,5 - 6,5"])
def test_two_numbers_may_be_a_range_or_a_name(text):
    """Only the column decides."""
    assert read_cell(text).kind == "range"


@given(st.text(max_size=20))
def test_never_raises(text):
    """Whatever is written, it is of one kind, and what is no number has none."""
    cell = read_cell(text)
    assert (cell.kind == "number") == math.isfinite(cell.value)
