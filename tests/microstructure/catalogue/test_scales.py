"""Scales: a magnification fixes the field of view; sheet and files must agree."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pspflow.microstructure.catalogue import CROP_COLUMNS, Source, build_catalogue
from pspflow.microstructure.catalogue.scales import doubtful_scales, said_of_scales

LABELS = {"t5": None}


def made(sizes, stated=None, bar_px=0, scale=(None, None), **columns):
    """Return sheet, sources, catalogue and problems of images of these sizes (height, width)."""
    rows = range(len(sizes))
    cells = {
        "image": [f"{row}.tif" for row in rows],
        "domain": ["t5"] * len(sizes),
        "specimen": [f"s{row}" for row in rows],
        **{name: list(values) for name, values in columns.items()},
    }
    sheet = pd.DataFrame(cells, pd.RangeIndex(2, 2 + len(sizes), name="row"), dtype=object)
    sources = [
        Source(*size, "uint8", f"{row:08}", f"{row:08}", pixel_size_um=size_um)
        for row, size, size_um in zip(rows, sizes, stated or [None] * len(sizes), strict=True)
    ]
    table, problems = build_catalogue(sheet, sources, LABELS, bar_px, *scale)
    return sheet, sources, table, problems


@pytest.mark.data("micrographs", "read", "equal magnification, scans of different width")
@pytest.mark.parametrize("widths", [(96, 192), (192, 96), (512, 1024, 2048), (96, 192, 192)])
@pytest.mark.parametrize("ratio", [0.75, 1.0])
def test_scans_of_one_field_get_one_size(widths, ratio):
    """The same field at one magnification has the same size in pixels once it is rescaled."""
    sizes = [(int(width * ratio), width) for width in widths]
    *_, table, problems = made(sizes, magnification=["1000"] * len(widths))
    assert problems == []
    assert table["width_px"].nunique() == table["height_px"].nunique() == 1


@pytest.mark.parametrize("magnifications", [(1000, 1000), (1000, 2000), (500, 250), (1964, 982)])
@pytest.mark.parametrize("widths", [(96, 96), (96, 192), (1024, 512)])
def test_pixels_are_of_equal_size(magnifications, widths):
    """A pixel is 1 / (magnification x width) of the field, before rescaling and after."""
    sizes = [(width, width) for width in widths]
    *_, table, problems = made(sizes, magnification=map(str, magnifications))
    assert problems == []
    pixel = 1 / (np.array(magnifications) * np.array(widths)) / table["scale"]
    np.testing.assert_allclose(pixel, pixel[0])
    assert 1.0 in table["scale"].to_list()


@pytest.mark.parametrize("bar_px", [0, 20])
def test_bars_and_crops_do_not_change_the_field(bar_px):
    """It is the width of the whole image that counts, not what is used of it."""
    crop = dict(zip(CROP_COLUMNS, ("0", "0", "48", "48"), strict=True))
    cells = {name: ["", "", value] for name, value in crop.items()}
    sizes = [(96, 96), (192, 192), (192, 192)]
    *_, table, problems = made(sizes, bar_px=bar_px, magnification=["1000"] * 3, **cells)
    assert problems == []
    np.testing.assert_allclose(table["scale"] / table["scale"][0], [1, 0.5, 0.5])


def test_bars_of_equal_height_below_scans_of_different_size():
    """The fields above the bars have one ratio."""
    *_, problems = made([(1024, 1280), (1984, 2560)], bar_px=64, magnification=["1000"] * 2)
    assert problems == []


def test_a_turned_scan_is_as_wide_as_the_others():
    """An image that was turned by 90 degrees keeps its scale."""
    *_, table, problems = made([(768, 1024), (1024, 768)], magnification=["1000"] * 2)
    assert problems == []
    assert set(table["scale"]) == {1.0}


@pytest.mark.data("micrographs", "refused", "magnifications of images that were cropped by hand")
@pytest.mark.parametrize("other", [(300, 700), (480, 500), (475, 1300)])
def test_cropped_images_have_no_magnification(other):
    """Of an image that is no whole scan, the field is unknown."""
    *_, problems = made([(480, 640), (480, 640), other], magnification=["1000"] * 3)
    (sentence,) = problems
    assert sentence.startswith(f"Sheet rows 2 and 4: images of 480 x 640 and {other[0]} x")
    assert "give 'pixel_size_um' instead" in sentence


def test_common_magnification_is_that_of_the_usual_scan():
    """The option means a scan as wide as most of the sheet's."""
    sizes = [(192, 192), (96, 96), (192, 192)]
    *_, table, _ = made(sizes, scale=(None, 2000.0), magnification=["1000"] * 3)
    np.testing.assert_allclose(table["scale"], [2, 4, 2])


