"""Digests: every artefact holds one of its own content, so that damage is noticed when it is read.

The digest lies inside the file, where the format has room for text: in the footer of a table, the
header of a file of weights, a field of JSON. A placeholder of the same length is written first;
`seal` finds it and fills it in. The digest is that of the file with the placeholder, so that
nothing else needs to be known of the format.
"""

import hashlib
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pspflow.errors import InputError

MARK = b"pspflow-digest:"
DIGEST_BYTES = 16
EMPTY = b"0" * (2 * DIGEST_BYTES)
PLACEHOLDER = (MARK + EMPTY).decode()
"""What a writer puts into the text fields of a file, once, before it is sealed."""
KEY = "digest"
"""Name of the field, where the format has names."""
READ_BYTES = 1 << 20
REMEDY = "delete it and rerun what makes it, or copy it again"


def seal(path: Path) -> None:
    """Fill in the placeholder of a file with the digest of its content.

    Raises
    ------
    ValueError
        If it has no placeholder, or is sealed.
    """
    with path.open("r+b") as file:
        place = _find(file)
        if place is None or _at(file, place) != EMPTY:
            raise ValueError(f"{path}: it has no placeholder of a digest")
        digest = _digest(file, place)
        file.seek(place)
        file.write(digest)


def check(path: Path, artefact: Path | None = None) -> bool:
    """Refuse a file of ours that holds something else than was written.

    Files without a seal are left alone: those of users, and of older versions. Who reads the field
    `digest` in such a file asks `check_field` too.

    Parameters
    ----------
    path
        The sealed file.
    artefact
        What is named and to be deleted, if it is more than this file.

    Returns
    -------
    bool
        Whether it has a seal.

    Raises
    ------
    InputError
        If the content does not fit the digest.
    """
    with path.open("rb") as file:
        place = _find(file)
        if place is None or _at(file, place) == _digest(file, place):
            return place is not None
    raise damaged(artefact or path, "its digest is not that of its content")


def check_field(path: Path, fields: Container[Any], sealed: bool) -> None:
    """Refuse a file that has the field of a digest, and no seal: the seal itself is damaged.

    Parameters
    ----------
    path
        The artefact.
    fields
        Names of its fields.
    sealed
        What `check` returned.

    Raises
    ------
    InputError
        If it is so.
    """
    if not sealed and (KEY in fields or KEY.encode() in fields):
        raise damaged(path, "its digest cannot be read")


def damaged(path: Path, why: object) -> InputError:
    """Return the error that names a damaged artefact and what to do; `why` is an error or words."""
    words = " ".join(str(why).split()).rstrip(".")
    if len(words) > 200:
        words = f"{words[:200]} …"
    return InputError(f"{path}: it is damaged or cut short ({words}); {REMEDY}.")


def _find(file: BinaryIO) -> int | None:
    """Return where the digest starts, None if the file has none."""
    start, kept = 0, b""
    for block in _blocks(file):
        held = kept + block
        if (place := held.find(MARK)) >= 0:
            return start + place + len(MARK)
        # the mark may lie across the border of two blocks
        kept = held[-len(MARK) + 1 :]
        start += len(held) - len(kept)
    return None


def _at(file: BinaryIO, place: int) -> bytes:
    """Read the digest."""
    file.seek(place)
    return file.read(len(EMPTY))


def _digest(file: BinaryIO, place: int) -> bytes:
    """Return the digest, as hexadecimal digits, of the file with its placeholder."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    at = 0
    for block in _blocks(file):
        low, high = max(place - at, 0), place + len(EMPTY) - at
        if low < len(block) and high > 0:
            filled = bytearray(block)
            end = min(high, len(block))
            filled[low:end] = b"0" * (end - low)
            digest.update(filled)
        else:
            digest.update(block)
        at += len(block)
    return digest.hexdigest().encode()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a file from its start.

    It is read and not mapped into memory: where a disk fails under a mapped file, the process is
    killed without a word.
    """
    file.seek(0)
    while block := file.read(READ_BYTES):
        yield block
