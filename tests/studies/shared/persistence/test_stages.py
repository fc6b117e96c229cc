"""Stages from chips to persistence images, as the workflow calls them."""

import json

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, open_store, provenance_of, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, put_micrograph, read_chips
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table, write_table
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.microstructure.loader import cut_chips
from pspflow.report.section import Section
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging, PersistenceOptions
from pspflow.studies.shared.persistence.stages.compute import compute
from pspflow.studies.shared.persistence.stages.grid import grid
from pspflow.studies.shared.persistence.stages.merge import merge
from pspflow.studies.shared.persistence.stages.section import section

ORIGIN = Provenance("test", {}, None, {})
GRID = Imaging(birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=255)


@pytest.fixture
def image_set(tmp_path):
    """Make a stored micrograph and a table of its chips."""
    pixels = np.random.default_rng(0).integers(0, 255, (96, 96), dtype=np.uint8)
    entry = pd.Series(
        {"micrograph": "m", "specimen": "s", "domain": "t5", "image": "m", "pixel_size_um": np.nan}
    )
    with new_store(tmp_path / "micrographs.zarr", ORIGIN) as store:
        put_micrograph(store, entry, pixels)
    region = {"row_start": 0, "row_stop": 96, "column_start": 0, "column_stop": 96}
    rows = chip_rows(grid_windows(region, 32, 16), 32, entry, "train")
    write_table(tmp_path / "chips.parquet", rows, ORIGIN)
    return tmp_path


def run(folder, name, imaging=GRID, shard="1-of-1"):
    """Run the stage on the image set."""
    write_table(folder / f"{name}.grid", pi.imaging_row(imaging), ORIGIN)
    compute(
        micrographs=folder / "micrographs.zarr",
        chips=folder / "chips.parquet",
        grid=folder / f"{name}.grid",
        persistence=folder / name,
        shard=shard,
    )
    return folder / name


def test_shares_merge_to_what_one_job_makes(image_set):
    """How many jobs share the work does not show in the result."""
    whole = run(image_set, "whole.zarr")
    shards = tuple(run(image_set, f"{i}.zarr", shard=f"{i}-of-3") for i in (1, 2, 3))
    merge(shards=shards, persistence=image_set / "merged.zarr")
    first, second = open_store(whole), open_store(image_set / "merged.zarr")
    made_with = {**provenance_of(second)["options"], "shard": "1-of-1"}
    assert made_with == provenance_of(first)["options"]
    assert provenance_of(second)["options"]["convention"] == GRID.convention
    for name in (pi.IMAGES, *pi.DIMS[1:]):
        np.testing.assert_array_equal(read_values(first, name), read_values(second, name))


def test_shares_of_different_origin_are_not_merged(image_set):
    """A stale share, made with other options, is refused."""
    shards = (
        run(image_set, "1.zarr", GRID, "1-of-2"),
        run(image_set, "2.zarr", GRID.model_copy(update={"convention": "V"}), "2-of-2"),
    )
    with pytest.raises(InputError, match="differ in origin"):
        merge(shards=shards, persistence=image_set / "merged.zarr")
    assert not (image_set / "merged.zarr").exists()


def test_backends_store_the_same_images(image_set):
    """The kernel, gudhi's fast path and ripser, the paper's library, end in the same artefact."""
    kernel, gudhi, ripser = (
        read_values(
            open_store(run(image_set, f"{name}.zarr", GRID.model_copy(update={"backend": name}))),
            pi.IMAGES,
        )
        for name in ("exact", "gudhi", "ripser")
    )
    np.testing.assert_array_equal(gudhi, ripser)
    np.testing.assert_allclose(kernel, gudhi, rtol=1e-6)


def test_axes_are_the_centres_of_the_pixels(image_set):
    """The stored coordinates are grey levels, so that a plot needs no options."""
    imaging = GRID.model_copy(update={"birth_range": (10, 30), "resolution": 4})
    store = open_store(run(image_set, "p.zarr", imaging))
    np.testing.assert_allclose(read_values(store, "birth"), [12.5, 17.5, 22.5, 27.5])
    assert store["birth"].attrs["units"] == "grey level"


@pytest.mark.parametrize(
    ("birth_range", "outcome"),
    [(None, "fits"), ((5.0, 255.0), "warns"), ((120.0, 255.0), "refuses")],
)
def test_a_grid_that_misses_chips_is_reported(image_set, caplog, birth_range, outcome):
    """Weight outside the grid is warned of, and refused with a remedy where it is much."""
    options = PersistenceOptions(birth_range=birth_range)
    made = {"grid": image_set / "grid.parquet", "coverage": image_set / "coverage.parquet"}
    paths = {name: image_set / f"{name}" for name in ("micrographs.zarr", "chips.parquet")}
    call = {"micrographs": paths["micrographs.zarr"], "chips": paths["chips.parquet"], **made}
    with caplog.at_level("INFO"):
        if outcome == "refuses":
            with pytest.raises(InputError, match="of the weight of t5 train chips; set"):
                grid(**call, options=options)
            assert not made["grid"].exists()
            return
        grid(**call, options=options)
    assert ("Warning" in caplog.text) == (outcome == "warns")
    shares = read_table(made["coverage"])["outside_share"]
    assert (shares > 0.02).any() == (outcome == "warns")


