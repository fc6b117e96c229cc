"""One training a card: processes that share a machine claim its GPUs.

A claim is a lock on a file that is named after the card, in the folder of temporary files. The
system ends it with its process, however that ends. The files are only opened for reading and never
removed: so the claims of another user count as well, whose files nobody else may write.
"""

import fcntl
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pspflow.logs import log

SECONDS_BETWEEN_TRIES = 1.0
# a link or a pipe that somebody put there is neither followed nor waited for
OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


@contextmanager
def claimed(cards: Sequence[str]) -> Iterator[int]:
    """Claim the first free card, and keep it until the block or the process ends.

    Where all are claimed, it waits for one and says so, once. Where no card can be locked at all,
    the first is used unclaimed, with a warning.

    Parameters
    ----------
    cards
        Names of the cards of this machine, the same in every process.

    Yields
    ------
    int
        Position of the claimed card among them.
    """
    waited = False
    while True:
        taken, faults = 0, []
        for place, card in enumerate(cards):
            try:
                lock = _lock(lock_file(card))
            except BlockingIOError:
                taken += 1
            except OSError as error:
                faults.append(error)
            else:
                try:
                    yield place
                finally:
                    os.close(lock)
                return
        if not taken:
            log.warning(
                "The GPU is used without asking whether another training uses it: %s", faults[0]
            )
            yield 0
            return
        if not waited:
            log.info("Every GPU of this machine is taken by another training; waiting for one")
            waited = True
        time.sleep(SECONDS_BETWEEN_TRIES)


def lock_file(card: str) -> Path:
    """Locate the file whose lock is the claim on a card."""
    return Path(tempfile.gettempdir()) / f"pspflow-{re.sub(r'[^A-Za-z0-9-]', '_', card)}.lock"


def _lock(path: Path) -> int:
    """Lock a file and return its descriptor; closing it ends the lock.

    Raises
    ------
    BlockingIOError
        If another process has locked it.
    OSError
        If it cannot be locked.
    """
    descriptor = _opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _opened(path: Path) -> int:
    # opened first, then made: systems refuse to "make" what belongs to another user in /tmp
    try:
        return os.open(path, OPEN)
    except FileNotFoundError:
        pass
    try:
        descriptor = os.open(path, OPEN | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:  # another process was faster
        return os.open(path, OPEN)
    os.fchmod(descriptor, 0o644)  # others must be able to open it, whatever the umask
    return descriptor
