"""A user's stack of structures: a .npy file or a Zarr array, opened without reading it."""

import json
import math
import zipfile
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import METADATA as ZARR_JSON
from pspflow.io.chunks import METADATA, check_array
from pspflow.io.digests import check
from pspflow.io.foreign import check_objects
from pspflow.mechanics import check_structure
from pspflow.studies.composite.structures.options import MIN_EDGE, MIN_STRUCTURES
from pspflow.studies.composite.structures.stack_axes import AXES, axis_order, names_of
from pspflow.studies.composite.structures.stack_voxels import (
    check_coding,
    check_cubes,
    check_masks,
    missing_values,
)

HELD_BYTES = 1 << 28
"""Most bytes of structures that are read at once."""


class Stack(Protocol):
    """An array on disk, a structure at a time."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(structures, x, y, z)."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Whole numbers."""

    def __getitem__(self, place: int, /) -> Any:
        """Read one structure."""


def open_stack(path: Path, array: str) -> Stack:
    """Open a stack of structures to learn from, without reading it.

    Raises
    ------
    InputError
        If there is no array at the path, or it is not of shape ``(structures, n, n, n)``, of
        whole numbers, and of enough structures of enough voxels.
    """
    stack = open_array(path, array)
    if len(stack.shape) != 4:
        raise InputError(
            f"{path}: its shape is {stack.shape}; give 4 axes (structure, x, y, z), one structure "
            "included."
        )
    if stack.shape[0] < MIN_STRUCTURES:
        raise InputError(
            f"{path}: it holds {stack.shape[0]} structures; give at least {MIN_STRUCTURES}, so "
            "that some can be held out (networks want hundreds)."
        )
    if stack.dtype.kind not in "bui" or len(set(stack.shape[1:])) > 1:
        # the same is wrong with all of them, but NaN may be in some only
        places = range(stack.shape[0]) if stack.dtype.kind == "f" else ()
        place = next((i for i in places if np.isnan(stack[i]).any()), 0)
        try:
            check_structure(stack[place], np.iinfo(np.int64).max)
        except ValueError as error:
            raise InputError(f"{path} structure {place}: {error}.") from error
    if stack.shape[1] < MIN_EDGE:
        raise InputError(
            f"{path}: its structures have {stack.shape[1]} voxels an edge; give at least "
            f"{MIN_EDGE}, by cutting larger ones or resolving them finer."
        )
    return stack


def open_array(path: Path, name: str) -> Stack:
    """Open the array at a path, of any shape and type; its axes are put in order by their names.

    Raises
    ------
    InputError
        If there is none, it is not complete, its dimensions have names that do not say which is
        which, or it says that its voxels are not cubes or not all known.
    """
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder; correct the path to the stack.")
    return _zarr_array(path, name) if path.is_dir() else _npy_array(path)


def missing_voxels(stack: Stack, structure: np.ndarray) -> str:
    """Say how many voxels of a structure (nx, ny, nz) its stack marks as missing, if any."""
    marked = sorted(stack.missing) if isinstance(stack, _Ordered) else []
    count = int(np.isin(structure, marked).sum()) if marked else 0
    if not count:
        return ""
    return (
        f"{count} of its voxels hold {' or '.join(f'{value:g}' for value in marked)}, which by the "
        "attributes of the stack means that they are missing; give each voxel a phase, or remove "
        "the attribute if this is one"
    )


def ids_of(stack: Stack) -> list[str]:
    """Return the ids that a stack has for its structures, as coordinates of their axis; or none."""
    return stack.ids if isinstance(stack, _Ordered) else []


