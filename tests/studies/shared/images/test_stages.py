"""Stages from a user's sheet to chips, as the workflow calls them."""

import numpy as np
import pandas as pd
import pytest
import tifffile
from scipy.ndimage import gaussian_filter

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, provenance_of
from pspflow.io.artefacts import fingerprint
from pspflow.io.imagesets import Micrographs, grey_range, read_chips
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table, table_provenance
from pspflow.report.section import Figure, Section
from pspflow.studies.shared.images.options import (
    CatalogueOptions,
    ChipOptions,
    Domain,
    ScaleOptions,
    SectionOptions,
    SplitOptions,
)
from pspflow.studies.shared.images.section import chips_part
from pspflow.studies.shared.images.stages.catalogue import catalogue
from pspflow.studies.shared.images.stages.chips import chips
from pspflow.studies.shared.images.stages.micrographs import micrographs
from pspflow.studies.shared.images.stages.section import section
from pspflow.studies.shared.images.stages.split import split

SPECIMENS, DOMAINS = 6, ("ferrite", "pearlite")
OPTIONS = CatalogueOptions(domains=tuple(Domain(name=name) for name in DOMAINS))
SPLIT = SplitOptions(train=0.5, validation=0.25, test=0.25)


@pytest.fixture
def sheet(tmp_path):
    """Write 16-bit micrographs of two domains, and the sheet that names them."""
    lines = ["image,domain,specimen"]
    rng = np.random.default_rng(0)
    for i in range(SPECIMENS):
        for domain in DOMAINS:
            noise = gaussian_filter(rng.normal(size=(64, 64)), 2)
            levels = 1000 * (i + 1) + 900 * (noise - noise.min()) / np.ptp(noise)
            name = f"{domain}{i}.tif"
            tifffile.imwrite(tmp_path / name, levels.astype(np.uint16))
            lines.append(f"{name},{domain},s{i}")
    path = tmp_path / "sheet.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def prepare(sheet, options=OPTIONS):
    """Run the stages up to the chips, and return what each has made."""
    made = sheet.parent / "made"
    paths = {name: made / f"{name}.parquet" for name in ("catalogue", "regions", "chips", "counts")}
    paths["micrographs"] = made / "micrographs.zarr"
    catalogue(sheet=sheet, catalogue=paths["catalogue"], options=options)
    split(catalogue=paths["catalogue"], regions=paths["regions"], options=SPLIT)
    read = {name: paths[name] for name in ("catalogue", "regions", "micrographs")}
    micrographs(sheet=sheet, **read)
    windows = ChipOptions(size_px=32, stride_px=32)
    chips(**read, chips=paths["chips"], counts=paths["counts"], options=windows)
    return paths


def test_a_users_images_become_chips(sheet):
    """Every image is stored once, and every chip lies in the split of its specimen."""
    made = prepare(sheet)
    rows = read_chips(made["chips"])
    assert len(rows) == SPECIMENS * len(DOMAINS) * 4
    assert len(rows[["specimen", "split"]].drop_duplicates()) == SPECIMENS
    stored = Micrographs(made["micrographs"])
    assert all(stored[name].shape == (64, 64) for name in rows["micrograph"].unique())
    assert read_table(made["counts"])["chips"].sum() == len(rows)


def test_grey_levels_are_fitted_to_training_images(sheet):
    """The range that becomes 0 to 255 is that of training images, and of no others."""
    made = prepare(sheet)
    entries = read_table(made["catalogue"]).merge(read_table(made["regions"]), on="micrograph")
    trained = [
        tifffile.imread(sheet.parent / image)
        for image in entries.loc[entries["split"] == "train", "image"]
    ]
    low, high = grey_range(made["micrographs"])
    assert np.min(trained) <= low < high <= np.max(trained)


def test_images_of_the_sheet_are_inputs(sheet):
    """Another picture under the same name gives another record."""
    made = prepare(sheet)
    images = [sheet.parent / name for name in read_table(made["catalogue"])["image"]]
    record = table_provenance(made["catalogue"])
    assert record["stage"] == "images catalogue"
    assert record["inputs"] == {"sheet": fingerprint(sheet), "images": fingerprint(*images)}
    inputs = provenance_of(open_store(made["micrographs"]))["inputs"]
    assert inputs == {
        "catalogue": fingerprint(made["catalogue"]),
        "regions": fingerprint(made["regions"]),
        "images": fingerprint(*images),
    }


