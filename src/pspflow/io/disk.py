"""Disks: what they refuse, said in one sentence; and two paths exchanged in one step."""

import ctypes
import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from pspflow.errors import InputError

FULL = "free space there, or write elsewhere, and run again"
CLOSED = "change its permissions, or name another place"
REMEDIES = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: "raise the limit on the size of files, or write elsewhere, and run again",
    errno.EROFS: "name another place to write to",
}
"""Errors of writing, whatever is written, and what a user can do."""
REFUSALS = {errno.EACCES: CLOSED, errno.EPERM: CLOSED}
"""Errors that reading has too: they count where the artefact's own path is refused."""
# safetensors and others write the number into their message only
NUMBER = re.compile(r"(?:os error |\[?errno )(\d+)", re.IGNORECASE)

AT_FDCWD, RENAME_EXCHANGE = -100, 2
"""Constants of Linux: paths are as given; both stay, exchanged."""
CANNOT = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EXDEV)
"""What a system or a network filesystem says that has no such step."""


@contextmanager
def writing(target: Path, staged: Path | None = None) -> Iterator[None]:
    """Name the target if the disk refuses what the block writes.

    Parameters
    ----------
    target
        The file or folder that is made.
    staged
        Where it is written first.

    Raises
    ------
    InputError
        If the disk is full or read-only, or a quota or the largest size of a file is exceeded.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        sentence = refusal(error, target, staged or target)
        if sentence is None:
            raise
        raise InputError(sentence) from error


def refusal(error: BaseException, target: Path, staged: Path) -> str | None:
    """Return what the disk refuses, as a sentence; None where the error is another."""
    number, place = _fault(error)
    if number is None:
        return None
    ours = place is None or place == target.parent or staged in (place, *place.parents)
    remedy = REMEDIES.get(number) or (REFUSALS.get(number) if place and ours else None)
    if remedy is None:
        return None
    return f"{target if ours else place}: it cannot be written ({os.strerror(number)}); {remedy}."


def _fault(error: BaseException | None) -> tuple[int | None, Path | None]:
    """Return the number of an error of the disk, and the path that it names, if any.

    Libraries hide it behind errors of their own: in the cause, or in the words.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno is not None:
            name = error.filename
            return error.errno, Path(os.fsdecode(name)) if isinstance(name, str | bytes) else None
        if found := NUMBER.search(str(error)):
            return int(found[1]), None
        error = error.__cause__ or error.__context__
    return None, None


@cache
def _renameat2() -> Any:
    """Return the function of the C library, None where it has none."""
    try:
        return ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return None


def exchange(one: Path, other: Path) -> bool:
    """Exchange two files or folders of one filesystem; False where the system cannot.

    Raises
    ------
    OSError
        As `os.rename` does; `FileNotFoundError` if one is not there.
    """
    rename = _renameat2()
    if rename is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    if rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))
