"""Shares of the chips, and what the study's options mean to the topology layer."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, open_store, provenance_of, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import put_micrograph
from pspflow.io.tables import write_table
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper.options import PersistenceOptions
from pspflow.studies.temper.prepare import merge, persistence

ORIGIN = Provenance("test", {}, None, {})


@given(st.integers(0, 200), st.integers(1, 40))
def test_shares_cover_every_chip_once_and_in_order(count, total):
    """Joined in order, the shares are the table, and none is more than one chip larger."""
    table = pd.DataFrame({"chip_id": np.arange(count)})
    shares = [pi.share(table, f"{i}-of-{total}") for i in range(1, total + 1)]
    assert list(pd.concat(shares)["chip_id"]) == list(range(count))
    sizes = [len(share) for share in shares]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("shard", ["3", "0-of-2", "3-of-2"])
def test_a_share_that_is_none_is_refused(shard):
    """A mistyped share is an error, not an empty result."""
    with pytest.raises(InputError, match="2-of-8"):
        pi.share(pd.DataFrame({"chip_id": [1]}), shard)


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


def run(folder, name, options, shard="1-of-1"):
    """Run the stage on the image set."""
    persistence(
        micrographs=folder / "micrographs.zarr",
        chips=folder / "chips.parquet",
        persistence=folder / name,
        options=options,
        shard=shard,
    )
    return folder / name


def test_shares_merge_to_what_one_job_makes(image_set):
    """How many jobs share the work does not show in the result."""
    options = PersistenceOptions()
    whole = run(image_set, "whole.zarr", options)
    shards = tuple(run(image_set, f"{i}.zarr", options, f"{i}-of-3") for i in (1, 2, 3))
    merge(shards=shards, persistence=image_set / "merged.zarr")
    first, second = open_store(whole), open_store(image_set / "merged.zarr")
    assert provenance_of(second)["options"] == provenance_of(first)["options"]
    for name in (pi.IMAGES, *pi.DIMS[1:]):
        np.testing.assert_array_equal(read_values(first, name), read_values(second, name))


def test_shares_of_different_origin_are_not_merged(image_set):
    """A stale share, made with other options, is refused."""
    shards = (
        run(image_set, "1.zarr", PersistenceOptions(), "1-of-2"),
        run(image_set, "2.zarr", PersistenceOptions(convention="V"), "2-of-2"),
    )
    with pytest.raises(InputError, match="differ in origin"):
        merge(shards=shards, persistence=image_set / "merged.zarr")
    assert not (image_set / "merged.zarr").exists()


def test_backends_store_the_same_images(image_set):
    """The kernel, gudhi's fast path and ripser, the paper's library, end in the same artefact."""
    kernel, gudhi, ripser = (
        read_values(
            open_store(run(image_set, f"{backend}.zarr", PersistenceOptions(backend=backend))),
            pi.IMAGES,
        )
        for backend in ("exact", "gudhi", "ripser")
    )
    np.testing.assert_array_equal(gudhi, ripser)
    np.testing.assert_allclose(kernel, gudhi, rtol=1e-6)


def test_axes_are_the_centres_of_the_pixels(image_set):
    """The stored coordinates are grey levels, so that a plot needs no options."""
    options = PersistenceOptions(birth_range=(10, 30), resolution=4)
    store = open_store(run(image_set, "p.zarr", options))
    np.testing.assert_allclose(read_values(store, "birth"), [12.5, 17.5, 22.5, 27.5])
    assert store["birth"].attrs["units"] == "grey level"
