"""One line a minute while snakemake runs: what is done, what runs, how long the rest will take."""

import logging
import os
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pspflow.status.forecast import Forecast, forecast
from pspflow.status.page import duration
from pspflow.status.plan import Job
from pspflow.status.stagelogs import read_stage_log
from pspflow.status.states import RESOLUTION
from pspflow.status.work import Task, earlier_seconds, limits_of, planned_tasks, read_seconds

SECONDS = "PSPFLOW_SECONDS_BETWEEN_LINES"
"""Variable by which tests ask for lines more often."""
MINUTE = 60.0
NAMED = 3
"""Running jobs that a line names."""
SNAKEMAKE, TERMINAL = "snakemake.logging", "DefaultStreamHandler"
"""Names of snakemake's logger, and of its handler that writes to the terminal."""
# events of snakemake's log records
BEGUN, ENDED, FAILED = "job_info", "job_finished", "job_error"
OF_JOBS = {BEGUN, ENDED, "job_started", "progress", "group_info"}
NUMBERS = {BEGUN: "jobid", ENDED: "job_id", FAILED: "jobid"}
"""The field of each in which the job's number stands."""
SELECTS, TRIES = "Select jobs to execute", re.compile(r"Trying to restart job (\w+)\.")
SO_FAR = re.compile(r"^.*?\b\d+ of \d+\b")


def without_jobs(record: logging.LogRecord) -> bool:
    """Leave out what snakemake says of each job that begins or ends: lists of all its files."""
    event = getattr(record, "event", None)
    return event not in OF_JOBS and not str(record.msg).startswith(SELECTS)


