"""What snakemake's own log says of each job: begun, finished, failed, to be tried again."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

BEGUN, FINISHED, FAILED, AGAIN = "begun", "finished", "failed", "again"

CLOCK = re.compile(r"^\s*\[(\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4})\]")
RULE = re.compile(r"^\s*(?:local)?(?:rule|checkpoint) \w+:$")
ERROR = re.compile(r"^\s*Error in (?:rule|group) .*:$")
NUMBER = re.compile(r"^\s+jobid: (\w+)$")
MESSAGE = re.compile(r"^\s+message: (.*)$")
SCHEDULER_LOG = re.compile(r"^\s+log: .*?([^,\s]+/(?:slurm|lsf)_logs/[^,]+?\.log)(?:,| \(check|$)")
SUBMITTED = re.compile(
    r"^Job (\S+) has been submitted with (?:SLURM|LSF) jobid (\S+) \(log: (.*)\)\.$"
)
DONE = re.compile(r"^Finished jobid: (\w+)\b")
TRIED = re.compile(r"^Trying to restart job (\w+)\.$")
STATUS = re.compile(r"returned non-zero exit status (\d+)|died with <Signals\.\w+: (\d+)>")
OUR_LOG = re.compile(r"pspflow --log (\S+)")
SIGNALS = 128
"""A shell adds it to the number of the signal that ended a command."""


@dataclass
class Event:
    """The last that happened to a job."""

    kind: str
    time: float
    """Seconds since the epoch, in steps of one."""
    message: str = ""
    """What snakemake or its plugin says of a failure."""
    scheduler_id: str = ""
    scheduler_log: str = ""


def read_events(path: str) -> tuple[dict[str, Event], dict[str, int]]:
    """Read a log of snakemake.

    Parameters
    ----------
    path
        The log; one that cannot be read says nothing.

    Returns
    -------
    events
        The last event of each job, by its number.
    statuses
        Exit status of each command that failed on this machine, by the log of its stage.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}, {}
    reader = _Reader()
    for line in lines:
        if not reader.read_single(line):
            reader.read_block(line)
    return reader.events, reader.statuses


class _Reader:
    """Reads lines in their order: a time opens a block, in which a job's number stands."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.statuses: dict[str, int] = {}
        self.now, self.kind, self.message, self.number = 0.0, "", "", ""
        self.log = ""

    def read_single(self, line: str) -> bool:
        """Read a line that says all by itself; tell whether it is one."""
        if match := SUBMITTED.match(line):
            if match[1] in self.events:
                self.events[match[1]].scheduler_id = match[2]
                self.events[match[1]].scheduler_log = match[3]
        elif match := DONE.match(line):
            self.events[match[1]] = Event(FINISHED, self.now)
        elif match := TRIED.match(line):
            if match[1] in self.events:
                self.events[match[1]].kind = AGAIN
        elif (match := STATUS.search(line)) and (ours := OUR_LOG.search(line)):
            status = int(match[1]) if match[1] else SIGNALS + int(match[2])
            self.statuses[ours[1].strip("'")] = status
        return match is not None

    def read_block(self, line: str) -> None:
        """Read a line of a block."""
        if match := CLOCK.match(line):
            self.now, self.kind, self.message = _seconds(match[1]), "", ""
            # the error of a group, which names its log, is followed by those of its jobs, indented
            self.log = self.log if line.startswith(" ") else ""
        elif RULE.match(line):
            # there a group lists its jobs as rules
            self.kind = self.kind if self.log else BEGUN
        elif ERROR.match(line):
            self.kind = FAILED
        elif match := MESSAGE.match(line):
            self.message = "" if match[1] == "None" else match[1]
        elif match := SCHEDULER_LOG.match(line):
            self.log = match[1]
            if self.kind == FAILED and self.number in self.events:
                self.events[self.number].scheduler_log = self.log
        elif self.kind and (match := NUMBER.match(line)):
            self.number = match[1]
            self._happened()

    def _happened(self) -> None:
        old = self.events.get(self.number)
        new = Event(self.kind, self.now, self.message, scheduler_log=self.log)
        if old is not None and self.kind == FAILED:
            new.scheduler_id = old.scheduler_id
            new.scheduler_log = self.log or old.scheduler_log
        self.events[self.number] = new


def _seconds(text: str) -> float:
    try:
        return time.mktime(time.strptime(text))
    except ValueError:
        return 0.0
