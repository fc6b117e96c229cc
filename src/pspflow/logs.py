"""Messages while a stage runs: log lines, and a progress bar for long work at a terminal."""

import logging
import os
import re
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

if TYPE_CHECKING:
    import pandas as pd

Item = TypeVar("Item")
SECONDS_BETWEEN_LINES = 30.0

TIME = re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE)
WARNING, ERROR = "Warning: ", "Error: "
STARTED, FINISHED = "Started ", "Finished in "
SCHEDULERS = ("SLURM_JOB_ID", "LSB_JOBID")
"""Variables in which schedulers tell a job its number."""

log = logging.getLogger("pspflow")


class _Lines(logging.Formatter):
    """Time and message, and before the message whether it is a warning or an error."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        record.mark = {logging.WARNING: WARNING, logging.ERROR: ERROR}.get(record.levelno, "")
        return super().formatMessage(record)


class _File(logging.FileHandler):
    """A log that ends, with a warning on the terminal, where its disk takes no more."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base's name
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        logging.getLogger().removeHandler(self)
        for handler in logging.getLogger().handlers:
            handler.setLevel(logging.INFO)  # what follows is said on the terminal
        log.warning("%s: the log ends here (%s)", self.baseFilename, error.strerror)

    def close(self) -> None:
        # what could not be written is tried again
        with suppress(OSError):
            super().close()


def configure(log_file: Path | None) -> None:
    """Send log lines to the terminal or, where one is named, to a file.

    Warnings and errors go to both: many jobs of a run share its terminal, which must show why one
    of them stopped.
    """
    lines = _Lines("%(asctime)s %(mark)s%(message)s", "%H:%M:%S")
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setFormatter(lines)
    # the terminal first: it says why there is no file
    logging.basicConfig(level=logging.INFO, handlers=[terminal])
    if log_file is not None:
        terminal.setLevel(logging.WARNING)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        file = _File(log_file, mode="w", encoding="utf-8")
        file.setFormatter(lines)
        logging.getLogger().addHandler(file)


def note(text: str) -> None:
    """Write a line into the log file alone: what a person at a terminal knows."""
    for handler in _files():
        handler.handle(log.makeRecord(log.name, logging.INFO, "", 0, text, (), None))


def _files() -> list[logging.Handler]:
    return [each for each in logging.getLogger().handlers if isinstance(each, logging.FileHandler)]


@contextmanager
def noted() -> Iterator[None]:
    """Note when and where a stage starts, and at its end how long it took.

    A log without such an end, whose process is gone, is that of a job that was killed.
    """
    began = time.monotonic()
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    jobs = [f", {name}={os.environ[name]}" for name in SCHEDULERS if os.environ.get(name)]
    note(f"{STARTED}{now} on {socket.gethostname()}, process {os.getpid()}{''.join(jobs)}")
    yield
    note(f"{FINISHED}{time.monotonic() - began:.0f} s")


def log_table(table: "pd.DataFrame") -> None:
    """Say a table, one line per row."""
    for line in table.to_string(index=False).splitlines():
        log.info("%s", line)


def progress(
    items: Iterable[Item],
    total: int,
    task: str,
    unit: str,
    size: Callable[[Item], int] = lambda _: 1,
) -> Iterator[Item]:
    """Yield the items, with a bar on a terminal and a log line every half minute elsewhere.

    Parameters
    ----------
    items
        The items to work on.
    total
        Number of units in all items together.
    task
        Name of the work, for example `persistence images`.
    unit
        Name of one unit, for example `chip`.
    size
        Returns the number of units in one item.
    """
    started = logged = time.monotonic()
    done = 0
    # None: no bar where the output is a file, as in a cluster's job log; nor do the jobs of a run,
    # which share a terminal, draw any
    disable = True if _files() else None
    bar = tqdm(total=total, desc=task, unit=unit, disable=disable, leave=False)
    # the handler that leaves a bar's line free knows no level, and would show what is in the log
    redirected = nullcontext() if bar.disable else logging_redirect_tqdm()
    with redirected, bar:
        for item in items:
            yield item
            bar.update(size(item))
            done += size(item)
            now = time.monotonic()
            if now - logged > SECONDS_BETWEEN_LINES:
                logged = now
                log.info("%s: %d of %d (%.1f/s)", task, done, total, done / (now - started))
