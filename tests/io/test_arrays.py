"""Arrays between stages: plain xarray stores, bounded shards, exact joins."""

import math
import warnings

import numpy as np
import pytest
import xarray as xr
import zarr

from pspflow.errors import InputError
from pspflow.io import arrays
from pspflow.io.arrays import (
    add_array,
    concatenate,
    get_array,
    new_store,
    open_store,
    provenance_of,
    put_array,
    read_values,
    reading,
)
from pspflow.io.chunks import STORED
from pspflow.io.digests import KEY

KIB, MIB = 1 << 10, 1 << 20
DIMS = ("chip", "z", "y", "x")


def write(path, provenance, values):
    """Write one array `values` and return it, opened."""
    with new_store(path, provenance) as store:
        put_array(store, "values", values, DIMS[: values.ndim], "grey level")
    return get_array(open_store(path), "values")


def test_opens_in_xarray_without_help(tmp_path, provenance):
    """Xarray opens a store and its groups without a warning: dimensions, units, values, type."""
    values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    with new_store(tmp_path / "a.zarr", provenance) as store:
        put_array(store, "images", values, ("chip", "y", "x"), "grey level")
        put_array(store, "y", np.linspace(0, 1, 3), ("y",), "um")
        put_array(store.create_group("one"), "grey", values[0], ("y", "x"), "grey level")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with xr.open_zarr(tmp_path / "a.zarr") as data:
            assert data["images"].dims == ("chip", "y", "x")
            assert data["images"].dtype == np.uint8
            assert {name: data[name].attrs["units"] for name in data.variables} == {
                "images": "grey level",
                "y": "um",
            }
            np.testing.assert_array_equal(data["images"].values, values)
        with xr.open_zarr(tmp_path / "a.zarr", group="one") as data:
            np.testing.assert_array_equal(data["grey"].values, values[0])
    assert provenance_of(open_store(tmp_path / "a.zarr")) == provenance.as_dict()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize(
    "shape",
    [
        (1,),
        (0, 7),
        (7, 0),
        (100_000_003,),
        (437_000, 2, 10, 10),
        (3, 700, 701, 703),
        (5, 1, 3 * MIB, 2),
        (1, 70 * MIB + 1),
        (65, 65 * MIB),
        (17, 33 * MIB),
    ],
)
def test_shards_are_bounded(tmp_path, provenance, shape, dtype):
    """For every shape, a shard holds at most 64 MiB and a whole number of chunks."""
    with new_store(tmp_path / "a.zarr", provenance) as store:
        array = add_array(store, "values", shape, dtype, DIMS[: len(shape)], "1")
        itemsize = np.dtype(dtype).itemsize
        assert array.shape == shape
        assert math.prod(array.shards) * itemsize <= 64 * MIB
        for shard, chunk in zip(array.shards, array.chunks, strict=True):
            assert shard % chunk == 0
        # and no shard is needlessly small: a chunk is as large as 2 MiB allow
        assert math.prod(array.chunks) * itemsize * 2 > min(
            2 * MIB, math.prod(max(1, size) for size in shape) * itemsize
        )


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1), (1, 5, 4, 3), (11, 5)])
def test_round_trip(tmp_path, provenance, shape):
    """Empty and short arrays are read unchanged."""
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    array = write(tmp_path / "a.zarr", provenance, values)
    assert array.dtype == values.dtype
    np.testing.assert_array_equal(read_values(open_store(tmp_path / "a.zarr"), "values"), values)


@pytest.mark.parametrize("lengths", [(5,), (3, 4), (1, 0, 9, 2), (0, 0), (17, 1, 40)])
@pytest.mark.parametrize("row", [(4,), (3, 40)])
def test_concatenate_equals_numpy(tmp_path, provenance, monkeypatch, lengths, row):
    """Joining stores equals joining arrays, across shards and with empty shares."""
    monkeypatch.setattr(arrays, "CHUNK_BYTES", 48)
    monkeypatch.setattr(arrays, "SHARD_BYTES", 96)
    rng = np.random.default_rng(0)
    pieces = [rng.integers(0, 255, (n, *row), dtype=np.int16) for n in lengths]
    sources = [write(tmp_path / f"{i}.zarr", provenance, piece) for i, piece in enumerate(pieces)]
    with new_store(tmp_path / "all.zarr", provenance) as store:
        concatenate(sources, store)
    joined = get_array(open_store(tmp_path / "all.zarr"), "values")
    np.testing.assert_array_equal(joined[...], np.concatenate(pieces))
    assert math.prod(joined.shards) * 2 <= 96
    assert joined.attrs["units"] == "grey level"
    assert joined.metadata.dimension_names == DIMS[: len(row) + 1]


def test_failure_leaves_no_store(tmp_path, provenance):
    """A stage that stops halfway leaves nothing."""
    with (
        pytest.raises(ValueError, match="dimension"),
        new_store(tmp_path / "a.zarr", provenance) as store,
    ):
        put_array(store, "values", np.ones(4), ("y", "x"), "1")
    assert list(tmp_path.iterdir()) == []


def files(path):
    """List the files of the chunks of a store."""
    return sorted(file for file in path.rglob("*") if file.is_file() and file.name != "zarr.json")


