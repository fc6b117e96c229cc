"""Messages while a stage runs: log lines, and a progress bar for long work."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

if TYPE_CHECKING:
    import pandas as pd

Item = TypeVar("Item")
SECONDS_BETWEEN_LINES = 30.0

log = logging.getLogger("pspflow")


def configure(log_file: Path | None) -> None:
    """Send log lines to the terminal and, where one is named, to a file.

    Both are needed: a rule's log is read afterwards, and the terminal must show why a job
    stopped.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if log_file is not None:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(log_file, mode="w", encoding="utf-8"))
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", handlers=handlers
    )


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