def said(sizes, **columns):
    """Return what the log says of the scale."""
    sheet, sources, table, problems = made(sizes, **columns)
    assert problems == []
    return said_of_scales(table, sheet, sources)


def test_the_log_says_which_scale_the_sheet_gives():
    """No sheet with a scale is said to give none, also where nothing is rescaled."""
    one = [(96, 96)] * 2
    assert said(one) == "The sheet gives no scale: images keep their own pixels"
    same = said(one, magnification=["500"] * 2)
    assert same.startswith("Common scale: magnification 500 of scans 96 pixels wide")
    assert same.endswith("0 of 2 images are rescaled")
    assert said([(96, 96), (192, 192)], magnification=["500"] * 2).endswith(
        "1 of 2 images are rescaled"
    )
    assert "0.5 µm per pixel; 0 of 2" in said(one, pixel_size_um=["0.5"] * 2)
    assert "0.5 µm per pixel, as the files say; 0 of 2" in said(one, stated=[0.5, 0.5])


@pytest.mark.data(
    "micrographs", "refused", "pixel size in the sheet that contradicts the file's twofold"
)
@pytest.mark.parametrize("factor", [0.001, 0.1, 0.5, 2, 10, 1000])
def test_a_contradiction_is_refused(factor):
    """Sheet and file cannot both be right; the sentence has row and both numbers."""
    *_, problems = made([(96, 96)] * 2, [0.2, 0.2], pixel_size_um=["0.2", f"{0.2 * factor:.6g}"])
    sentence = problems[0]
    assert sentence.startswith(
        f"Sheet row 3: pixel_size_um is {0.2 * factor:g}, but 1.tif says 0.2 µm"
    )


@pytest.mark.data("micrographs", "warned", "pixel size in the sheet a few percent off the file's")
@pytest.mark.parametrize(("size_um", "count"), [("0.2", 0), ("0.201", 0), ("0.21", 1), ("0.3", 1)])
def test_a_small_contradiction_is_warned_of(size_um, count):
    """The sheet counts; rounding is no contradiction."""
    sheet, sources, _, problems = made([(96, 96)], [0.2], pixel_size_um=[size_um])
    assert problems == []
    found = list(doubtful_scales(sheet, sources))
    assert len(found) == count
    assert all(f"says 0.2 µm per pixel; the sheet's {size_um} counts" in each for each in found)


@pytest.mark.data("micrographs", "read", "no scale in the sheet, one pixel size in all files")
def test_sizes_of_the_files_are_used_where_they_agree():
    """A sheet without scale has the files' size; a common scale can then be set."""
    *_, table, problems = made([(96, 96)] * 2, [0.5, 0.5])
    assert problems == []
    assert set(table["pixel_size_um"]) == {0.5}
    assert set(table["scale"]) == {1.0}
    *_, table, problems = made([(96, 96)] * 2, [0.5, 0.5], scale=(1.0, None))
    assert problems == []
    assert set(table["scale"]) == {0.5}


