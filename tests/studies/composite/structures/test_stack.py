"""A user's stack: rows of its table by its ids, and files that are whole."""

import numpy as np
import pytest
import xarray as xr
import zarr

from pspflow.errors import InputError
from pspflow.io.tables import read_table
from pspflow.studies.composite.forward.predictions import read_stack
from pspflow.studies.composite.structures.stack import open_stack

COUNT, EDGE = 12, 9
AXES = ("structure", "x", "y", "z")


@pytest.mark.data("structures", "read", "table in another order than the ids of a Zarr stack")
@pytest.mark.parametrize("numbers", [False, True])
def test_rows_of_the_table_follow_the_ids_of_the_stack(tmp_path, stack, numbers, stored):
    """Coordinates of the structures are names: each structure gets its own row."""
    ids = list(range(COUNT)) if numbers else [f"cell-{place}" for place in range(COUNT)]
    data = xr.Dataset({"phase": (("cell", "z", "y", "x"), stack)}, coords={"cell": ids})
    data.to_zarr(tmp_path / "x.zarr", zarr_format=2)
    order = np.random.default_rng(0).permutation(COUNT)
    lines = [f"{ids[place]},s{place // 2}" for place in order]
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\n".join(["structure,specimen", *lines]))
    stored(tmp_path / "made", tmp_path / "x.zarr", sheet=sheet)
    table = read_table(tmp_path / "made/table")
    assert table["structure"].tolist() == [str(each) for each in ids]
    assert table["specimen"].tolist() == [f"s{place // 2}" for place in range(COUNT)]


@pytest.mark.data("structures", "refused", "table with some of the ids of a Zarr stack")
def test_rows_of_another_stack_are_refused(tmp_path, stack, stored):
    """Where some ids are the stack's and others are not, they are not guessed."""
    ids = [f"cell-{place}" for place in range(COUNT)]
    data = xr.Dataset({"phase": (AXES, stack)}, coords={"structure": ids})
    data.to_zarr(tmp_path / "x.zarr", zarr_format=2)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\n".join(["structure", *ids[:-1], "cell-99"]))
    with pytest.raises(InputError, match=r"names 11 of the 12 structures .* but not cell-11"):
        stored(tmp_path / "made", tmp_path / "x.zarr", sheet=sheet)


def test_positions_are_no_ids(tmp_path, stack, stored):
    """Coordinates that count from 0 say nothing of a table whose ids count from 1."""
    data = xr.Dataset({"phase": (AXES, stack)}, coords={"structure": np.arange(COUNT)})
    data.to_zarr(tmp_path / "x.zarr", zarr_format=2)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\n".join(["structure", *(str(place + 1) for place in range(COUNT))]))
    stored(tmp_path / "made", tmp_path / "x.zarr", sheet=sheet)
    table = read_table(tmp_path / "made/table")
    assert table["structure"].tolist() == [str(place + 1) for place in range(COUNT)]


LAYOUTS = {
    "one structure a chunk": {"chunks": (1, EDGE, EDGE, EDGE)},
    "chunks within a structure": {"chunks": (5, 9, 9, 3)},
    "shards": {"chunks": (1, 9, 9, 9), "shards": (4, 9, 9, 9)},
    "version 2": {"chunks": (5, 9, 9, 9), "zarr_format": 2},
    "version 2, nested": {
        "chunks": (5, 9, 5, 9),
        "zarr_format": 2,
        "chunk_key_encoding": {"name": "v2", "separator": "/"},
    },
}


def chunk_files(path):
    return sorted(f for f in path.rglob("*") if f.is_file() and not f.name.startswith((".z", "z")))


@pytest.mark.data("structures", "refused", "Zarr array that lacks a chunk or a shard")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("which", [0, 1, -1])
def test_a_lost_chunk_is_no_zeros(tmp_path, stack, layout, which):
    """Whichever chunk is lost, the stack is refused when it is opened."""
    path = tmp_path / "stack.zarr"
    zarr.create_array(path, data=stack, **LAYOUTS[layout])
    assert open_stack(path, "phase").shape == stack.shape
    chunk_files(path)[which].unlink()
    with pytest.raises(InputError, match=r"stack\.zarr: 1 of the \d+ chunks .* are not stored"):
        open_stack(path, "phase")
    with pytest.raises(InputError, match="are not stored"):
        read_stack(path, "phase", EDGE, (0, 1))


