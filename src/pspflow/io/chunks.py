"""Whether a Zarr store on disk is complete: Zarr reads a chunk that is lost as zeros."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import zarr

from pspflow.errors import InputError

STORED = "chunk_bytes"
"""Attribute of a store: its files of chunks, and the size of each."""
METADATA = frozenset(("zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata"))


def chunk_sizes(store: Path) -> dict[str, int]:
    """List the files of a store that hold chunks, and their sizes in bytes."""
    return {
        os.path.relpath(file.path, store).replace(os.sep, "/"): file.stat().st_size
        for file in _files(store)
        if file.name not in METADATA and not file.name.startswith(".")
    }


def check_store(store: Path, group: zarr.Group) -> None:
    """Refuse a store of ours that lacks a chunk or a part of one; files are not read.

    Stores that were written before sizes were recorded are not checked.

    Raises
    ------
    InputError
        If a file is lost or has another size.
    """
    recorded = group.attrs.get(STORED)
    if not isinstance(recorded, dict):
        return
    found = {key: _size(f"{store}/{key}") for key in recorded}
    faults = [
        f"{key} is missing" if found[key] is None else f"{key} has {found[key]} bytes of {size}"
        for key, size in recorded.items()
        if found[key] != size
    ]
    if faults:
        raise InputError(
            f"{store}: {len(faults)} of {len(recorded)} files of the store are damaged ("
            f"{faults[0]}); delete it and rerun what makes it, or copy it again."
        )


def check_array(path: Path, array: zarr.Array) -> None:
    """Refuse an array of somebody else's that lacks a chunk; files are listed, not read.

    Whether a chunk was lost, or left out by its writer since it is empty, cannot be told.

    Raises
    ------
    InputError
        If a chunk, or a shard of chunks, is not stored or has no content.
    """
    root = getattr(array.store_path.store, "root", None)
    if root is None:
        return
    found = chunk_sizes(Path(root) / array.path)
    keys = list(_keys(array))
    lost = [key for key in keys if not found.get(key)]
    if lost:
        raise InputError(
            f"{path}: {len(lost)} of the {len(keys)} chunks of its array are not stored (the first "
            f"is {lost[0]}), and would be read as {array.fill_value or 0}; copy the stack again, "
            "or where these chunks are empty by right, write it again with "
            "config={'write_empty_chunks': True}."
        )


def _keys(array: zarr.Array) -> Iterator[str]:
    """Yield the name of each file of an array's chunks, or of its shards."""
    files = array.shards or array.chunks
    counts = [-(-size // step) for size, step in zip(array.shape, files, strict=True)]
    for place in itertools.product(*map(range, counts)):
        yield array.metadata.encode_chunk_key(place)


def _size(file: str) -> int | None:
    """Return the size of a file in bytes, None if there is none."""
    try:
        return os.stat(file).st_size  # noqa: PTH116 - many times faster than by a Path
    except FileNotFoundError:
        return None


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in sorted(entries, key=lambda each: each.name):
        if entry.is_dir():
            yield from _files(Path(entry.path))
        else:
            yield entry
