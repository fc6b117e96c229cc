"""Arrays between stages: Zarr v3 with named dimensions and units, which xarray reads directly."""

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import zarr
from zarr.codecs import ZstdCodec

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.chunks import STORED, check_store, chunk_sizes
from pspflow.io.digests import KEY, PLACEHOLDER, check, check_field, damaged, seal

CHUNK_BYTES = 2 << 20
SHARD_BYTES = 64 << 20
METADATA = "zarr.json"
COMPRESSION = ZstdCodec(level=0, checksum=True)


@contextmanager
def new_store(path: Path, provenance: Provenance) -> Iterator[zarr.Group]:
    """Yield a new Zarr group that becomes the store at `path` when the block succeeds."""
    with replacing(path) as staged:
        group = zarr.open_group(staged, mode="w", zarr_format=3)
        group.attrs["provenance"] = provenance.as_dict()
        yield group
        group.attrs.update({STORED: chunk_sizes(staged), KEY: PLACEHOLDER})
        with warnings.catch_warnings():
            # Zarr 3 warns that its specification lacks the metadata that xarray looks for first
            warnings.simplefilter("ignore", zarr.errors.ZarrUserWarning)
            zarr.consolidate_metadata(group.store)
        # it holds the metadata of all arrays; their chunks have checksums
        seal(staged / METADATA)


def open_store(path: Path) -> zarr.Group:
    """Open a store for reading, if it is complete.

    Raises
    ------
    InputError
        If there is no store, or one that lacks a chunk or a part of one, or is damaged otherwise.
    """
    try:
        sealed = check(path / METADATA, path)
        group = zarr.open_group(path, mode="r", zarr_format=3)
    except (FileNotFoundError, NotADirectoryError) as error:
        # another folder, named by mistake, is not to be deleted
        if any(path.glob(f"*/{METADATA}")):
            raise damaged(path, f"its {METADATA} is not there") from error
        raise InputError(f"{path}: there is no store; rerun what makes it.") from error
    except InputError:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, f"zarr.json cannot be read: {error}") from error
    check_field(path, group.attrs, sealed)
    check_store(path, group)
    return group


def get_array(group: zarr.Group, name: str) -> zarr.Array:
    """Return an array of a store by name; its values are read when it is indexed."""
    array = group[name]
    if not isinstance(array, zarr.Array):
        raise TypeError(f"{name} is a group")
    return array


def read_values(group: zarr.Group, name: str) -> np.ndarray:
    """Read a whole array of a store, in its shape and dtype.

    Raises
    ------
    InputError
        If its content is damaged.
    """
    array = get_array(group, name)
    with reading(array):
        return np.asarray(array[...])


@contextmanager
def reading(array: zarr.Array) -> Iterator[None]:
    """Read values of an array of a store in the block, and name the store if they are damaged.

    Raises
    ------
    InputError
        If a chunk does not fit its checksum, or cannot be read.
    """
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        place = str(array.store_path).removeprefix("file://")
        raise damaged(Path(place), error) from error


def provenance_of(group: zarr.Group) -> dict[str, Any]:
    """Return the provenance record of a store."""
    return cast("dict[str, Any]", group.attrs["provenance"])


def add_array(
    group: zarr.Group,
    name: str,
    shape: tuple[int, ...],
    dtype: np.dtype[Any] | type,
    dims: Sequence[str],
    units: str,
) -> zarr.Array:
    """Add an array, chunked into shards of at most 64 MiB.

    Chunks of zeros are stored too, so that one that is not there is lost; and each has a checksum.

    Chunks and shards are bands along the first axis. Where one row is larger than a shard, as in
    a set of large volumes, they are bands along the first axis whose rows are small enough.

    Parameters
    ----------
    group
        Group that receives the array.
    name
        Its name.
    shape, dtype
        Its shape and type.
    dims
        One name per axis.
    units
        Unit of its values; `1` for dimensionless values.
    """
    chunks, shards = _bands(shape, np.dtype(dtype).itemsize)
    array = group.create_array(
        name,
        shape=shape,
        dtype=dtype,
        chunks=chunks,
        shards=shards,
        dimension_names=list(dims),
        compressors=COMPRESSION,
        config={"write_empty_chunks": True},
    )
    array.attrs["units"] = units
    return array


class RowWriter:
    """Writes the rows of a new array as they come, holding as many as one of its shards takes.

    Parameters
    ----------
    array
        Shape ``(n, ...)``, as `add_array` makes it.
    """

    def __init__(self, array: zarr.Array) -> None:
        self._array = array
        self._held = np.empty(((array.shards or array.chunks)[0], *array.shape[1:]), array.dtype)
        self._written = self._waiting = 0

    @refuses_masks
    def add(self, rows: np.ndarray) -> None:
        """Take further rows, shape ``(m, ...)``; what does not fill a shard waits."""
        while len(rows):
            taken = rows[: len(self._held) - self._waiting]
            self._held[self._waiting : self._waiting + len(taken)] = taken
            self._waiting += len(taken)
            rows = rows[len(taken) :]
            if self._waiting == len(self._held):
                self.flush()

    def flush(self) -> None:
        """Write what waits; to be called when the last rows have been added."""
        if self._waiting:
            end = self._written + self._waiting
            self._array[self._written : end] = self._held[: self._waiting]
            self._written, self._waiting = end, 0


@refuses_masks
def put_array(
    group: zarr.Group, name: str, values: np.ndarray, dims: Sequence[str], units: str
) -> None:
    """Add an array with its values; `dims` and `units` as in `add_array`."""
    add_array(group, name, values.shape, values.dtype, dims, units)[...] = values


def concatenate(sources: Sequence[zarr.Array], group: zarr.Group) -> None:
    """Join arrays along their first axis into a new one of the same name, one shard at a time."""
    first = sources[0]
    lengths = [source.shape[0] for source in sources]
    shape = (sum(lengths), *first.shape[1:])
    dims = cast("list[str]", first.metadata.to_dict()["dimension_names"])
    target = add_array(group, first.basename, shape, first.dtype, dims, str(first.attrs["units"]))
    step = _bands(shape, first.dtype.itemsize)[1][0]
    starts = np.cumsum([0, *lengths[:-1]])
    for low in range(0, shape[0], step):
        high = min(low + step, shape[0])
        pieces = []
        for source, start, length in zip(sources, starts, lengths, strict=True):
            if start < high and start + length > low:
                with reading(source):
                    pieces.append(source[max(low - start, 0) : high - start])
        target[low:high] = np.concatenate(pieces)


def _bands(shape: tuple[int, ...], itemsize: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of a chunk and of a shard."""
    length, *row = (max(1, size) for size in shape)
    row_bytes = math.prod(row) * itemsize
    if row and row_bytes > SHARD_BYTES:
        chunks, shards = _bands(tuple(row), itemsize)
        return (1, *chunks), (1, *shards)
    chunk = min(max(1, CHUNK_BYTES // row_bytes), length)
    most = max(1, SHARD_BYTES // (chunk * row_bytes))
    needed = -(-length // chunk)
    return (chunk, *row), (chunk * min(most, needed), *row)
