"""Process and property columns: numbers, text, and what is neither."""

import re

import numpy as np
import pandas as pd
import pytest

from pspflow.microstructure.catalogue import Source, build_catalogue
from pspflow.microstructure.catalogue.build import catalogue_doubts

LABELS = {"t5": None}


def made(labels=LABELS, **columns):
    """Return sheet, sources, catalogue and problems of a sheet with these columns."""
    count = len(next(iter(columns.values())))
    cells = {
        "image": [f"{row}.tif" for row in range(count)],
        "domain": ["t5"] * count,
        "specimen": [f"s{row}" for row in range(count)],
        **columns,
    }
    sheet = pd.DataFrame(cells, pd.RangeIndex(2, 2 + count, name="row"), dtype=object)
    sources = [Source(96, 96, "uint8", f"{row:08}", f"{row:08}") for row in range(count)]
    table, problems = build_catalogue(sheet, sources, labels)
    for sentence in problems:
        assert re.fullmatch(r"Sheet( rows? [^\n]+|: [^\n]+)[;,] [^\n]+\.", sentence)
    return sheet, sources, table, problems


@pytest.mark.parametrize("name", ["hardness", "uts_mpa", "UTS (MPa)", "note"])
@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        (["12,5", "13,1", "14,2"], (0, 1, 2)),
        (["120 HV", "130 HV", "140 HV"], (0, 1, 2)),
        (["3 %", "4 %", ""], (0, 1)),
        (["12.5", "13,1", "14.2"], (1,)),
        (["12.5", "~13", "14.2"], (1,)),
        (["12.5", "<13", "14.2"], (1,)),
        (["12.5", "13.1±0.2", "14.2"], (1,)),
        (["1 200", "1 300", "950"], (0, 1)),
        (["1,200", "1,300", "950"], (0, 1)),
        (["12.5", "n/a", "14.2"], (1,)),
        (["12.5", "-", "14.2"], (1,)),
        (["12.5", "none", ""], (1,)),
        (["12.5", "NaN", "14"], (1,)),
        (["1h", "2h", "24 h"], (0, 1, 2)),
        (["300 K", "400 K", "500"], (0, 1)),
        (["5 min", "1 h", "2 h"], (0, 1, 2)),
        (["12.5", "10-12", "14"], (1,)),
    ],
)
def test_a_column_of_numbers_never_becomes_text(name, cells, wrong):
    """Every cell that keeps it from being one is named with its row, and what to write."""
    *_, problems = made(**{name: cells})
    rows = [
        re.match(rf"Sheet row (\d+), column {re.escape(repr(name))}: ", each) for each in problems
    ]
    assert [int(row[1]) - 2 for row in rows] == list(wrong)
    assert all("is not a number; " in sentence for sentence in problems)


@pytest.mark.data("micrographs", "read", "columns of text: tempers, alloys, dates, names")
@pytest.mark.parametrize(
    "cells",
    [
        ["T6", "T5", "T4"],
        ["6061-T6", "6061-T5", "7075"],
        ["7075 T6", "6061 T4", "2024 T3"],
        ["2024-05-01", "2024-05-02", ""],
        ["heat 1", "heat 2", "n/a"],
        ["12-3", "12-4", "13"],
        ["1A", "2A", "3B"],
        ["1h", "1g", "1f"],
        ["water", "air", "3 %"],
        ["n/a", "n/a", ""],
        ["316L", "304 L", "316L"],
        ["1-2", "1-3", "2-1"],
    ],
)
def test_text_stays_text(cells):
    """Names that hold digits are no numbers."""
    *_, table, problems = made(note=cells)
    assert problems == []
    assert list(table["note"]) == cells


@pytest.mark.data(
    "micrographs", "read", "numbers in full-width digits or with a minus sign of print"
)
def test_numbers_of_any_script():
    """They have one value."""
    *_, table, problems = made(angle=["１２．５", "−3", ""])
    assert problems == []
    np.testing.assert_array_equal(table["angle"], [12.5, -3, np.nan])


