"""Rows of a metadata table: what each says is read, and each that is dropped has its reason."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pspflow.io.sheet import read_sheet
from pspflow.microstructure.chips import window_count
from pspflow.studies.latent.curation import paper
from pspflow.studies.latent.curation.catalogue import with_scale
from pspflow.studies.latent.curation.magnifications import UNREADABLE, read_magnification
from pspflow.studies.latent.curation.options import Columns, CropOptions, RowOptions, ScaleOptions
from pspflow.studies.latent.curation.rows import (
    ENLARGED,
    EXCLUDED,
    KEPT,
    NO_MAGNIFICATION,
    TWICE,
    count_flow,
    judge_rows,
    required_columns,
)
from pspflow.studies.latent.curation.scaling import common_magnification, scaled_size

REAL = Path(__file__).parents[5] / "shared/data/uhcs/uhcs-metadata.csv"
WHOLE = (484, 645)
"""Rows and columns of the database's images without their bars; report, section 9.1."""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1964X", 1964),
        ("4910x", 4910),
        ("x500", 500),
        ("1,964 X", 1964),
        ("2.5kX", 2500),
        ("786", 786),
        ("1964.0", 1964),
        ("about 500", UNREADABLE),
        ("0X", UNREADABLE),
        ("1.964,5", UNREADABLE),
        ("1.964X", UNREADABLE),
        ("1.964kX", 1964),
    ],
)
def test_magnifications_are_read_or_known_as_unreadable(text, value):
    """Every spelling, and no number out of what is none."""
    assert read_magnification(text) == value


def test_no_magnification_is_none():
    """An empty cell is a gap, not an error."""
    assert np.isnan(read_magnification(" "))


def table(**columns):
    """Make a table of text cells as a sheet reads it, with usual values where none are given."""
    count = len(next(iter(columns.values())))
    usual = {
        "path": [f"m{i}.tif" for i in range(count)],
        "magnification": ["1000X"] * count,
        "primary_microconstituent": ["spheroidite"] * count,
        "sample_key": ["1"] * count,
        "micron_bar": ["19"] * count,
        "micron_bar_units": ["um"] * count,
        "micron_bar_px": ["100"] * count,
    }
    return pd.DataFrame(usual | columns, index=range(2, count + 2))


def judged(cells, **options):
    """Judge rows with the usual columns."""
    return judge_rows(cells, Columns(), RowOptions(**options))


def test_every_dropped_row_has_its_reason():
    """The first that applies, and rows of the sheet as a spreadsheet counts them."""
    cells = table(
        path=["a.tif", "a.tif", "b.tif", "c.tif", "d.tif", "e.tif", "f.tif", "x/y.tif"],
        magnification=["1X", "1X", "", "?", "5X", "5X", "5X", "5X"],
        primary_microconstituent=[*["spheroidite"] * 5, "pearlite", "", "spheroidite"],
        sample_key=["1", "1", "1", "1", "", "1", "1", "2"],
    )
    found = judged(cells, exclude=("y",))
    assert found["row"].tolist() == list(range(2, 10))
    assert found["reason"].tolist() == [
        KEPT,
        "the image is named before",
        "no magnification",
        "the magnification cannot be read",
        "no sample is named",
        "microconstituent is pearlite",
        "microconstituent is not given",
        "excluded by name",
    ]


def test_images_of_one_name_in_several_folders_are_different_images():
    """All are used, under names of their own; one path written in two ways is one image."""
    cells = table(path=["a/m.tif", "b/m.tif", "b\\m.tif", "c/n.tif", "/d/o.tif", "o.tif"])
    found = judged(cells)
    names = ["a-m.tif", "b-m.tif", "b-m.tif", "n", "d-o.tif", "o.tif"]
    assert found["micrograph"].tolist() == names
    assert found["reason"].tolist() == [KEPT, KEPT, TWICE, KEPT, KEPT, KEPT]


@pytest.mark.parametrize("name", ["m", "m.tif", "a/m.tif"])
def test_excluded_images_may_be_named_with_their_ending_or_folder(name):
    """However they are named, they are left out; and no other."""
    found = judged(table(path=["a/m.tif", "a/mm.tif"]), exclude=(name,))
    assert found["reason"].tolist() == [EXCLUDED, KEPT]


def test_a_sample_written_as_a_whole_number_or_with_zeros_is_one():
    """Else its crops would be in training and in test."""
    found = judged(table(sample_key=["1", "1.0", "12.00", "1.05", "A1.0"]))
    assert found["group"].tolist() == ["1", "1", "12", "1.05", "A1.0"]


def test_a_magnification_of_another_unit_does_not_fill_the_memory():
    """An image that would have more pixels than any micrograph is dropped with its reason."""
    found = judged(table(magnification=["1964X", "1964X", "2X"]))
    sized = found.assign(height_px=WHOLE[0], width_px=WHOLE[1])
    scaled = with_scale(sized, ScaleOptions())
    assert scaled["reason"].tolist() == [KEPT, KEPT, ENLARGED]
    assert scaled["scaled_height_px"].tolist() == [484, 484, 0]


def test_missing_magnifications_follow_from_micron_bars():
    """With the constant of the rows that have both; a bar without a unit says nothing."""
    cells = table(
        magnification=["1000X", "500X", "", ""],
        micron_bar=["19", "38", "95", "95"],
        micron_bar_units=["um", "um", "um", ""],
    )
    found = judged(cells, from_micron_bar=True)
    np.testing.assert_allclose(found["magnification"], [1000, 500, 200, np.nan])
    assert found["reason"].tolist() == [KEPT, KEPT, KEPT, NO_MAGNIFICATION]


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.is_file(), reason="the metadata table is not beside the checkout")
class TestTheRealTable:
    """Numbers of the UHCS database's own table; report, section 9."""

    @pytest.fixture(scope="class")
    def cells(self):
        """Read it as a user's table."""
        return read_sheet(REAL, required_columns(Columns(), RowOptions()), "micrograph")

    def test_rows_and_crops_are_those_of_the_report(self, cells):
        """374, 346, 344 rows; median 1964; 105,867 crops, 78 % of them from enlarged ones."""
        found = judged(cells)
        assert len(found) == 1732
        flow = count_flow(found, "spheroidite").set_index("step")
        assert flow["left"].tolist() == [1732, paper.SPHEROIDITE, 346, paper.MICROGRAPHS]
        assert flow.index[2:].tolist() == [NO_MAGNIFICATION, EXCLUDED]
        kept = found[found["reason"] == KEPT]
        common = common_magnification(kept["magnification"], None)
        assert common == paper.MEDIAN
        crops = np.array(
            [
                window_count(scaled_size(*WHOLE, value, common), (48, 64), CropOptions().redundancy)
                for value in kept["magnification"]
            ]
        )
        assert crops.sum() == 105_867
        enlarged = (kept["magnification"] < common).to_numpy()
        assert enlarged.sum() == 122
        assert crops[enlarged].sum() / crops.sum() == pytest.approx(0.78, abs=0.005)

    def test_micron_bars_fill_every_gap(self, cells):
        """All 28 rows without a magnification have a bar."""
        found = judged(cells, from_micron_bar=True)
        assert (found["reason"] == KEPT).sum() == paper.MICROGRAPHS + 28
        assert found["magnification"].isna().sum() < 120
