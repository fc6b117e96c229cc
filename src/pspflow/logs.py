"""Messages while a stage runs: log lines, and a progress bar for long work."""

import logging
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
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
        log.warning("%s: the log ends here (%s)", self.baseFilename, error.strerror)

    def close(self) -> None:
        # what could not be written is tried again
        with suppress(OSError):
            super().close()


def configure(log_file: Path | None) -> None:
    """Send log lines to the terminal and, where one is named, to a file.

    Both are needed: a rule's log is read afterwards, and the terminal must show why a job
    stopped.
    """
    lines = _Lines("%(asctime)s %(mark)s%(message)s", "%H:%M:%S")
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setFormatter(lines)
    # the terminal first: it says why there is no file
    logging.basicConfig(level=logging.INFO, handlers=[terminal])
    if log_file is not None:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        file = _File(log_file, mode="w", encoding="utf-8")
        file.setFormatter(lines)
        logging.getLogger().addHandler(file)


def last_errors(folder: Path, since: float) -> dict[str, Path]:
    """Collect the errors with which logs end: why the jobs of a run failed.

    Parameters
    ----------
    folder
        Folder of the run; the logs lie anywhere in it.
    since
        Time in seconds since the epoch; logs that were written before are left out.

    Returns
    -------
    dict
        Each error once, and the first log that ends with it. Of a traceback, its last line.
    """
    errors: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.log")):
        if path.stat().st_mtime < since:
            continue
        last = TIME.split(path.read_text(encoding="utf-8", errors="replace"))[-1].strip()
        if last.startswith(ERROR):
            error = last.removeprefix(ERROR)
            if error.startswith("Traceback"):
                error = error.splitlines()[-1]
            errors.setdefault(error, path)
    return errors


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
    # disable=None: no bar where the output is a file, as in a cluster's job log
    bar = tqdm(total=total, desc=task, unit=unit, disable=None, leave=False)
    with logging_redirect_tqdm(), bar:
        for item in items:
            yield item
            bar.update(size(item))
            done += size(item)
            now = time.monotonic()
            if now - logged > SECONDS_BETWEEN_LINES:
                logged = now
                log.info("%s: %d of %d (%.1f/s)", task, done, total, done / (now - started))
