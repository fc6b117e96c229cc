"""A user's stack: its axes are taken by their names, and what cannot be known is refused."""

import itertools
import json
import logging

import numpy as np
import pytest
import xarray as xr
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import get_array, open_store
from pspflow.io.tables import read_table
from pspflow.mechanics import effective_stiffness
from pspflow.studies.composite.forward.predictions import read_stack
from pspflow.studies.composite.structures.stack import open_stack
from pspflow.studies.composite.structures.stages.import_structures import import_structures

COUNT, EDGE = 12, 9
AXES = ("structure", "x", "y", "z")
ORDERS = list(itertools.permutations(range(4)))
MODULI = "phase,young_gpa,poisson\n0,2.4,0.3\n1,120,0.3\n"
SPELLINGS = {
    "plain": ("structure", "x", "y", "z"),
    "upper case": ("SAMPLE", "X", "Y", "Z"),
    "numbered": ("n", "x0", "x1", "x2"),
    "from 1": ("index", "x1", "x2", "x3"),
    "units": ("structure_id", "x_um", "y [µm]", "Z-axis"),
    "paths": ("/samples", "/x", "/y", "/z"),
    "counts": ("n_samples", "nx", "ny", "nz"),
    "counts in one word": ("nsamples", "nx", "ny", "nz"),
    "batch": ("b", "x", "y", "z"),
    "ome": ("t", "x", "y", "z"),
    "by elimination": ("", "x", "y", "z"),
}


@pytest.fixture(scope="module")
def stack():
    """Return structures (12, 9, 9, 9) uint8 that no exchange of axes leaves as they are."""
    return np.random.default_rng(0).integers(0, 2, (COUNT, EDGE, EDGE, EDGE), dtype=np.uint8)


def stored(folder, path, array="phase", sheet=None):
    """Import a stack, and return the array that is stored."""
    folder.mkdir(exist_ok=True)
    (folder / "moduli.csv").write_text(MODULI)
    paths = {key: folder / key for key in ("structures", "table", "phases")}
    import_structures(stack=path, moduli=folder / "moduli.csv", **paths, array=array, sheet=sheet)
    return get_array(open_store(paths["structures"]), "phase")


def write(path, stack, names, order, how="v3"):
    """Write a stack with its axes in an order, and named in one of the ways there are."""
    data, names = stack.transpose(order), [names[place] for place in order]
    if how == "xarray":
        xr.Dataset({"phase": (names, data)}).to_zarr(path, zarr_format=2)
        return path
    if how == "ome":
        group = zarr.open_group(path, mode="w", zarr_format=2)
        axes = [{"name": name, "type": "space"} for name in names]
        group.attrs["multiscales"] = [{"axes": axes, "datasets": [{"path": "phase"}]}]
        group.create_array("phase", data=data)
        return path
    if how == "ome 0.5":
        group = zarr.open_group(path, mode="w")
        axes = [{"name": name} for name in names]
        group.attrs["ome"] = {"multiscales": [{"axes": axes, "datasets": [{"path": "phase"}]}]}
        group.create_array("phase", data=data)
        return path / "phase"
    if how == "v3":
        zarr.create_array(path, data=data, dimension_names=[name or None for name in names])
        return path
    array = zarr.create_array(path, data=data, zarr_format=2)
    if how == "nczarr":
        text = json.loads((path / ".zarray").read_text())
        text["_nczarr_array"] = {"dimrefs": [f"/{name}" for name in names], "storage": "chunked"}
        (path / ".zarray").write_text(json.dumps(text))
    else:
        array.attrs[how] = names if how == "_ARRAY_DIMENSIONS" else " ".join(names)
    return path


@pytest.mark.data("structures", "read", "Zarr array with named dimensions, in any order")
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_dimensions_are_taken_by_their_names(tmp_path, stack, order, spelling):
    """In every order and spelling, what is opened is the stack as structure, x, y, z."""
    path = write(tmp_path / "stack.zarr", stack, SPELLINGS[spelling], order)
    opened = open_stack(path, "phase")
    assert opened.shape == stack.shape
    np.testing.assert_array_equal([opened[place] for place in range(COUNT)], stack)


@pytest.mark.parametrize(
    "how",
    ["v3", "xarray", "ome", "ome 0.5", "nczarr", "_ARRAY_DIMENSIONS", "axes", "Dim_Order", "order"],
)
@pytest.mark.parametrize("order", [(0, 3, 2, 1), (3, 2, 1, 0), (1, 2, 3, 0), (2, 0, 3, 1)])
def test_every_way_to_name_dimensions_is_read(tmp_path, stack, how, order):
    """Whoever wrote the names, the artefact has the axes that its dimensions say."""
    path = write(tmp_path / "stack.zarr", stack, AXES, order, how)
    array = stored(tmp_path / "made", path)
    np.testing.assert_array_equal(array[...], stack)
    assert array.metadata.dimension_names == AXES
    read = read_stack(path, "phase", EDGE, (0, 1))
    np.testing.assert_array_equal(read, stack)


