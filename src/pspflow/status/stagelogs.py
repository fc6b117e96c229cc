"""The log of a stage: where it runs, how it ended, what it said last."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pspflow.logs import ERROR, FINISHED, TIME

START = re.compile(
    r"^\d\d:\d\d:\d\d Started (?P<time>\S+) on (?P<host>\S+), process (?P<process>\d+)"
    r"(?:, \w+=(?P<number>\d+))?"
)
HEAD, TAIL, WHOLE = 400, 1 << 13, 1 << 20
"""Bytes that are read: at the beginning, at the end, and where an error is longer."""


@dataclass(frozen=True)
class StageLog:
    """A log as far as it was written."""

    started: float
    """Seconds since the epoch, as are all times here."""
    written: float
    """When it was last written."""
    last: str
    """What it says last, without the time."""
    host: str = ""
    process: int = 0
    number: str = ""
    """Number of the scheduler's job, empty without a scheduler."""

    @property
    def finished(self) -> bool:
        """Whether the stage reached its end."""
        return self.last.startswith(FINISHED)

    @property
    def error(self) -> str | None:
        """Why it stopped, None if it does not say so; of a traceback, the last line."""
        if not self.last.startswith(ERROR):
            return None
        error = self.last.removeprefix(ERROR)
        return error.splitlines()[-1] if error.startswith("Traceback") else error


def read_stage_log(path: Path) -> StageLog | None:
    """Read a log; None if there is none, or nothing in it."""
    try:
        status = path.stat()
        with path.open("rb") as file:
            head = file.read(HEAD)
            last = _last(file, status.st_size, TAIL) or _last(file, status.st_size, WHOLE)
    except OSError:
        return None
    if not head.strip():
        return None
    match = START.match(head.decode("utf-8", errors="replace"))
    if match is None:
        return StageLog(status.st_mtime, status.st_mtime, last)
    return StageLog(
        datetime.fromisoformat(match["time"]).timestamp(),
        status.st_mtime,
        last,
        match["host"],
        int(match["process"]),
        match["number"] or "",
    )


def _last(file: BinaryIO, size: int, length: int) -> str:
    """Return the last entry, empty if it begins before what is read."""
    file.seek(max(0, size - length))
    text = file.read().decode("utf-8", errors="replace")
    parts = TIME.split(text)
    return parts[-1].strip() if len(parts) > 1 else ""
