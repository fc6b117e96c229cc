"""What the study's options mean to the topology layer."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, open_store, provenance_of, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import put_micrograph
from pspflow.io.tables import read_table, write_table
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper.imaging import grid, merge, persistence
from pspflow.studies.temper.options import Imaging, PersistenceOptions

ORIGIN = Provenance("test", {}, None, {})


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


GRID = Imaging(birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=255)


def run(folder, name, imaging=GRID, shard="1-of-1"):
    """Run the stage on the image set."""
    write_table(folder / f"{name}.grid", pi.imaging_row(imaging), ORIGIN)
    persistence(
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
    assert provenance_of(second)["options"] == provenance_of(first)["options"]
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


def test_what_is_given_is_not_fitted():
    """Options that are set stay as they are; only what is null comes from the chips."""
    chips = np.random.default_rng(0).integers(50, 90, (3, 24, 24), dtype=np.uint8)
    fitted = pi.settle(chips, PersistenceOptions())
    assert 50 <= fitted.birth_range[0] < fitted.birth_range[1] <= 90
    assert fitted.persistence_range == (0, fitted.unit_persistence)
    assert fitted.sigma == fitted.persistence_range[1] / 20
    given_ = pi.settle(chips, PersistenceOptions(birth_range=(0, 255), unit_persistence=7))
    assert given_.birth_range == (0, 255)
    assert given_.unit_persistence == 7
    assert given_.persistence_range == fitted.persistence_range


def test_a_pair_of_unit_persistence_weighs_one():
    """Images have no unit: a bright pixel of unit persistence adds 1 in all, seen well inside."""
    chip = np.full((1, 9, 9), 100, dtype=np.uint8)
    chip[0, 4, 4] = 140
    wide = {"birth_range": (-500, 700), "persistence_range": (-500, 700)}
    imaging = GRID.model_copy(update={**wide, "unit_persistence": 40.0, "resolution": 20})
    _, h1 = pi.compute(chip, imaging)[0]
    assert h1.sum() == pytest.approx(1)


def test_settings_survive_their_table(tmp_path):
    """What is stored is what is read, to the last digit."""
    imaging = GRID.model_copy(update={"sigma": 1 / 3, "birth_range": (0.1, 200.7)})
    write_table(tmp_path / "grid.parquet", pi.imaging_row(imaging), ORIGIN)
    assert pi.read_imaging(tmp_path / "grid.parquet") == imaging


@pytest.mark.parametrize(
    ("birth_range", "outcome"),
    [(None, "fits"), ((5.0, 255.0), "warns"), ((120.0, 255.0), "refuses")],
)
def test_a_grid_that_misses_chips_is_told(image_set, caplog, birth_range, outcome):
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