def test_a_label_must_be_numbers():
    """Each cell that is none is named."""
    *_, problems = made({"t5": "hv"}, hv=["120 HV", "high", "1,2"])
    assert [re.search(r"; (.*)\.$", each)[1] for each in problems] == [
        "write 120, and the unit (HV) into the column's name",
        "give one or leave the cell empty",
        "write 1.2",
    ]


@pytest.mark.data("micrographs", "warned", "a remark among the numbers of a column")
def test_a_word_among_numbers_is_warned_of():
    """The column becomes text, and that is said with the row of the word."""
    sheet, sources, table, problems = made(hardness=["120", "130", "cracked", "125"])
    assert problems == []
    (sentence,) = catalogue_doubts(sheet, sources, table)
    assert (
        "row 4, column 'hardness': 'cracked' is not a number, so that the column is read as text"
        in (sentence)
    )


@pytest.mark.data(
    "micrographs", "refused", "one column written in two ways, or a known one in another"
)
@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("UTS_mpa", "uts_mpa"), "columns 'UTS_mpa' and 'uts_mpa' are most likely one"),
        (("uts mpa", "uts_mpa"), "are most likely one"),
        (("uts_mpa\u200b", "uts_mpa"), r"columns 'uts_mpa\u200b' and 'uts_mpa'"),
        (("Magnification",), "'Magnification' is most likely 'magnification'"),
        (("Pixel size um",), "is most likely 'pixel_size_um'"),
        (("pixel_size_µm",), "is not read as a scale"),
        (("pixel_size_nm",), "is not read as a scale"),
        (("pixelsize",), "is not read as a scale"),
        (("Crop_row_px",), "is most likely 'crop_row_px'"),
        (("Image",), "columns 'image' and 'Image' are most likely one"),
    ],
)
def test_names_of_columns(names, words):
    """A scale or crop under another name would be a property, and the image stay as it is."""
    *_, problems = made(**{name: ["1", "2"] for name in names})
    assert any(words in sentence for sentence in problems)


def test_a_note_beside_the_scale():
    """Where the sheet gives a scale, another one is a column like any other."""
    *_, table, problems = made(
        pixel_size_um=["1", "1"], Magnification=["500", "500"], pixel_size_nm=["1000", "1000"]
    )
    assert problems == []
    assert set(table["scale"]) == {1.0}


def test_symbols_differ_by_case():
    """T and t are two quantities."""
    *_, table, problems = made(T_c=["1", "2"], t_c=["3", "4"])
    assert problems == []
    assert {"T_c", "t_c"} <= set(table.columns)


def test_a_label_that_is_spelt_otherwise():
    """The sentence says which column may be meant."""
    *_, problems = made({"t5": "uts_mpa"}, UTS_MPa=["1", "2"])
    assert any("rename 'UTS_MPa', correct the label" in sentence for sentence in problems)


@pytest.mark.data("micrographs", "warned", "column of numbers with the same letters behind each")
@pytest.mark.parametrize(
    "cells",
    [
        ["100 N", "200 N", "300 N"],
        ["100N", "200N", "300"],
        ["150 A", "160,5 A"],
        ["2 atm", "3 atm"],
        ["15 wt.-%", "20 wt.-%"],
    ],
)
def test_a_unit_that_is_not_known_is_named(cells):
    """The column is read as text, which may be right."""
    sheet, sources, table, problems = made(load=cells)
    assert problems == []
    assert list(table["load"]) == cells
    (doubt,) = catalogue_doubts(sheet, sources, table)
    assert doubt.startswith(f"Sheet row 2, column 'load': {cells[0]!r} is read as text; if '")


@pytest.mark.data("micrographs", "read", "scales of hardness (HV10) and other names with a number")
@pytest.mark.parametrize(
    "cells",
    [
        ["HV10", "HV10", "HV1"],
        ["5a", "5b", "6"],
        ["T5", "T6", "T7"],
        ["1st", "2nd", "3rd"],
        ["2024-T3", "7075-T6"],
        ["3/4", "1/4"],
        ["316L", "316L"],
    ],
)
def test_names_with_a_number_are_text(cells):
    """Without a word."""
    sheet, sources, table, problems = made(load=cells)
    assert problems == []
    assert list(table["load"]) == cells
    assert catalogue_doubts(sheet, sources, table) == []
