"""The state of every job of a plan: done, running, waiting or failed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pspflow.status.alive import Queue, process_lives
from pspflow.status.events import AGAIN, FAILED, FINISHED, Event, read_events
from pspflow.status.plan import Job, Plan
from pspflow.status.reasons import of_scheduler, of_status
from pspflow.status.stagelogs import StageLog, read_stage_log

DONE, RUNNING, WAITING, BROKEN = "done", "running", "waiting", "failed"
SILENT = "Ended without a word: its process is gone; start snakemake again to go on."
UNSAID = "Failed; neither its log nor a scheduler says why."
RESOLUTION = 2.0
"""Snakemake's log counts in seconds, and clocks of two machines differ."""


@dataclass(frozen=True)
class State:
    """What one job is doing."""

    job: Job
    kind: str
    """One of `done`, `running`, `waiting`, `failed`."""
    log: StageLog | None = None
    reason: str = ""
    """Why it failed, or failed before it waits to be tried again."""
    path: str = ""
    """The log to read: that of the stage, or that of the scheduler."""


def states(plan: Plan, root: Path, queue: Queue) -> Iterator[State]:
    """Tell the state of every job of a plan.

    Parameters
    ----------
    plan
        The plan of a study.
    root
        Folder where snakemake runs; logs are named from there.
    queue
        Jobs that the scheduler knows.
    """
    events, statuses = read_events(plan.start.log)
    for job in plan.jobs:
        event = events.get(job.number)
        if not job.needed or (event is not None and event.kind == FINISHED):
            yield State(job, DONE)
        else:
            log = _current(read_stage_log(root / job.log), plan.start.time, event)
            state = _state(job, event, log, statuses.get(job.log, 0), queue)
            # what has no log of its own stands in that of snakemake
            yield replace(state, path=state.path or plan.start.log)


def _current(log: StageLog | None, started: float, event: Event | None) -> StageLog | None:
    """Leave out the log of an earlier run, and that of an attempt before the present one."""
    if log is None or log.written < started - RESOLUTION:
        return None
    begun = event is not None and event.kind not in {FAILED, AGAIN}
    if begun and event is not None and log.written < event.time - RESOLUTION:
        return None
    return log


def _state(job: Job, event: Event | None, log: StageLog | None, status: int, queue: Queue) -> State:
    if log is not None and log.finished and (event is None or event.kind != FAILED):
        return State(job, DONE, log)
    ended = event is not None and event.kind in {FAILED, AGAIN}
    said = log.error if log is not None else None
    if ended or said is not None:
        reason, path = _reason(job, event, said, status)
        again = event is not None and event.kind == AGAIN
        return State(job, WAITING if again else BROKEN, log, reason, path)
    if log is None:
        return State(job, WAITING)
    if lives(log, event, queue) is False:
        reason, path = _reason(job, event, None, status)
        if reason == UNSAID:
            reason, path = SILENT, job.log
        return State(job, BROKEN, log, reason, path)
    return State(job, RUNNING, log)


def _reason(job: Job, event: Event | None, said: str | None, status: int) -> tuple[str, str]:
    """Say why a job failed, and where to read it: its own sentence first."""
    if said is not None:
        return said, job.log
    if event is not None:
        reason = of_scheduler(job.rule, event.message, event.scheduler_log)
        if reason is not None:
            return reason, event.scheduler_log
    return of_status(job.rule, status) or UNSAID, ""


def lives(log: StageLog, event: Event | None, queue: Queue) -> bool | None:
    """Tell whether the stage that writes a log still runs; None if nobody here knows."""
    number = log.number or (event.scheduler_id if event is not None else "")
    if number and (known := queue.lives(number)) is not None:
        return known
    return process_lives(log.host, log.process, log.started) if log.process else None