def test_fibres_along_z_stay_along_z(tmp_path):
    """The solver finds C33 large for fibres along the dimension named z, stored as z, y, x."""
    fibres = np.zeros((COUNT, EDGE, EDGE, EDGE), np.uint8)
    for place in range(COUNT):
        fibres[place, : 3 + place % 3, : 2 + place // 3] = 1  # along z
    path = write(tmp_path / "stack.zarr", fibres, AXES, (0, 3, 2, 1))
    opened = open_stack(path, "phase")
    block = effective_stiffness(opened[0], [2.4, 120], [0.3, 0.3], load_cases=(0, 1, 2))
    assert block[2, 2] > 2 * block[0, 0]


@pytest.mark.data("structures", "read", "Zarr array without names of its dimensions")
@pytest.mark.parametrize(
    "names", [None, [None] * 4, ["dim_0", "dim_1", "dim_2", "dim_3"], ["phony_dim_0"] * 4]
)
def test_dimensions_without_names_are_in_the_documented_order(tmp_path, stack, names):
    """Nothing, or what libraries write for nothing, is no name."""
    zarr.create_array(tmp_path / "a.zarr", data=stack, dimension_names=names)
    np.testing.assert_array_equal(open_stack(tmp_path / "a.zarr", "phase")[3], stack[3])


@pytest.mark.data("structures", "read", ".npy file in Fortran order, which is layout alone")
def test_order_of_a_npy_file_in_memory_changes_nothing(tmp_path, stack):
    """Fortran order is how values lie in the file, and no order of axes."""
    np.save(tmp_path / "f.npy", np.asfortranarray(stack))
    np.testing.assert_array_equal(open_stack(tmp_path / "f.npy", "")[5], stack[5])


@pytest.mark.data("structures", "refused", "dimensions with unknown, repeated or too few names")
@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("structure", "depth", "row", "column"), "'depth' is not known; name them structure"),
        (("channel", "x", "y", "z"), "'channel' is not known"),
        (("structure", "x", "x", "y"), "two are the axis x"),
        (("sample", "index", "x", "y"), "two are the axis structure"),
        (("structure", None, None, None), "'' is not known"),
        ((None, None, "y", "x"), "'' is not known"),
        (("dim_3", "dim_2", "dim_1", "dim_0"), "does not say which is which"),
    ],
)
def test_names_that_do_not_say_which_axis_is_which(tmp_path, stack, names, words):
    """The sentence names file, the names that are known, and what is wrong."""
    zarr.create_array(tmp_path / "stack.zarr", data=stack, dimension_names=names)
    with pytest.raises(InputError, match=words) as raised:
        open_stack(tmp_path / "stack.zarr", "phase")
    assert "stack.zarr" in str(raised.value)
    assert "x, y and z" in str(raised.value)


@pytest.mark.data("structures", "refused", "dimensions that are named twice, and differently")
def test_names_that_contradict_each_other(tmp_path, stack):
    """Zarr's own names and an attribute's must agree."""
    array = zarr.create_array(tmp_path / "a.zarr", data=stack, dimension_names=AXES)
    array.attrs["_ARRAY_DIMENSIONS"] = ["structure", "z", "y", "x"]
    with pytest.raises(InputError, match="contradict each other"):
        open_stack(tmp_path / "a.zarr", "phase")


@pytest.mark.parametrize("order", ["C", "row-major", "sorted by specimen"])
def test_an_order_of_something_else_is_no_order_of_axes(tmp_path, stack, order):
    """An attribute `order` counts where it names each axis."""
    zarr.create_array(tmp_path / "a.zarr", data=stack).attrs["order"] = order
    np.testing.assert_array_equal(open_stack(tmp_path / "a.zarr", "phase")[1], stack[1])


def test_a_group_may_name_the_dimensions_of_other_arrays(tmp_path, stack):
    """A table beside the stack has axes too."""
    group = zarr.open_group(tmp_path / "g.zarr", mode="w")
    group.attrs["dims"] = ["sample", "feature"]
    group.create_array("phase", data=stack, dimension_names=AXES)
    np.testing.assert_array_equal(open_stack(tmp_path / "g.zarr", "phase")[2], stack[2])


