"""Resume files: what an unfinished stage keeps on disk, so that it goes on after a kill.

A job that still runs when it is submitted again shares this folder with its successor, on whichever
machine, without locks: each writes whole files under names of its own and renames them, and the
first to end removes the folder. Neither may rely on finding a file again that it has written.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pspflow.errors import InputError
from pspflow.io.artefacts import replacing

Result = TypeVar("Result")
TRIES = 100


def again(work: Callable[[], Result], folder: Path) -> Result:
    """Do some work in a resume folder, once more whenever another process removes it meanwhile.

    Parameters
    ----------
    work
        Makes the folder where it needs it; a `FileNotFoundError` says that it was removed.
    folder
        The folder, which messages name.

    Raises
    ------
    InputError
        If the folder is removed every time.
    """
    for _ in range(TRIES):
        try:
            return work()
        except FileNotFoundError:
            continue
    raise InputError(
        f"{folder}: the folder is removed again and again while this job keeps files in it; stop "
        "what removes it, and start the job again."
    )


def keep(path: Path, write: Callable[[Path], object]) -> None:
    """Write a resume file, whole or not at all.

    Parameters
    ----------
    path
        The file to make or replace.
    write
        Writes it under the name that it is given.

    Raises
    ------
    InputError
        If it cannot be written, as on a full disk; the one before stays.
    """

    def work() -> None:
        with replacing(path) as staged:
            write(staged)

    again(work, path.parent)


def forget(folder: Path) -> None:
    """Remove the resume folder of a stage that has ended, and those of other records beside it.

    Another process may write into them, or remove them, at this moment.
    """
    shutil.rmtree(folder.parent, ignore_errors=True)
