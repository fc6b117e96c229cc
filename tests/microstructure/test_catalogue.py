"""The catalogue: every fault of a sheet gives one sentence, every image has a plan."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pspflow.microstructure.catalogue import (
    CROP_COLUMNS,
    MADE_COLUMNS,
    OWN_COLUMNS,
    Source,
    build_catalogue,
)

LABELS = {"t5": "uts_mpa", "t6": None}


def sheet(**columns):
    """Return a faultless sheet of 4 images, with columns added or replaced."""
    cells = {
        "image": ["x/a.tif", "x/b.tif", "x/c.tif", "x/d.tif"],
        "domain": ["t5", "t6", "t5", "t6"],
        "specimen": ["s1", "s1", "s2", "s2"],
        "uts_mpa": ["300", "300", "310", "310"],
        **columns,
    }
    index = pd.RangeIndex(2, 6, name="row")
    return pd.DataFrame(cells, index=index, dtype=object)


def sources(table, depths=(), digests=()):
    """Return a source of 100 x 80 pixels for each row."""
    count = len(table)
    depths = depths or ["uint8"] * count
    digests = digests or [f"{row:08}" * 4 for row in table.index]
    return [Source(100, 80, *kind) for kind in zip(depths, digests, digests, strict=True)]


def problems(table, labels=LABELS, files=None, **scale):
    """Return the problems of a sheet, each checked to be one sentence with a remedy."""
    _, found = build_catalogue(table, files or sources(table), labels, **scale)
    for sentence in found:
        assert re.fullmatch(r"Sheet( rows? [^\n]+|: [^\n]+)[;,] [^\n]+\.", sentence)
    return found


def table_of(table, labels=LABELS, **scale):
    """Return the catalogue of a sheet without problems."""
    made, found = build_catalogue(table, sources(table), labels, **scale)
    assert found == []
    return made


def test_plain_sheet():
    """A sheet without scale keeps each image as it is."""
    made = table_of(sheet())
    assert list(made["row"]) == [2, 3, 4, 5]
    assert set(made["scale"]) == {1.0}
    assert set(made["height_px"]) == {100}
    assert set(made["width_px"]) == {80}
    assert made["pixel_size_um"].isna().all()
    assert list(made["uts_mpa"]) == [300, 300, 310, 310]
    assert list(made["label"]) == ["uts_mpa", "", "uts_mpa", ""]
    np.testing.assert_array_equal(made["label_value"], [300, np.nan, 310, np.nan])


@pytest.mark.parametrize(
    ("columns", "labels", "expected"),
    [
        (
            {"domain": ["t5", "t7", "t5", "t6"]},
            LABELS,
            ["Sheet row 3: domain 't7' is not one of t5, t6;"],
        ),
        ({"domain": ["t5"] * 4}, LABELS, ["Sheet: no image of domain 't6';"]),
        (
            {"uts_mpa": ["300", "300", "310", "311"]},
            LABELS,
            ["Sheet rows 4 and 5: specimen 's2' has two values of 'uts_mpa', 310 and 311;"],
        ),
        (
            {"uts_mpa": ["", "300", "310", "310"]},
            LABELS,
            ["Sheet row 2, column 'uts_mpa' is empty, but labels domain 't5';"],
        ),
        (
            {"uts_mpa": ["high", "300", "310", "310"]},
            LABELS,
            ["Sheet row 2, column 'uts_mpa': 'high' is not a number;"],
        ),
        (
            {"feed_rate_mm_min": ["1", "2,5", "nan", "4"]},
            LABELS,
            [
                "Sheet row 3, column 'feed_rate_mm_min': '2,5' is not a number;",
                "Sheet row 4, column 'feed_rate_mm_min': 'nan' is not a number;",
            ],
        ),
        ({}, {"t5": "hv", "t6": None}, ["Sheet: label column 'hv' is missing;"]),
        (
            {},
            {"t5": "image", "t6": None},
            ["Sheet: column 'image' cannot label a domain, since it describes the image;"],
        ),
        (
            {"pixel_size_um": ["0", "-1", "", "small"]},
            LABELS,
            [
                f"Sheet row {row}, column 'pixel_size_um': {cell!r} is not a positive number;"
                for row, cell in zip((2, 3, 4, 5), ("0", "-1", "", "small"), strict=True)
            ],
        ),
        (
            {"pixel_size_um": ["1"] * 4, "magnification": ["1"] * 4},
            LABELS,
            ["Sheet: both 'pixel_size_um' and 'magnification';"],
        ),
        (
            {"pixel_size_um": ["1", "1", "1e9", "1"]},
            LABELS,
            ["Sheet row 4: brought to the common scale, x/c.tif would have 1e+11 x 8e+10 pixels;"],
        ),
        (
            {"pixel_size_um": ["1", "1", "1e-9", "1"]},
            LABELS,
            ["Sheet row 4: brought to the common scale, x/c.tif would have 1e-07 x 8e-08 pixels;"],
        ),
        (
            {name: ["0", "1", "2", "3"] for name in CROP_COLUMNS[:3]},
            LABELS,
            ["Sheet: crop columns come as four; add crop_width_px."],
        ),
        (
            {"specimen": ["", "s1", "s2", "s2"]},
            LABELS,
            ["Sheet row 2, column 'specimen' is empty;"],
        ),
        *(
            ({name: ["1"] * 4}, LABELS, [f"Sheet: column {name!r} has a name that pspflow uses"])
            for name in MADE_COLUMNS
        ),
    ],
)
def test_each_fault_is_one_sentence(columns, labels, expected):
    """A fault is reported once, with row or column, what was written, and the remedy."""
    found = problems(sheet(**columns), labels)
    assert len(found) == len(expected)
    for sentence, start in zip(found, expected, strict=True):
        assert sentence.startswith(start)


@pytest.mark.parametrize(
    "crop",
    [
        ("0", "0", "101", "80"),
        ("50", "0", "51", "10"),
        ("0", "79", "10", "2"),
        ("-1", "0", "10", "10"),
        ("0", "0", "0", "10"),
        ("0", "0", "9.5", "10"),
        ("0", "0", "ten", "10"),
        ("0", "0", "", "10"),
        ("0", "0", "1e300", "10"),
    ],
)
def test_crop_outside(crop):
    """A crop that is not wholly inside its image, in whole pixels, is refused with its row."""
    cells = {name: ["", value, "", ""] for name, value in zip(CROP_COLUMNS, crop, strict=True)}
    (sentence,) = problems(sheet(**cells))
    assert sentence.startswith(f"Sheet row 3: crop {' '.join(crop)!r} does not lie inside the 100")


def test_crop_and_annotation_bar():
    """A crop in the sheet is used as given; from other images the annotation bar is cut off."""
    crop = dict(zip(CROP_COLUMNS, ("10", "20", "90", "60"), strict=True))
    cells = {name: ["", value, "", ""] for name, value in crop.items()}
    made = table_of(sheet(**cells), annotation_bar_px=7)
    assert made.loc[1, list(CROP_COLUMNS)].tolist() == [10, 20, 90, 60]
    assert made.loc[0, list(CROP_COLUMNS)].tolist() == [0, 0, 93, 80]
    assert made["height_px"].tolist() == [93, 90, 93, 93]
    # an image with a crop in the sheet may be lower than the bar
    assert len(problems(sheet(**cells), annotation_bar_px=100)) == 3


def test_annotation_bar_as_high_as_the_image():
    """An annotation bar that leaves nothing of an image is refused."""
    found = problems(sheet(), annotation_bar_px=100)
    assert len(found) == 4
    assert found[0].startswith("Sheet row 2: an annotation bar (scale.annotation_bar_px) of 100")


def test_same_image_twice():
    """The same content under two names is one image twice."""
    files = sources(sheet(), digests="abac")
    (sentence,) = problems(sheet(), files=files)
    assert sentence.startswith("Sheet rows 2 and 4: the same image twice (x/c.tif);")


def test_mixed_depths():
    """Images of different depth are refused, with an example of each."""
    files = sources(sheet(), depths=["uint8", "uint8", "uint16", "uint8"])
    (sentence,) = problems(sheet(), files=files)
    assert "uint16 in row 4, uint8 in row 2" in sentence


def test_pixel_sizes():
    """Images of larger pixels are enlarged, of smaller ones reduced, to the median or a target."""
    cells = sheet(pixel_size_um=["0.5", "1", "1", "2"])
    made = table_of(cells)
    np.testing.assert_allclose(made["scale"], [0.5, 1, 1, 2])
    assert made["height_px"].tolist() == [50, 100, 100, 200]
    assert made["width_px"].tolist() == [40, 80, 80, 160]
    assert set(made["pixel_size_um"]) == {1.0}
    made = table_of(cells, pixel_size_um=0.5)
    np.testing.assert_allclose(made["scale"], [1, 2, 2, 4])
    assert set(made["pixel_size_um"]) == {0.5}


def test_magnifications():
    """Small magnifications are enlarged, large ones reduced; '1964X' is a magnification."""
    cells = sheet(magnification=["982X", "1964", "1964 x", "3928×"])
    np.testing.assert_allclose(table_of(cells)["scale"], [2, 1, 1, 0.5])
    np.testing.assert_allclose(table_of(cells, magnification=982.0)["scale"], [1, 0.5, 0.5, 0.25])
    assert table_of(cells)["pixel_size_um"].isna().all()


def test_common_scale_in_other_terms():
    """A common scale that the sheet's column cannot reach is refused."""
    (sentence,) = problems(sheet(magnification=["9"] * 4), pixel_size_um=1.0)
    assert "set scale.magnification instead of scale.pixel_size_um" in sentence
    (sentence,) = problems(sheet(pixel_size_um=["9"] * 4), magnification=1.0)
    assert "set scale.pixel_size_um instead of scale.magnification" in sentence
    assert "to rescale by" in problems(sheet(), pixel_size_um=1.0)[0]


