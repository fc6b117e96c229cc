"""Stores of strangers: their metadata are read as text before any codec sees them.

Zarr of version 2 holds Python objects where the type of an array is `object`. Text is such an
object, with a codec of its own; the codec `pickle` runs whatever code the file holds.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pspflow.errors import InputError

METADATA = ("zarr.json", ".zmetadata", ".zarray", ".zgroup")
TEXTS = frozenset(("vlen-utf8", "vlen-bytes"))
"""Codecs of objects that hold text and bytes alone."""
CODECS = ("compressor", "filters", "codecs", "index_codecs")


def check_objects(path: Path, name: str = "") -> None:
    """Refuse a Zarr array or group that holds objects, or a codec that runs code.

    Parameters
    ----------
    path
        Its folder; the groups and arrays in it are looked at, and the group that it lies in.
    name
        Path in it of the array that is read.

    Raises
    ------
    InputError
        If there is such an array, or metadata are nested too deeply to be read.
    """
    folders = [*_folders(path), path / name]
    if any((path.resolve().parent / each).is_file() for each in METADATA):
        folders += _folders(path.resolve().parent)
    for folder in folders:
        for file in (folder / each for each in METADATA):
            try:
                fault = next(_faults(json.loads(file.read_text(encoding="utf-8"))), None)
            except RecursionError as error:
                raise InputError(
                    f"{path}: {file.name} is nested too deeply; save the stack again."
                ) from error
            except (OSError, ValueError):
                continue  # it is not there, or its reader says what it is
            if fault:
                raise InputError(
                    f"{path}: {file.relative_to(folder.parent)} has {fault}, which may run code, "
                    "so it is not opened; save the stack as an array of whole numbers."
                )


def _folders(folder: Path) -> Iterator[Path]:
    """Yield the folder and those in it that have metadata; folders of chunks have none."""
    yield folder
    try:
        inside = [each for each in folder.iterdir() if each.is_dir()]
    except OSError:
        return
    for each in inside:
        if any((each / name).is_file() for name in METADATA):
            yield from _folders(each)


def _faults(value: Any) -> Iterator[str]:
    """Find what may run code in metadata, consolidated or not; attributes are left out."""
    if isinstance(value, list):
        for each in value:
            yield from _faults(each)
    if not isinstance(value, dict):
        return
    codecs = [codec for key in CODECS for codec in _codecs(value.get(key))]
    yield from (f"the codec {each!r}" for each in codecs if "pickle" in each.casefold())
    if _has_objects(value.get("dtype")) and not TEXTS & set(codecs):
        yield "an array of Python objects"
    for key, each in value.items():
        if key != "attributes" and not key.endswith(".zattrs"):
            yield from _faults(each)


def _codecs(value: Any) -> Iterator[str]:
    """Yield the names of codecs, also of those within others."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            yield str(each.get("id", each.get("name", "")))
            yield from _codecs(list(each.values()))
        elif isinstance(each, list):
            yield from _codecs(each)


def _has_objects(dtype: Any) -> bool:
    """Return whether a type of version 2, of fields too, is or has `object`."""
    if isinstance(dtype, list):
        return any(map(_has_objects, dtype))
    return isinstance(dtype, str) and dtype.lstrip("|<>=") in ("O", "O8", "object")