def test_a_crop_without_contrast_is_refused(sheet):
    """A crop of one grey level is an error of the sheet, and is named with its row."""
    pixels = tifffile.imread(sheet.parent / "ferrite0.tif")
    pixels[:32] = 7
    tifffile.imwrite(sheet.parent / "ferrite0.tif", pixels)
    options = OPTIONS.model_copy(update={"scale": ScaleOptions(annotation_bar_px=32)})
    with pytest.raises(InputError, match=r"row 2: every pixel of the crop of ferrite0.tif is 7; "):
        prepare(sheet, options)


@pytest.mark.parametrize("simulated", [False, True])
def test_section_says_what_the_report_rests_on(sheet, simulated):
    """The lead says whether the data are simulated or the user's; figures lie in their folder."""
    made = prepare(sheet)
    folder = sheet.parent / "figures"
    section(
        **{name: made[name] for name in ("catalogue", "micrographs", "chips", "counts")},
        figures=folder,
        section=sheet.parent / "section.json",
        options=SectionOptions(
            simulated=simulated,
            sheet=None if simulated else sheet,
            split=SPLIT,
            chips=ChipOptions(size_px=32, stride_px=32),
        ),
    )
    content, record = read_section(sheet.parent / "section.json")
    said = Section.model_validate_json(content)
    assert record["options"]["chips"]["size_px"] == 32
    assert ("simulated" in said.lead) == simulated
    assert (str(sheet) in said.lead) == (not simulated)
    assert "48 chips of 32 x 32 pixels on a grid of stride 32 px" in said.parts[1].text
    assert [figure.name for figure in said.figures] == ["images_micrographs", "images_chips"]
    for name, figure in zip(("micrographs", "chips"), said.figures, strict=True):
        assert (folder / f"{name}.png").read_bytes() == figure.png


@pytest.mark.parametrize(
    ("by", "unit"),
    [
        ("specimen", "specimen"),
        ("micrograph", "whole micrograph"),
        ("region", "region of a micrograph"),
    ],
)
def test_section_says_what_a_split_keeps_together(by, unit):
    """A reader knows whether new specimens were tested, or new pictures of known ones."""
    counts = pd.DataFrame({"domain": ["ferrite"], "split": ["train"], "chips": [3]})
    figure = Figure(name="chips", png=b"", caption="")
    options = SectionOptions(split=SplitOptions(by=by))
    said = chips_part(counts, options, figure).text
    assert f"Splits are made by {unit} before anything is learned" in said
    assert ("Splits may share specimens" in said) == (by != "specimen")


def test_split_by_micrograph_divides_specimens(sheet):
    """Two micrographs of every specimen may part; each is in one split whole."""
    made = prepare(sheet)
    options = SPLIT.model_copy(update={"by": "micrograph"})
    split(catalogue=made["catalogue"], regions=made["regions"], options=options)
    rows = read_table(made["regions"]).merge(read_table(made["catalogue"]), on="micrograph")
    assert rows["micrograph"].is_unique
    assert rows.groupby("specimen")["split"].nunique().max() == 2
    assert (rows.groupby("domain")["split"].nunique() == 3).all()


def test_every_stored_micrograph_is_that_of_its_row(tmp_path):
    """Pixels, shape, specimen and domain are those of its own file, also of oblong images."""
    lines, grey = ["image,domain,specimen,pixel_size_um"], {}
    for place in range(12):
        name, shape = f"m{11 - place}.tif", (64 + 4 * place, 120 - 4 * place)
        noise = np.random.default_rng(place).integers(-6, 7, shape)
        pixels = (20 + 18 * place + noise).astype(np.uint8)
        pixels[: shape[0] // 2] += 10  # the upper half is brighter
        tifffile.imwrite(tmp_path / name, pixels)
        size_um = 0.2 if place % 3 else 0.1
        lines.append(f"{name},{DOMAINS[place % 2]},s{place // 2},{size_um}")
        grey[name] = (20 + 18 * place, shape)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\n".join(lines) + "\n")
    paths = prepare(sheet)
    table = read_table(paths["catalogue"])
    store, known = Micrographs(paths["micrographs"]), open_store(paths["micrographs"])
    assert len(table) == 12
    for row in table.itertuples():
        level, shape = grey[row.image]
        stored, attributes = store[row.micrograph], known[row.micrograph].attrs
        assert stored.shape == (row.height_px, row.width_px)
        np.testing.assert_allclose(stored.shape, np.multiply(shape, row.scale), atol=1)
        assert stored[:10].mean() == pytest.approx(level + 10, abs=1)
        assert stored[-10:].mean() == pytest.approx(level, abs=1)
        for name in ("specimen", "domain", "image"):
            assert attributes[name] == getattr(row, name)