def zeros(path, provenance):
    """Write a store of two arrays, of which one is zero, in groups and shards."""
    with new_store(path, provenance) as store:
        put_array(store, "values", np.ones((40, 3)), ("row", "column"), "1")
        put_array(store.create_group("one"), "zero", np.zeros((7, 2)), ("y", "x"), "1")
    return path


def test_arrays_of_zeros_are_stored_too(tmp_path, provenance):
    """Every chunk that is written has a file, so that one that is not there is lost."""
    assert len(files(zeros(tmp_path / "a.zarr", provenance))) == 2
    assert not read_values(open_store(tmp_path / "a.zarr"), "one/zero").any()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("keep", [None, 0, 10, -1])
def test_a_store_that_lost_a_part_is_not_opened(tmp_path, provenance, which, keep):
    """A lost or truncated shard of any array is refused, with store, file and remedy."""
    path = zeros(tmp_path / "a.zarr", provenance)
    file = files(path)[which]
    if keep is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:keep])
    name = file.relative_to(path).as_posix()
    with pytest.raises(InputError, match=rf"a\.zarr: 1 of 2 files .*\({name} .*; delete it and"):
        open_store(path)


def test_every_shard_counts(tmp_path, provenance, monkeypatch):
    """Whichever of several shards is lost, the store is refused."""
    monkeypatch.setattr(arrays, "CHUNK_BYTES", 48)
    monkeypatch.setattr(arrays, "SHARD_BYTES", 96)
    write(tmp_path / "a.zarr", provenance, np.zeros((40, 3)))
    assert len(files(tmp_path / "a.zarr")) > 5
    for file in files(tmp_path / "a.zarr"):
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(InputError, match="is missing"):
            open_store(tmp_path / "a.zarr")
        file.write_bytes(content)
    assert open_store(tmp_path / "a.zarr")


def test_changed_bytes_are_noticed_when_read(tmp_path, provenance):
    """Chunks have checksums."""
    values = np.random.default_rng(0).normal(size=(40, 3))
    write(tmp_path / "a.zarr", provenance, values)
    (file,) = files(tmp_path / "a.zarr")
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)
    with pytest.raises(InputError, match="it is damaged or cut short"):
        read_values(open_store(tmp_path / "a.zarr"), "values")


def test_damage_is_named_by_every_reader(tmp_path, provenance):
    """A part that is read, and stores that are joined, end in the sentence too."""
    write(tmp_path / "a.zarr", provenance, np.random.default_rng(0).normal(size=(40, 3)))
    (file,) = files(tmp_path / "a.zarr")
    file.write_bytes(bytes(file.stat().st_size))
    array = get_array(open_store(tmp_path / "a.zarr"), "values")
    words = r"^[^:]*a\.zarr/values: it is damaged or cut short"
    with pytest.raises(InputError, match=words), reading(array):
        array[3]
    with (
        new_store(tmp_path / "b.zarr", provenance) as group,
        pytest.raises(InputError, match=words),
    ):
        concatenate([array], group)


@pytest.mark.parametrize("keep", [0, 1, 200])
def test_metadata_that_are_cut_short(tmp_path, provenance, keep):
    """The sentence names the store, and says what to do."""
    write(tmp_path / "a.zarr", provenance, np.ones((4, 3)))
    file = tmp_path / "a.zarr/zarr.json"
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(
        InputError,
        match=r"a\.zarr: it is damaged or cut short \(zarr\.json cannot be read: .*; delete it",
    ):
        open_store(tmp_path / "a.zarr")


def test_stores_of_older_versions_are_opened(tmp_path, provenance):
    """They have no record of their files, and left out chunks of zeros."""
    path = zeros(tmp_path / "a.zarr", provenance)
    group = zarr.open_group(path, mode="r+")
    del group.attrs[STORED], group.attrs[KEY]
    zarr.consolidate_metadata(group.store)
    files(path)[0].unlink()
    assert not read_values(open_store(path), "one/zero").any()


def test_a_store_that_is_not_there(tmp_path):
    """The sentence names it."""
    with pytest.raises(InputError, match=r"lost\.zarr: there is no store"):
        open_store(tmp_path / "lost.zarr")


def test_a_store_without_its_metadata(tmp_path, provenance):
    """It is damaged, and to be deleted; a folder of something else is not."""
    path = zeros(tmp_path / "a.zarr", provenance)
    (path / "zarr.json").unlink()
    with pytest.raises(InputError, match=r"a\.zarr: it is damaged.*zarr\.json is not there"):
        open_store(path)
    (tmp_path / "photographs").mkdir()
    with pytest.raises(InputError, match=r"photographs: there is no store"):
        open_store(tmp_path / "photographs")


def test_group_is_no_array(tmp_path, provenance):
    """Reading a group as an array is an error that says so."""
    with new_store(tmp_path / "a.zarr", provenance) as store:
        store.create_group("one")
    with pytest.raises(TypeError, match="one is a group"):
        get_array(open_store(tmp_path / "a.zarr"), "one")
    assert isinstance(open_store(tmp_path / "a.zarr"), zarr.Group)