@pytest.mark.data("structures", "refused", "Zarr array with a damaged or truncated chunk")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("length", [0, 3, 0.9])
def test_a_truncated_chunk_is_refused(tmp_path, stack, layout, length, stored):
    """It is one sentence, and nothing is stored."""
    path = tmp_path / "stack.zarr"
    zarr.create_array(path, data=stack, **LAYOUTS[layout])
    file = chunk_files(path)[1]
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.truncate(int(length * size) if length < 1 else length)
    with pytest.raises(InputError, match=r"stack\.zarr"):
        stored(tmp_path / "made", path)
    assert not (tmp_path / "made/structures").exists()


def test_chunks_of_zeros_that_are_written_are_read(tmp_path, stack):
    """A writer that stores empty chunks says that nothing is lost."""
    hollow = stack.copy()
    hollow[:, :3] = 0
    given = {"data": hollow, "chunks": (1, 3, 9, 9)}
    zarr.create_array(tmp_path / "no.zarr", **given)
    with pytest.raises(InputError, match="write_empty_chunks"):
        open_stack(tmp_path / "no.zarr", "phase")
    zarr.create_array(tmp_path / "yes.zarr", **given, config={"write_empty_chunks": True})
    np.testing.assert_array_equal(open_stack(tmp_path / "yes.zarr", "phase")[4], hollow[4])


@pytest.mark.data("structures", "refused", ".npy file that is cut short, or holds a second array")
def test_npy_files_of_another_length(tmp_path, stack):
    """The sentence says what the header promises, and what there is."""
    np.save(tmp_path / "stack.npy", stack)
    whole = (tmp_path / "stack.npy").read_bytes()
    (tmp_path / "short.npy").write_bytes(whole[:-100])
    promised = rf"promises {stack.nbytes} bytes of values, and it has {stack.nbytes - 100};"
    with pytest.raises(
        InputError, match=rf"short\.npy: the file is cut short: its header {promised}"
    ):
        open_stack(tmp_path / "short.npy", "")
    with (tmp_path / "two.npy").open("wb") as file:
        np.save(file, stack)
        np.save(file, stack)
    with pytest.raises(InputError, match="several are saved into one file"):
        open_stack(tmp_path / "two.npy", "")


@pytest.mark.parametrize("keep", [0, 1, 6, 8, 50])
def test_npy_files_that_end_within_their_header(tmp_path, stack, keep):
    """They are .npy files, and not called anything else."""
    np.save(tmp_path / "stack.npy", stack)
    whole = (tmp_path / "stack.npy").read_bytes()
    (tmp_path / "short.npy").write_bytes(whole[:keep])
    with pytest.raises(
        InputError, match=r"short\.npy: the file .*, as where it is cut short; copy"
    ):
        open_stack(tmp_path / "short.npy", "")


@pytest.mark.data("structures", "refused", "pickle of an array, masked or not")
@pytest.mark.parametrize("masked", [False, True])
def test_pickles_are_not_opened(tmp_path, stack, masked):
    """Nor is a mask lost in them: the sentence says that each voxel needs a phase."""
    array = np.ma.masked_array(stack, stack == 0) if masked else stack
    array.dump(tmp_path / "stack.npy")
    with pytest.raises(InputError, match=r"stack\.npy: a pickle, .*; give each voxel a phase"):
        open_stack(tmp_path / "stack.npy", "")


def test_a_zarr_store_in_a_zip_file(tmp_path, stack):
    """It is told from archives of numpy."""
    with zarr.storage.ZipStore(tmp_path / "stack.zip", mode="w") as store:
        zarr.create_array(store, data=stack)
    with pytest.raises(InputError, match=r"stack\.zip: an archive of a Zarr store; unpack it"):
        open_stack(tmp_path / "stack.zip", "")
    np.savez(tmp_path / "stack.npz", phase=stack)
    with pytest.raises(InputError, match="an archive of several arrays"):
        open_stack(tmp_path / "stack.npz", "")


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_metadata_of_a_stack_that_are_cut_short(tmp_path, stack, zarr_format):
    """The folder is not called one without Zarr."""
    zarr.create_array(tmp_path / "a.zarr", data=stack, zarr_format=zarr_format)
    file = tmp_path / "a.zarr" / ("zarr.json" if zarr_format == 3 else ".zarray")
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(InputError, match=r"a\.zarr: its metadata are cut short"):
        open_stack(tmp_path / "a.zarr", "")
