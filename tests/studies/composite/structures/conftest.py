"""What the tests of a user's stack share."""

import json

import numpy as np
import pytest
import xarray as xr
import zarr

from pspflow.io.arrays import get_array, open_store
from pspflow.studies.composite.structures.stages.import_structures import import_structures

COUNT, EDGE = 12, 9
MODULI = "phase,young_gpa,poisson\n0,2.4,0.3\n1,120,0.3\n"


@pytest.fixture(scope="module")
def stack():
    """Return structures (12, 9, 9, 9) uint8 that no exchange of axes leaves as they are."""
    return np.random.default_rng(0).integers(0, 2, (COUNT, EDGE, EDGE, EDGE), dtype=np.uint8)


@pytest.fixture
def stored():
    """Return a function that imports a stack, and returns the array that is stored."""
    return _stored


@pytest.fixture
def write():
    """Return a function that writes a stack with its axes in an order, named in some way."""
    return _write


def _stored(folder, path, array="phase", sheet=None):
    folder.mkdir(exist_ok=True)
    (folder / "moduli.csv").write_text(MODULI)
    paths = {key: folder / key for key in ("structures", "table", "phases")}
    import_structures(stack=path, moduli=folder / "moduli.csv", **paths, array=array, sheet=sheet)
    return get_array(open_store(paths["structures"]), "phase")


def _write(path, stack, names, order, how="v3"):
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
