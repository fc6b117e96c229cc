"""Axes of a user's stack: taken by their names, and refused where these do not tell."""

import itertools
import logging

import numpy as np
import pytest
import zarr

from pspflow.errors import InputError
from pspflow.mechanics import effective_stiffness
from pspflow.studies.composite.forward.predictions import read_stack
from pspflow.studies.composite.structures.stack import open_stack

COUNT, EDGE = 12, 9
AXES = ("structure", "x", "y", "z")
ORDERS = list(itertools.permutations(range(4)))
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


@pytest.mark.data("structures", "read", "Zarr array with named dimensions, in any order")
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_dimensions_are_taken_by_their_names(tmp_path, stack, order, spelling, write):
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
def test_every_way_to_name_dimensions_is_read(tmp_path, stack, how, order, stored, write):
    """Whoever wrote the names, the artefact has the axes that its dimensions say."""
    path = write(tmp_path / "stack.zarr", stack, AXES, order, how)
    array = stored(tmp_path / "made", path)
    np.testing.assert_array_equal(array[...], stack)
    assert array.metadata.dimension_names == AXES
    read = read_stack(path, "phase", EDGE, (0, 1))
    np.testing.assert_array_equal(read, stack)


def test_fibres_along_z_stay_along_z(tmp_path, write):
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