@pytest.mark.data(
    "micrographs", "refused", "no scale in the sheet, different pixel sizes in the files"
)
@pytest.mark.parametrize("stated", [(0.2, 0.4), (0.2, 0.21), (0.4, None, 0.2)])
def test_sizes_of_the_files_that_differ_are_asked_for(stated):
    """Images of different scale are not taken as they are."""
    *_, problems = made([(96, 96)] * len(stated), stated)
    (sentence,) = problems
    assert "the files say 0.2 and 0.4 µm" in sentence or "0.2 and 0.21" in sentence
    assert "add a column 'pixel_size_um'" in sentence


def test_a_file_without_a_size_leaves_the_scale_unknown():
    """What one file says holds for no other."""
    *_, table, problems = made([(96, 96)] * 2, [0.5, None])
    assert problems == []
    assert table["pixel_size_um"].isna().all()


@pytest.mark.data(
    "micrographs", "warned", "magnifications that the pixel sizes of the files contradict"
)
@pytest.mark.parametrize(("stated", "count"), [((0.2, 0.1), 0), ((0.2, 0.105), 0), ((0.2, 0.2), 1)])
def test_magnifications_are_compared_with_the_files(stated, count):
    """Two microscopes may mean different fields by one magnification."""
    sheet, sources, _, _ = made([(96, 96)] * 2, stated, magnification=["1000", "2000"])
    found = list(doubtful_scales(sheet, sources))
    assert len(found) == count
    assert all("rows 2 and 3" in each and "a factor of 2" in each for each in found)


@pytest.mark.data("micrographs", "warned", "magnifications of scans of different width")
def test_that_images_are_whole_scans_is_said():
    """It is an assumption, so that it is said."""
    sheet, sources, *_ = made([(96, 96), (192, 192)], magnification=["1000"] * 2)
    (sentence,) = doubtful_scales(sheet, sources)
    assert "96 and 192 pixels wide are taken as whole scans" in sentence


@pytest.mark.parametrize("cell", ["0,5", "200 nm", "-1", "n/a", "0"])
def test_a_size_that_is_no_number_is_asked_for(cell):
    """A remedy never drops a unit."""
    *_, problems = made([(96, 96)], pixel_size_um=[cell])
    (sentence,) = problems
    assert f"{cell!r} is not a positive number;" in sentence
    assert ("write 0.5" in sentence) == (cell == "0,5")
    assert "write 200" not in sentence


@pytest.mark.data("micrographs", "refused", "a file that says that its pixels are not square")
@pytest.mark.parametrize("columns", [{}, {"pixel_size_um": ["0.1"]}, {"magnification": ["500"]}])
def test_oblong_pixels_are_refused(columns):
    """Whatever the sheet gives is the size of square pixels: lengths would be wrong one way."""
    sheet, (source,), *_ = made([(96, 96)], **columns)
    oblong = replace(source, pixel_edges_um=(0.1, 0.2))
    _, problems = build_catalogue(sheet, [oblong], LABELS)
    (problem,) = problems
    assert problem.startswith("Sheet row 2: by 0.tif a pixel is 0.1 µm high and 0.2 µm wide")


@pytest.mark.data("micrographs", "warned", "two sizes of a pixel in one file")
@pytest.mark.parametrize(
    ("columns", "counts"),
    [
        ({"pixel_size_um": ["0.1"]}, "the sheet's 0.1 counts"),
        ({}, "this size is taken as unknown"),
    ],
)
def test_what_counts_is_said_where_a_file_contradicts_itself(columns, counts):
    """Two places of one file give two sizes: neither is believed."""
    sheet, (source,), *_ = made([(96, 96)], **columns)
    doubtful = replace(source, scale_doubt="a pixel is 1 µm by its tag, but 2 µm by its text")
    (doubt,) = doubtful_scales(sheet, [doubtful])
    assert doubt == f"Sheet row 2: by 0.tif, {doubtful.scale_doubt}; {counts}."


def test_a_magnification_beyond_all_numbers_is_one_sentence():
    """Its product with the width of the scan is infinite, so that there is no scale."""
    *_, problems = made([(96, 96)], magnification=["1e307"])
    (problem,) = problems
    assert problem.startswith("Sheet row 2: brought to the common scale")