def test_attributes_of_the_group_name_dimensions_too(tmp_path, stack):
    """A writer may say once for a group what its axes are."""
    group = zarr.open_group(tmp_path / "g.zarr", mode="w", attributes={"axes": list("nzyx")})
    group.create_array("phase", data=stack.transpose(0, 3, 2, 1))
    np.testing.assert_array_equal(open_stack(tmp_path / "g.zarr", "phase")[7], stack[7])


@pytest.mark.parametrize("order", ORDERS[1::7])
@pytest.mark.parametrize("how", ["names", "keys", "labels", "by place", "places", "reversed"])
def test_names_in_mappings_are_names(tmp_path, stack, order, how):
    """Axes as OME, vigra and others describe them: a mapping each, or one of all."""
    names = [AXES[place] for place in order]
    axes = {
        "names": [{"name": name, "type": "space"} for name in names],
        "keys": [{"key": name} for name in names],
        "by place": {str(place): name for place, name in enumerate(names)},
        "places": {name: names.index(name) for name in sorted(names)},
        "labels": [{"label": name, "unit": "um"} for name in names],
        "reversed": {f"{place}": name for place, name in reversed([*enumerate(names)])},
    }[how]
    array = zarr.create_array(tmp_path / "a.zarr", data=stack.transpose(order))
    array.attrs["axes"] = axes
    np.testing.assert_array_equal(open_stack(tmp_path / "a.zarr", "")[2], stack[2])


@pytest.mark.parametrize("dims", [[12, 9, 9, 9], "12x9x9x9", "12 9 9 9", "(12, 9, 9, 9)"])
def test_lengths_of_dimensions_are_no_names(tmp_path, stack, dims):
    """An attribute may as well hold the shape."""
    zarr.create_array(tmp_path / "a.zarr", data=stack).attrs["dims"] = dims
    np.testing.assert_array_equal(open_stack(tmp_path / "a.zarr", "")[2], stack[2])


@pytest.mark.parametrize("axes", ["zyx", "n z y", ["z", "y", "x"]])
def test_names_of_some_dimensions_only(tmp_path, stack, axes):
    """An attribute that names three of four is refused."""
    zarr.create_array(tmp_path / "a.zarr", data=stack).attrs["axes"] = axes
    with pytest.raises(InputError, match=r"names 3 dimensions .* but the array has 4"):
        open_stack(tmp_path / "a.zarr", "phase")


@pytest.mark.data("structures", "read", "a fifth named dimension of length 1, as a channel")
@pytest.mark.parametrize("place", range(5))
def test_a_channel_of_length_1_is_left_out(tmp_path, stack, place):
    """Its place does not matter; a channel of more is refused."""
    data = np.expand_dims(stack.transpose(0, 3, 2, 1), place)
    names = ["n", "z", "y", "x"]
    names.insert(place, "c")
    zarr.create_array(tmp_path / "a.zarr", data=data, dimension_names=names)
    np.testing.assert_array_equal(open_stack(tmp_path / "a.zarr", "phase")[1], stack[1])
    data = np.repeat(data, 2, axis=place)
    zarr.create_array(tmp_path / "b.zarr", data=data, dimension_names=names)
    with pytest.raises(InputError, match="'c' is not known"):
        open_stack(tmp_path / "b.zarr", "phase")


@pytest.mark.data("structures", "warned", "states over time as the structures")
def test_states_over_time_are_alike(tmp_path, stack, caplog):
    """They are read, with a warning that they belong to one specimen."""
    zarr.create_array(tmp_path / "a.zarr", data=stack, dimension_names=["time", "z", "y", "x"])
    with caplog.at_level(logging.WARNING):
        open_stack(tmp_path / "a.zarr", "phase")
    assert "states of one specimen" in caplog.text


def cubic(edges):
    return {
        "multiscales": [
            {
                "axes": list("nzyx"),
                "datasets": [
                    {
                        "path": "phase",
                        "coordinateTransformations": [{"type": "scale", "scale": [1, *edges]}],
                    }
                ],
            }
        ]
    }


@pytest.mark.data("structures", "refused", "voxels that are not cubes")
@pytest.mark.parametrize(
    "attributes",
    [
        {"spacing": [1, 1, 2]},
        {"voxel_size_um": [0.5, 0.5, 0.6]},
        {"element_size_um": {"x": 1, "y": 1.5, "z": 1}},
        {"resolution": [1, 2, 1, 1]},
        {"dx": 1, "dy": 1, "dz": 1.2},
        {"voxel_size": "0.5 x 0.5 x 2 um"},
        {"voxel_size": "0.5um, 0.5um, 2um"},
        {"spacing": "(1e-6, 1e-6, 2e-6)"},
        {"VoxelSpacing": [1, 1, 2]},
        {"spacing_nm": [0, 20, 20, 25]},
        cubic([2, 1, 1]),
        {"ome": cubic([1, 1, 3])},
    ],
)
def test_voxels_that_are_not_cubes(tmp_path, stack, attributes):
    """Unequal edges are refused wherever they are told; equal ones are read."""
    group = zarr.open_group(tmp_path / "g.zarr", mode="w")
    array = group.create_array("phase", data=stack)
    (array if "ome" not in attributes and "multiscales" not in attributes else group).attrs.update(
        attributes
    )
    with pytest.raises(InputError, match=r"g\.zarr: by .* but the solver takes cubes"):
        open_stack(tmp_path / "g.zarr", "phase")