class Watch(logging.Handler):
    """Follows the jobs of one snakemake by what it logs, and says a line a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._noting = threading.Lock()
        self._stopped = threading.Event()
        self._quietness: Any = None
        self._root = Path()
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, Task] = {}
        self._needed: set[str] = set()
        self._limits: dict[str, int] = {}
        self._local, self._goes_on = True, False
        self._start = time.time()
        self._earlier: dict[str, float] = {}
        self._begun: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._failed: set[str] = set()

    def start(self, workflow: Any, jobs: Iterable[Job]) -> None:
        """Say the first line, and go on until `stop`.

        Snakemake's blocks on each job go to its log alone from now on, unless it was called with
        --printshellcmds or --verbose: a line a minute would not be seen among them.

        Parameters
        ----------
        workflow
            Snakemake's, as its `onstart` finds it.
        jobs
            Every job that has a log.
        """
        from snakemake.settings.enums import Quietness  # noqa: PLC0415 - imported by the caller

        self._quietness = Quietness.PROGRESS
        self._root = Path.cwd()
        self._limits = limits_of(workflow)
        self._tasks = {task.number: task for task in planned_tasks(workflow.dag, self._limits)}
        self._needed = {number for number, task in self._tasks.items() if task.needed}
        self._jobs = {job.number: job for job in jobs}
        self._local = workflow.local_exec
        self._goes_on = workflow.execution_settings.keep_going
        self._earlier = earlier_seconds(self._tasks.values(), self._root)
        logger = logging.getLogger(SNAKEMAKE)
        settings = workflow.output_settings
        if not (settings.printshellcmds or settings.verbose):
            for handler in logger.handlers:
                if handler.name == TERMINAL:
                    handler.addFilter(without_jobs)
        logger.addHandler(self)
        threading.Thread(target=self._say, name="watch", daemon=True).start()

    def stop(self) -> None:
        """Say no more."""
        self._stopped.set()
        logging.getLogger(SNAKEMAKE).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Note what happens to a job."""
        again = TRIES.match(str(record.msg))
        event = "again" if again else getattr(record, "event", None)
        number = again[1] if again else str(getattr(record, NUMBERS.get(str(event), ""), ""))
        if number not in self._needed:
            return
        now = time.time()
        with self._noting:
            if event == BEGUN:
                self._begun[number] = now
                self._failed.discard(number)
            elif event == ENDED:
                self._ended[number] = self._took(number, now - self._begun.pop(number, now))
            elif event == FAILED:
                self._begun.pop(number, None)
                self._failed.add(number)
            else:
                self._failed.discard(number)

    def line(self, now: float) -> str:
        """Write the line of a moment, in seconds since the epoch."""
        with self._noting:
            begun, ended, failed = dict(self._begun), dict(self._ended), set(self._failed)
        seconds, said = self._running(begun, now)
        parts = [f"{len(ended)} of {len(self._needed)} jobs done"]
        if failed:
            parts.append(f"{len(failed)} failed")
        parts.append(f"{duration(now - self._start)} so far")
        if failed and not self._goes_on:
            parts.append("no further job starts")
        else:
            tasks = without(self._tasks, failed)
            left = forecast(tasks, ended, self._earlier, seconds, self._limits)
            parts.append(described(left, self._local))
        clock = time.strftime("%H:%M", time.localtime(now))
        names = "; ".join(said[:NAMED])
        more = f"; and {len(said) - NAMED} more" if len(said) > NAMED else ""
        return f"{clock} {', '.join(parts)}." + (f" Runs: {names}{more}." if said else "")

    def _running(self, begun: dict[str, float], now: float) -> tuple[dict[str, float], list[str]]:
        """Return for how many seconds each job has run, and what to say of each, oldest first."""
        seconds, said = dict[str, float](), dict[str, str]()
        for number, time_begun in begun.items():
            job = self._jobs[number]
            log = read_stage_log(self._root / job.log)
            if log is not None and log.written < time_begun - RESOLUTION:
                log = None  # of an earlier run
            if log is None and not self._local:
                continue  # it waits in the queue
            seconds[number] = now - (time_begun if self._local or log is None else log.started)
            far = SO_FAR.match(log.last) if log is not None else None
            parts = [duration(seconds[number]), *([far[0]] if far else [])]
            said[number] = f"{job.words} ({', '.join(parts)})"
        return seconds, [said[number] for number in sorted(said, key=lambda n: -seconds[n])]

    def _took(self, number: str, seconds: float) -> float:
        """Return how long a job took by its benchmark, which counts no time in a queue."""
        written = read_seconds(self._root / self._tasks[number].benchmark)
        return seconds if written is None else written

    def _say(self) -> None:
        logger, pause = logging.getLogger(SNAKEMAKE), float(os.environ.get(SECONDS, MINUTE))
        while True:
            # as snakemake marks its own lines on progress, so that --quiet progress leaves it out
            logger.info(self.line(time.time()), extra={"quietness": self._quietness})
            if self._stopped.wait(pause):
                return


def without(tasks: Mapping[str, Task], failed: set[str]) -> list[Task]:
    """List the tasks that can still run: none that has failed, nor one that needs such a one."""
    blocked, followers = set(failed), defaultdict[str, list[str]](list)
    for task in tasks.values():
        for number in task.needs:
            followers[number].append(task.number)
    queue = list(failed)
    while queue:
        new = set(followers[queue.pop()]) - blocked
        blocked |= new
        queue += new
    return [task for number, task in tasks.items() if number not in blocked]


def described(left: Forecast, local: bool) -> str:
    """Say how long the rest takes, and what that does not count."""
    if left.seconds < 1 and (left.unknown or left.overdue):
        return "time left unknown yet"
    least = left.unknown or left.overdue or not local
    text = f"{'at least' if least else 'about'} {duration(left.seconds)} left"
    if left.earlier:
        text += " by an earlier run"
    jobs = "job" if left.unknown == 1 else "jobs"
    beside = [f"{left.unknown} {jobs} of unknown length"] if left.unknown else []
    beside += [] if local else ["time in the queue"]
    return text + (f", besides {' and '.join(beside)}" if beside else "")