@pytest.fixture
def split_set(tmp_path):
    """Make a micrograph for each split, of other grey levels and contrast; return a writer of it.

    The splits that are named get other pixels, a level darker.
    """

    def write(*changed):
        folder = tmp_path / "-".join(("set", *changed))
        rows = []
        with new_store(folder / "micrographs.zarr", ORIGIN) as store:
            for number, split in enumerate(("train", "validation", "test")):
                other = split in changed
                rng = np.random.default_rng(100 * other + number)
                low, high = 90 - number - other, 160 + 2 * number - other
                pixels = rng.integers(low, high, (64, 64), dtype=np.uint8)
                entry = pd.Series(
                    {
                        "micrograph": f"{split}.tif",
                        "specimen": split,
                        "domain": "t5",
                        "image": split,
                        "pixel_size_um": np.nan,
                    }
                )
                put_micrograph(store, entry, pixels)
                region = {"row_start": 0, "row_stop": 64, "column_start": 0, "column_stop": 64}
                rows.append(chip_rows(grid_windows(region, 32, 32), 32, entry, split))
        write_table(folder / "chips.parquet", pd.concat(rows, ignore_index=True), ORIGIN)
        return folder

    return write


def fitted(folder):
    """Run the stage, and return what it fits: its row, and the share outside by split."""
    grid(
        micrographs=folder / "micrographs.zarr",
        chips=folder / "chips.parquet",
        grid=folder / "grid.parquet",
        coverage=folder / "coverage.parquet",
        seed=3,
    )
    coverage = read_table(folder / "coverage.parquet").set_index("split")["outside_share"]
    return read_table(folder / "grid.parquet").to_dict("records"), coverage


@pytest.mark.parametrize("changed", [("test",), ("validation",), ("test", "validation")])
def test_the_grid_is_fitted_on_training_chips_alone(split_set, changed):
    """A grid fitted on all splits would see the test chips: no digit of it may depend on them."""
    expected, shares = fitted(split_set())
    actual, changed_shares = fitted(split_set(*changed))
    assert actual == expected
    assert changed_shares["train"] == shares["train"]
    # the grid is that of the training set's levels, although the other splits reach farther
    (row,) = actual
    assert json.loads(row["birth_range"])[0] >= 90
    assert json.loads(row["persistence_range"])[1] <= 70


def test_the_grid_follows_the_training_chips(split_set):
    """What is fitted does change with the training chips, so that the test above can see it."""
    assert fitted(split_set())[0] != fitted(split_set("train"))[0]


def test_the_share_outside_is_measured_on_each_split(split_set):
    """Coverage says of each split, by itself, what the grid of the training chips leaves out."""
    folder = split_set()
    _, shares = fitted(folder)
    imaging = pi.read_imaging(folder / "grid.parquet")
    rows, store = read_chips(folder / "chips.parquet"), Micrographs(folder / "micrographs.zarr")
    for split, share in shares.items():
        chips = cut_chips(store, rows[rows["split"] == split])
        assert share == pytest.approx(pi.mean_outside_share(chips, imaging)), split
    assert shares["train"] < 0.01 < shares["validation"] < shares["test"]


def test_section_describes_how_the_images_were_made(image_set):
    """Settings, coverage and a figure stand in the section; what was given is not called fitted."""
    catalogue = pd.DataFrame({"micrograph": ["m"], "domain": ["t5"], "pixel_size_um": [np.nan]})
    write_table(image_set / "catalogue.parquet", catalogue, ORIGIN)
    options = PersistenceOptions(sigma=12.0)
    inputs = {"micrographs": image_set / "micrographs.zarr", "chips": image_set / "chips.parquet"}
    tables = {"grid": image_set / "grid.parquet", "coverage": image_set / "coverage.parquet"}
    grid(**inputs, **tables, options=options)
    compute(**inputs, grid=tables["grid"], persistence=image_set / "share.zarr")
    merge(shards=(image_set / "share.zarr",), persistence=image_set / "images.zarr")
    section(
        catalogue=image_set / "catalogue.parquet",
        persistence=image_set / "images.zarr",
        **inputs,
        **tables,
        figures=image_set / "figures",
        section=image_set / "section.json",
        options=options,
    )
    content, record = read_section(image_set / "section.json")
    made = Section.model_validate_json(content)
    assert record["stage"] == "persistence section"
    assert {"persistence", "grid", "coverage"} <= set(record["inputs"])
    (part,) = made.parts
    assert "These were fitted to training chips, except sigma." in part.text
    coverage, settings = part.tables
    assert coverage.header == ("domain", "split", "chips", "outside share")
    assert dict(settings.cells)["standard deviation of the Gaussians (grey levels)"] == "12"
    (figure,) = part.figures
    assert (image_set / "figures/persistence.png").read_bytes() == figure.png
    assert made.title == "Persistence"