@pytest.mark.parametrize(
    "attributes",
    [
        {"spacing": [0.2] * 3},
        cubic([2, 2, 2]),
        {"scale": 2},
        {"voxel_size": "0.5 x 0.5 x .5 um"},
        {"voxel_size": "2 um"},
        {"resolution": "see 3 papers of 1, 2 and 4 authors"},
    ],
)
def test_cubic_voxels_are_read(tmp_path, stack, attributes):
    """Edges that are equal, or no edges at all, are no fault."""
    group = zarr.open_group(tmp_path / "g.zarr", mode="w", attributes=attributes)
    group.create_array("phase", data=stack)
    assert open_stack(tmp_path / "g.zarr", "phase").shape == stack.shape


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize(
    ("steps", "words"),
    [((1, 1, 2), "coordinates of its axes"), ((0.1, 0.1, 0.1), None), ((1, 1, 0), "evenly spaced")],
)
def test_coordinates_say_how_long_voxels_are(tmp_path, stack, zarr_format, steps, words):
    """The coordinates of a data set of xarray are read with it."""
    along = {name: np.arange(EDGE) * step for name, step in zip("xyz", steps, strict=True) if step}
    if not steps[2]:
        along["z"] = np.arange(EDGE) ** 2
    data = xr.Dataset({"phase": (AXES, stack)}, coords=along)
    data.to_zarr(tmp_path / "x.zarr", zarr_format=zarr_format, consolidated=False)
    if words is None:
        np.testing.assert_array_equal(open_stack(tmp_path / "x.zarr", "phase")[2], stack[2])
    else:
        with pytest.raises(InputError, match=words):
            open_stack(tmp_path / "x.zarr", "phase")


@pytest.mark.data("structures", "read", "table in another order than the ids of a Zarr stack")
@pytest.mark.parametrize("numbers", [False, True])
def test_rows_of_the_table_follow_the_ids_of_the_stack(tmp_path, stack, numbers):
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
def test_rows_of_another_stack_are_refused(tmp_path, stack):
    """Where some ids are the stack's and others are not, they are not guessed."""
    ids = [f"cell-{place}" for place in range(COUNT)]
    data = xr.Dataset({"phase": (AXES, stack)}, coords={"structure": ids})
    data.to_zarr(tmp_path / "x.zarr", zarr_format=2)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\n".join(["structure", *ids[:-1], "cell-99"]))
    with pytest.raises(InputError, match=r"names 11 of the 12 structures .* but not cell-11"):
        stored(tmp_path / "made", tmp_path / "x.zarr", sheet=sheet)


def test_positions_are_no_ids(tmp_path, stack):
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
def test_a_truncated_chunk_is_refused(tmp_path, stack, layout, length):
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


@pytest.mark.data("structures", "refused", "voxels that an attribute or a mask says are missing")
def test_missing_voxels_are_no_phase(tmp_path, stack):
    """A fill value that voxels hold, and a mask beside, are refused; a mask of nothing is not."""
    array = zarr.create_array(tmp_path / "a.zarr", data=stack)
    array.attrs["_FillValue"] = 1
    with pytest.raises(InputError, match="voxels hold 1, which by the attributes"):
        stored(tmp_path / "made", tmp_path / "a.zarr")
    group = zarr.open_group(tmp_path / "g.zarr", mode="w")
    group.create_array("phase", data=stack)
    mask = group.create_array("mask", data=np.zeros(stack.shape, bool))
    assert open_stack(tmp_path / "g.zarr", "phase").shape == stack.shape
    mask[3, 2, 1, 0] = True
    with pytest.raises(InputError, match="the array 'mask' marks some of the voxels"):
        open_stack(tmp_path / "g.zarr", "phase")


@pytest.mark.data("structures", "refused", "stored numbers that are to be scaled")
def test_coded_numbers_are_no_phases(tmp_path, stack):
    """A scale that would have to be applied is refused."""
    zarr.create_array(tmp_path / "a.zarr", data=stack).attrs["scale_factor"] = 0.5
    with pytest.raises(InputError, match=r"scale_factor is 0\.5"):
        open_stack(tmp_path / "a.zarr", "phase")
