"""A user's stack of structures: a .npy file or a Zarr array, opened without reading it."""

from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import zarr

from pspflow.errors import InputError
from pspflow.mechanics import check_structure
from pspflow.studies.composite.structures.options import MIN_EDGE, MIN_STRUCTURES


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
    """Open the array at a path, of any shape and type.

    Raises
    ------
    InputError
        If there is none.
    """
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder; correct the path to the stack.")
    return _zarr_array(path, name) if path.is_dir() else _npy_array(path)


def _npy_array(path: Path) -> Stack:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(
            f"{path}: not a .npy file of numbers; save the stack with numpy.save or as Zarr."
        ) from error
    if not isinstance(array, np.ndarray):
        raise InputError(f"{path}: an archive of several arrays; save the stack with numpy.save.")
    return cast("Stack", array)


def _zarr_array(path: Path, name: str) -> Stack:
    try:
        node = zarr.open(path, mode="r")
    except (FileNotFoundError, ValueError, KeyError) as error:
        raise InputError(
            f"{path}: a folder that is no Zarr array or group; correct the path to the stack."
        ) from error
    if isinstance(node, zarr.Group):
        names = sorted(node.array_keys())
        if name not in names:
            raise InputError(
                f"{path}: the group has no array {name!r} (found: "
                f"{', '.join(map(repr, names)) or 'none'}); name yours as the array."
            )
        node = node[name]
    return cast("Stack", node)