def test_labels_of_specimens_without_the_domain():
    """A specimen without images of a domain needs no label for it."""
    cells = sheet(domain=["t5", "t6", "t6", "t6"], uts_mpa=["300", "300", "", ""])
    made = table_of(cells)
    assert made["uts_mpa"].isna().tolist() == [False, False, True, True]
    assert made["label_value"].isna().tolist() == [False, True, True, True]


def test_columns_of_numbers_and_of_words():
    """A column is numeric where every filled cell is a number, whatever its name; else text."""
    words = {"operator_j": ["Ann", "Bo", "Ann", "Bo"], "laser_j_mm3": ["1.5", "", "2", "3"]}
    made = table_of(sheet(**words, series_a=["1A", "2", "3", "4"]))
    assert list(made["operator_j"]) == words["operator_j"]
    np.testing.assert_array_equal(made["laser_j_mm3"], [1.5, np.nan, 2, 3])


def test_a_slip_among_numbers_is_pointed_out():
    """A column with a unit and mostly numbers does not become text because of one typing error."""
    (found,) = problems(sheet(yield_mpa=["400", "41O", "420", "430"]))
    assert "row 3, column 'yield_mpa': '41O' is not a number" in found


def test_the_same_picture_in_another_format_is_found():
    """Images are compared by pixels: a copy saved in another format cannot be in two splits."""
    table = sheet()
    files = sources(table)
    files[3] = replace(files[3], pixels_digest=files[0].pixels_digest)
    (found,) = problems(table, files=files)
    assert "rows 2 and 5: the same image twice" in found


