"""What users' sheets hold, read from files: what is used, warned of and refused."""

import re

import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image
from scipy.ndimage import gaussian_filter

from pspflow.errors import InputError
from pspflow.io.imagesets import Micrographs
from pspflow.io.tables import read_table
from pspflow.studies.shared.images.options import (
    CatalogueOptions,
    Domain,
    ScaleOptions,
    SplitOptions,
)
from pspflow.studies.shared.images.stages.catalogue import catalogue
from pspflow.studies.shared.images.stages.micrographs import micrographs
from pspflow.studies.shared.images.stages.split import split

OPTIONS = CatalogueOptions(domains=(Domain(name="t5"), Domain(name="t6")))


def texture(seed, shape=(96, 96)):
    """Return an image on 0…1."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), 1.5)
    return (noise - noise.min()) / np.ptp(noise)


def grey(seed, top=255, dtype=np.uint8, shape=(96, 96)):
    """Return an image on 0…top."""
    return np.rint(texture(seed, shape) * top).astype(dtype)


@pytest.fixture
def write(tmp_path):
    """Return a function that writes images and their sheet, and returns the sheet's path."""

    def written(images, resolution=None, **columns):
        for name, pixels in images.items():
            if name.endswith(".tif"):
                tifffile.imwrite(tmp_path / name, pixels, **(resolution or {}))
            else:
                Image.fromarray(pixels).save(tmp_path / name)
        count = len(images)
        cells = {
            "image": list(images),
            "domain": [("t5", "t6")[i % 2] for i in range(count)],
            "specimen": [f"s{i // 2}" for i in range(count)],
            **columns,
        }
        path = tmp_path / "sheet.csv"
        pd.DataFrame(cells).to_csv(path, index=False)
        return path

    return written


def catalogued(sheet, options=OPTIONS):
    """Return the catalogue of a sheet."""
    path = sheet.parent / "catalogue.parquet"
    catalogue(sheet=sheet, catalogue=path, options=options)
    return read_table(path)


def refusal(sheet, options=OPTIONS):
    """Return the sentence that refuses a sheet, which opens with its path."""
    with pytest.raises(InputError) as raised:
        catalogued(sheet, options)
    assert str(raised.value).startswith(str(sheet))
    return str(raised.value).removeprefix(str(sheet))


def stored(sheet):
    """Store the micrographs of a sheet, and return them by image."""
    folder = sheet.parent
    table = catalogued(sheet)
    shares = SplitOptions(by="region", train=0.5, validation=0.25, test=0.25)
    split(
        catalogue=folder / "catalogue.parquet", regions=folder / "regions.parquet", options=shares
    )
    micrographs(
        sheet=sheet,
        catalogue=folder / "catalogue.parquet",
        regions=folder / "regions.parquet",
        micrographs=folder / "micrographs.zarr",
    )
    found = Micrographs(folder / "micrographs.zarr")
    return {row.image: found[row.micrograph] for row in table.itertuples()}


@pytest.mark.parametrize("order", [(96, 192), (192, 96)])
def test_one_field_scanned_twice_is_stored_at_one_size(write, order, caplog):
    """Equal magnification, 96 and 192 pixels: the pixels are brought to one size."""
    images = {f"{i}.tif": grey(i, shape=(size, size)) for i, size in enumerate(order * 2)}
    with caplog.at_level("INFO"):
        made = stored(write(images, magnification=["1000X"] * 4))
    assert len({pixels.shape for pixels in made.values()}) == 1
    assert "gives no scale" not in caplog.text
    assert "Common scale: magnification" in caplog.text


@pytest.mark.parametrize(("column", "value"), [("magnification", "500"), ("pixel_size_um", "0.5")])
def test_the_log_knows_of_a_scale_that_all_images_share(write, caplog, column, value):
    """Nothing is rescaled, but the sheet gives a scale."""
    sheet = write({f"{i}.tif": grey(i) for i in range(2)}, **{column: [value] * 2})
    with caplog.at_level("INFO"):
        catalogued(sheet)
    assert "gives no scale" not in caplog.text
    assert "0 of 2 images are rescaled" in caplog.text


