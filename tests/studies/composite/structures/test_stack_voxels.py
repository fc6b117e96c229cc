"""Voxels of a user's stack: cubes that all hold a phase."""

import numpy as np
import pytest
import xarray as xr
import zarr

from pspflow.errors import InputError
from pspflow.studies.composite.structures.stack import open_stack

COUNT, EDGE = 12, 9
AXES = ("structure", "x", "y", "z")


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


@pytest.mark.data("structures", "refused", "voxels that an attribute or a mask says are missing")
def test_missing_voxels_are_no_phase(tmp_path, stack, stored):
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