def test_common_scale_is_that_of_some_images():
    """Of two middle pixel sizes the coarser is taken, so that half the images are not rescaled."""
    made = table_of(sheet(pixel_size_um=["0.05", "0.05", "0.1", "0.1"]))
    assert list(made["scale"]) == [0.5, 0.5, 1, 1]
    made = table_of(sheet(magnification=["1000", "1000X", "2000", "2000x"]))
    assert list(made["scale"]) == [1, 1, 0.5, 0.5]


def test_names_are_stable():
    """Adding or reordering rows renames no micrograph, and names are valid folder names."""
    cells = sheet(image=["x/a b.tif", "y/a b.tif", "größe.tif", f"{'long' * 60}.tif"])
    files = sources(cells)
    names = build_catalogue(cells, files, LABELS)[0].set_index("image")["micrograph"]
    assert names.is_unique
    assert names.map(lambda name: len(name.encode()) < 200).all()
    order = [3, 1, 0]
    made, _ = build_catalogue(cells.iloc[order], [files[i] for i in order], LABELS)
    for image, name in made.set_index("image")["micrograph"].items():
        assert name == names[image]


texts = st.text(max_size=12) | st.sampled_from(
    ["", "t5", "t6", "s1", "0", "-1", "1e308", "1e-308", "5e-324", "inf", "nan", "1964X", "1.2.3"]
)
names = st.sampled_from([*sorted(OWN_COLUMNS), "uts_mpa", "hv", "note", "row", ""]) | st.text(
    max_size=8
)
positive = st.floats(min_value=0, exclude_min=True, allow_infinity=False)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_never_raises(data):
    """Whatever cells, columns and labels are given, there is a table and a list of sentences."""
    rows = data.draw(st.integers(1, 4))
    columns = {*data.draw(st.sets(names, max_size=8)), "image", "domain", "specimen"}
    column = st.lists(texts, min_size=rows, max_size=rows)
    cells = {name: data.draw(column) for name in sorted(columns)}
    table = pd.DataFrame(cells, index=pd.RangeIndex(2, rows + 2, name="row"), dtype=object)
    label = st.none() | names
    labels = {"t5": data.draw(label), "t6": data.draw(label)}
    made, found = build_catalogue(
        table,
        sources(table),
        labels,
        data.draw(st.integers(0, 200)),
        data.draw(st.none() | positive),
    )
    assert len(made) == rows
    assert all(isinstance(sentence, str) for sentence in found)
    assert (made[["height_px", "width_px"]] >= 1).all(axis=None)