def test_two_alignments_of_twelve_bits_are_refused(write):
    """Levels up to 4095 in one domain, multiples of 16 in the other."""
    low, high = grey(0, 4095, np.uint16), grey(1, 4095, np.uint16) << 4
    found = refusal(write({"low.tif": low, "high.tif": high}))
    assert "rows 2 and 3: 12-bit grey levels in 16-bit files" in found
    assert "multiply the levels of the latter by 16." in found


def test_only_the_crop_counts(write):
    """A bar that is cut off tells nothing about the levels above it."""
    low, high = (
        np.vstack([grey(i, 4095, np.uint16), np.full((9, 96), 65535, np.uint16)]) for i in (0, 1)
    )
    high[:96] <<= 4
    sheet = write({"low.tif": low, "high.tif": high})
    options = OPTIONS.model_copy(update={"scale": ScaleOptions(annotation_bar_px=9)})
    assert "12-bit grey levels" in refusal(sheet, options)


@pytest.mark.data(
    "micrographs", "warned", "an image of which the common grey range keeps fewer than 32 levels"
)
def test_lost_levels_are_warned_of(write, caplog):
    """A dark image of 16 bits may be right, but keeps little."""
    images = {"a.tif": grey(0, 65535, np.uint16), "b.tif": grey(1, 3000, np.uint16)}
    with caplog.at_level("WARNING"):
        made = stored(write(images))
    left = len(np.unique(made["b.tif"]))
    assert left < 32
    (warning,) = [
        each.getMessage() for each in caplog.records if "grey levels" in each.getMessage()
    ]
    assert re.search(rf"sheet.csv row 3: of \d+ grey levels {left} are left", warning)
    assert "of domain 't6'" in warning


def test_no_level_is_lost_where_there_are_few(write, caplog):
    """Little contrast in the file is not the mapping's fault."""
    flat = (grey(1, 9, np.uint16) * 2000 + 30000).astype(np.uint16)
    with caplog.at_level("WARNING"):
        stored(write({"a.tif": grey(0, 65535, np.uint16), "b.tif": flat}))
    assert "grey levels" not in caplog.text


@pytest.mark.parametrize("copy", ["jpeg", "turned", "brightened"])
def test_a_copy_under_another_specimen_is_refused(write, copy):
    """It might be in training and in test."""
    one, other = grey(0, 180), grey(1)
    files = {
        "jpeg": ("b.jpg", one),
        "turned": ("b.png", np.rot90(one)),
        "brightened": ("b.png", one + 50),
    }
    name, pixels = files[copy]
    found = refusal(write({"a.png": one, "x.png": other, name: np.ascontiguousarray(pixels)}))
    assert f"rows 2 and 4: a.png and {name} show one field" in found
    assert "'s0' and 's1'" in found


def test_two_crops_of_one_file_are_two_micrographs(write):
    """Disjoint crops of a specimen are stored under two names."""
    image = grey(0, shape=(96, 192))
    sheet = write({"a.tif": image, "b.tif": grey(1)})
    cells = "image,domain,specimen,crop_row_px,crop_column_px,crop_height_px,crop_width_px\n"
    sheet.write_text(cells + "a.tif,t5,s0,0,0,96,96\na.tif,t6,s0,0,96,96,96\nb.tif,t5,s1,,,,\n")
    table = catalogued(sheet)
    assert table["micrograph"].is_unique
    sheet.write_text(cells + "a.tif,t5,s0,0,0,96,96\na.tif,t6,s1,0,95,96,96\nb.tif,t5,s1,,,,\n")
    assert "rows 2 and 3: crops of one image (a.tif) overlap;" in refusal(sheet)


def test_the_sizes_of_sheet_and_file_are_compared(write, caplog):
    """Tenfold is refused; a few percent are warned of, with both numbers."""
    per_cm = 1e4 / 0.2
    tag = {"resolution": (per_cm, per_cm), "resolutionunit": "CENTIMETER"}
    images = {f"{i}.tif": grey(i) for i in range(2)}
    assert "row 2: pixel_size_um is 2, but 0.tif says 0.2 µm" in refusal(
        write(images, tag, pixel_size_um=["2", "0.2"])
    )
    with caplog.at_level("WARNING"):
        catalogued(write(images, tag, pixel_size_um=["0.21", "0.2"]))
    assert "row 2: 0.tif says 0.2 µm per pixel; the sheet's 0.21 counts." in caplog.text


