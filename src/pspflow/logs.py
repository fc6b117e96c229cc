"""What a person sees while a stage runs: log lines, and a progress bar on long work."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

Item = TypeVar("Item")
SECONDS_BETWEEN_LINES = 30.0

log = logging.getLogger("pspflow")


def configure(log_file: Path | None) -> None:
    """Send log lines to the terminal and, where one is named, to a file.

    Both, because a rule's log is what is read afterwards, and the terminal is where a person
    must see why a job stopped.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if log_file is not None:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(log_file, mode="w", encoding="utf-8"))
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", handlers=handlers
    )


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
        What is worked on.
    total
        How many units of work they hold together.
    task
        What is being done, `persistence images` for example.
    unit
        The name of one unit, `chip` for example.
    size
        Units that one item holds.
    """
    started = said = time.monotonic()
    done = 0
    # disable=None: no bar where the output is a file, as in a cluster's job log
    bar = tqdm(total=total, desc=task, unit=unit, disable=None, leave=False)
    with logging_redirect_tqdm(), bar:
        for item in items:
            yield item
            bar.update(size(item))
            done += size(item)
            now = time.monotonic()
            if now - said > SECONDS_BETWEEN_LINES:
                said = now
                log.info("%s: %d of %d (%.1f/s)", task, done, total, done / (now - started))