class _Ordered:
    """A Zarr array with its axes in the order of the study.

    Structures are read as many at once as one chunk holds, since that is decoded as a whole.
    """

    def __init__(
        self, path: Path, array: zarr.Array, order: tuple[int, ...], ids: list[str]
    ) -> None:
        self._path, self._array, self._order = path, array, order
        self.shape = tuple(array.shape[place] for place in order)
        self.dtype = np.dtype(array.dtype)
        self.missing, self.ids = missing_values(array), ids
        bytes_each = max(1, math.prod(self.shape[1:]) * self.dtype.itemsize)
        self._step = max(1, min(array.chunks[order[0]], HELD_BYTES // bytes_each))
        self._first, self._held = 0, np.empty((0,))

    def __getitem__(self, place: int) -> np.ndarray:
        """Read one structure."""
        if not self._first <= place < self._first + len(self._held):
            self._first = place - place % self._step
            self._held = self._read(self._first, min(self._first + self._step, self.shape[0]))
        return self._held[place - self._first]

    def _read(self, first: int, end: int) -> np.ndarray:
        # dimensions beyond those of a stack have length 1
        parts = [
            slice(first, end)
            if place == self._order[0]
            else slice(None)
            if place in self._order
            else 0
            for place in range(len(self._array.shape))
        ]
        kept = sorted(self._order)
        try:
            values = np.asarray(self._array[tuple(parts)])
        except Exception as error:  # every codec has errors of its own
            raise InputError(
                f"{self._path} structure {first}: its chunk cannot be read ({error}); it is "
                "damaged or cut short, so copy the stack again."
            ) from error
        return values.transpose([kept.index(place) for place in self._order])


def _npy_array(path: Path) -> Stack:
    _check_npy(path)
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(
            f"{path}: not a .npy file of numbers; save the stack with numpy.save or as Zarr."
        ) from error
    if not isinstance(array, np.ndarray):
        raise InputError(f"{path}: an archive of {_archived(path)}.")
    return cast("Stack", array)


def _archived(path: Path) -> str:
    """Say what a zip file holds, and what to do with it."""
    with zipfile.ZipFile(path) as archive:
        names = {name.rpartition("/")[2] for name in archive.namelist()}
    if names & METADATA:
        return "a Zarr store; unpack it, and give the folder"
    return "several arrays; save the stack with numpy.save"


def _check_npy(path: Path) -> None:
    """Refuse a .npy file that is shorter or longer than its header says, and a pickle."""
    magic = np.lib.format.MAGIC_PREFIX
    with path.open("rb") as file:
        start = file.read(len(magic))
    if start.startswith(b"\x80"):
        raise InputError(
            f"{path}: a pickle, as masked arrays are dumped, and it is not opened since it may run "
            "code; give each voxel a phase, and save the stack with numpy.save."
        )
    try:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            header = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = header(file)
            begin = file.tell()
    except (ValueError, OSError, EOFError) as error:
        if magic.startswith(start):
            where = "has a header that cannot be read" if start else "is empty"
            raise InputError(
                f"{path}: the file {where}, as where it is cut short; copy or save it again."
            ) from error
        return  # what it is instead is said by its reader
    if dtype.hasobject:
        return
    promised, held = math.prod(shape) * dtype.itemsize, path.stat().st_size - begin
    if held < promised:
        raise InputError(
            f"{path}: the file is cut short: its header promises {promised} bytes of values, and "
            f"it has {held}; copy or save it again."
        )
    if held > promised:
        raise InputError(
            f"{path}: {held - promised} bytes follow its array of shape {shape}, as where several "
            "are saved into one file; save the stack as one array with numpy.save."
        )


def _zarr_array(path: Path, name: str) -> Stack:
    check_objects(path, name)
    if (path / ZARR_JSON).is_file():
        check(path / ZARR_JSON, path)  # it may be one of ours
    try:
        node = zarr.open(path, mode="r")
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}: its metadata are cut short or damaged ({error}); copy the stack again."
        ) from error
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: a folder that is no Zarr array or group; correct the path to the stack."
        ) from error
    if isinstance(node, zarr.Group):
        group: zarr.Group | None = node
        names = sorted(node.array_keys())
        if name not in names:
            raise InputError(
                f"{path}: the group has no array {name!r} (found: "
                f"{', '.join(map(repr, names)) or 'none'}); name yours as the array."
            )
        array = cast("zarr.Array", node[name])
    else:
        group, array = _group_around(path), node
    check_array(path, array)
    if len(array.shape) < len(AXES):
        return cast("Stack", array)
    order = axis_order(path, array, group)
    if order is None and len(array.shape) > len(AXES):
        return cast("Stack", array)
    check_cubes(path, array, group)
    check_coding(path, array)
    check_masks(path, array, group)
    order = order or tuple(range(len(AXES)))
    named = names_of(array, group)
    ids = _coordinates(group, named[order[0]], array.shape[order[0]]) if named else []
    return _Ordered(path, array, order, ids)


def _coordinates(group: zarr.Group | None, name: str, count: int) -> list[str]:
    """Return the values of the array that belongs to a dimension, as text, if it has one."""
    if group is None or name not in set(group.array_keys()):
        return []
    held = group[name]
    if not isinstance(held, zarr.Array) or held.shape != (count,) or held.dtype.kind not in "iuUTO":
        return []
    return [str(value).strip() for value in np.asarray(held[...]).tolist()]


def _group_around(path: Path) -> zarr.Group | None:
    """Open the group that holds an array, which may say what its axes are."""
    try:
        return zarr.open_group(path.resolve().parent, mode="r")
    except (FileNotFoundError, ValueError, KeyError):
        return None