def test_the_size_in_the_files_is_used_where_the_sheet_has_none(write, caplog):
    """It is stored with the micrographs."""
    tag = {"resolution": (5e4, 5e4), "resolutionunit": "CENTIMETER"}
    with caplog.at_level("INFO"):
        table = catalogued(write({f"{i}.tif": grey(i) for i in range(2)}, tag))
    np.testing.assert_allclose(table["pixel_size_um"], 0.2)
    assert "0.2 µm per pixel, as the files say" in caplog.text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("S1", "s1"),
        ("s 1", "s\u00a01"),
        ("01", "1"),
        ("é1", "e\u03011"),
        ("s_1", "s-1"),
        ("1.0", "1"),
    ],
)
def test_a_specimen_in_two_spellings_is_refused(write, first, second):
    """It would be in training and in test."""
    sheet = write({f"{i}.tif": grey(i) for i in range(2)}, specimen=[first, second])
    assert re.match(
        r" rows 2 and 3: specimens .* are most likely one that is written in two ways",
        refusal(sheet),
    )


@pytest.mark.data("micrographs", "read", "specimens 1.1 and 1.10, A1 and A10, T-50 and T50")
def test_specimens_that_differ_are_kept(write, caplog):
    """A dash that may be a minus is warned of."""
    names = ["1.1", "1.10", "A1", "A10", "T-50", "T50"]
    sheet = write({f"{i}.tif": grey(i) for i in range(6)}, specimen=names)
    with caplog.at_level("WARNING"):
        assert list(catalogued(sheet)["specimen"]) == names
    (record,) = caplog.records
    assert "rows 6 and 7: specimens 'T-50' and 'T50' count as two" in record.getMessage()


@pytest.mark.data("micrographs", "refused", "n/a, - or unknown as a specimen's name")
@pytest.mark.parametrize("name", ["n/a", "-", "unknown", "?"])
def test_a_specimen_without_a_name_is_asked_for(write, name):
    """Images of unknown specimens are not those of one."""
    sheet = write({f"{i}.tif": grey(i) for i in range(3)}, specimen=["s1", name, name])
    assert f"row 3: specimen {name!r} is no name;" in refusal(sheet)


@pytest.mark.data("micrographs", "refused", "a domain in another spelling than the configured one")
@pytest.mark.parametrize(
    ("given", "quoted"), [("T5", "'T5'"), ("t 5", "'t 5'"), ("t5\u200b", r"'t5\u200b'")]
)
def test_a_domain_in_another_spelling(write, given, quoted):
    """The sentence says which domain is meant."""
    sheet = write({f"{i}.tif": grey(i) for i in range(3)}, domain=["t5", "t6", given])
    assert f"row 4: domain {quoted} is not one of t5, t6; write 't5' if that is meant" in refusal(
        sheet
    )


@pytest.mark.parametrize("cells", [["12,5", "13,5"], ["120 HV", "130 HV"], ["3 %", "4 %"]])
def test_numbers_with_marks_are_refused(write, cells):
    """They are no text."""
    sheet = write({f"{i}.tif": grey(i) for i in range(2)}, hardness=cells)
    assert f" row 2, column 'hardness': {cells[0]!r} is not a number; write " in refusal(sheet)


def test_a_path_of_windows_is_said(write, tmp_path):
    """The sheet was written on another system."""
    (tmp_path / "images").mkdir()
    sheet = write({"images/a.tif": grey(0), "b.tif": grey(1)}, image=["images\\a.tif", "b.tif"])
    assert refusal(sheet).endswith(
        "there is no such file; write its path with '/' instead of '\\'."
    )


def test_a_missing_image_is_said_with_its_folder(write, monkeypatch):
    """Paths are relative to the sheet, whatever folder the command runs in."""
    sheet = write({"größe.tif": grey(0)}, image=["b.tif"], domain=["t5"], specimen=["s"])
    monkeypatch.chdir(sheet.parent.parent)
    relative = sheet.relative_to(sheet.parent.parent)
    found = refusal(relative)
    assert f" row 2: {relative.parent}/b.tif: there is no such file in {sheet.parent} " in found
    assert "(paths start at the sheet); correct the path in column 'image'." in found
    sheet = write({"größe.tif": grey(0)}, image=["GRÖSSE.tif"], domain=["t5"], specimen=["s"])
    assert refusal(sheet).endswith("there is no such file; write 'größe.tif'.")
