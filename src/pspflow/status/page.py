"""The page that `pspflow status` prints."""

import os
import shlex
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pspflow.errors import InputError
from pspflow.status.alive import Queue, process_lives
from pspflow.status.plan import PLAN, Plan, read_plans
from pspflow.status.stagelogs import read_stage_log
from pspflow.status.states import BROKEN, DONE, RUNNING, WAITING, State, states

RESULTS = Path("results")
KINDS = (DONE, RUNNING, WAITING, BROKEN)
QUIET = 900.0
"""Seconds without a word after which a running job is said to be silent."""
LINES, WIDTH = 20, 200
"""Jobs that are named in one list, and letters of what one says."""


def page(run: str | None) -> str:
    """Write what a run is doing.

    Parameters
    ----------
    run
        Name of the run, or its folder; None for the one that was started last.

    Raises
    ------
    InputError
        If there is no such run, or none that has a plan.
    """
    # not where links lead: results may be one, to a larger disk
    folder = Path(os.path.abspath(run_folder(run)))  # noqa: PTH100 - resolve() follows links
    # results/RUN lies where snakemake runs
    root, queue = folder.parents[1], Queue()
    plans = [plan for _, plan in read_plans(folder)]
    found = [state for plan in plans for state in states(plan, root, queue)]
    lines = [f"Run {folder.name}: {_sum(Counter(state.kind for state in found))}"]
    lines += dict.fromkeys(_snakemake(plan, found) for plan in plans)
    lines += ["", *_table(found)]
    now = time.time()
    running = [state for state in found if state.kind == RUNNING]
    running.sort(key=lambda state: state.log.started if state.log else now)
    lines += _listed("Running", [_running(state, now) for state in running])
    lines += _listed("Failed", _failures(found, BROKEN))
    lines += _listed("Will be tried again", _failures(found, WAITING))
    return "\n".join(lines) + "\n"


def failures(folder: Path, start: float) -> dict[str, str]:
    """Collect why jobs failed: each reason once, and the first log to read.

    Parameters
    ----------
    folder
        Folder of the run.
    start
        The start of snakemake whose jobs are meant, in seconds since the epoch.
    """
    root, queue = folder.absolute().parents[1], Queue()
    plans = [plan for _, plan in read_plans(folder) if plan.start.time == start]
    found = [state for plan in plans for state in states(plan, root, queue)]
    reasons: dict[str, str] = {}
    for state in found:
        if state.kind == BROKEN:
            reasons.setdefault(state.reason, state.path)
    # a plan could not be written on a full disk
    for path in [] if plans else sorted(folder.rglob("*.log")):
        log = read_stage_log(path)
        if log is not None and log.error is not None and log.written >= start:
            reasons.setdefault(log.error, str(path))
    return reasons


def run_folder(run: str | None) -> Path:
    """Locate the folder of a run by its name or path; without either, of the one started last.

    Raises
    ------
    InputError
        If snakemake has started no such run.
    """
    if run is not None:
        named = [folder for folder in (RESULTS / run, Path(run)) if any(folder.glob(f"*/{PLAN}"))]
        if not named:
            raise InputError(
                f"{RESULTS / run}: no run that snakemake has started; name one of {RESULTS}/, and "
                "call this where you run snakemake."
            )
        return named[0]
    plans = list(RESULTS.glob(f"*/*/{PLAN}"))
    if not plans:
        raise InputError(
            f"{RESULTS}: no run that snakemake has started; call this where you run snakemake."
        )
    return max(plans, key=lambda path: path.stat().st_mtime).parents[2]


def _sum(counts: Counter) -> str:
    parts = [f"{counts[kind]} {kind}" for kind in KINDS if counts[kind]]
    return f"{counts.total()} jobs, " + ", ".join(parts) + "."


def _snakemake(plan: Plan, found: list[State]) -> str:
    """Say whether snakemake runs, and how to go on if it does not."""
    start = plan.start
    when = time.strftime("%d %B %H:%M", time.localtime(start.time))
    who = f"Snakemake was started on {when} on {start.host} (process {start.process})"
    command = shlex.join(["snakemake", *start.command])
    if plan.ended is not None:
        end = "ended well" if plan.ended else "ended with failures; correct them, then go on with"
        return f"{who} and {end}." if plan.ended else f"{who} and {end}\n  {command}"
    alive = process_lives(start.host, start.process, start.time)
    if alive:
        return f"{who} and runs."
    if alive is None:
        return f"{who}; whether it still runs can be seen there alone."
    # as in docs/how-to/clusters.md; its options may name the folder, so both have them all
    words = [word for word in start.command if word not in ("--unlock", "--rerun-incomplete")]
    lines = [shlex.join(["snakemake", how, *words]) for how in ("--unlock", "--rerun-incomplete")]
    return f"{who} and was killed; go on with\n  {' && '.join(lines)}"


def _table(found: list[State]) -> Iterator[str]:
    """Count the jobs of every chapter, in the order in which the plan names them."""
    counts: dict[tuple[str, str], Counter] = {}
    for state in sorted(found, key=lambda state: state.job.study):
        key = (state.job.study, state.job.chapter)
        counts.setdefault(key, Counter())[state.kind] += 1
    width = max((len(" ".join(key)) for key in counts), default=0)
    yield " ".join([" " * width, *(f"{kind:>8}" for kind in KINDS)])
    for key, row in counts.items():
        numbers = (f"{row[kind] or '-':>8}" for kind in KINDS)
        yield " ".join([f"{' '.join(key):<{width}}", *numbers])


def _running(state: State, now: float) -> str:
    assert state.log is not None
    silence = now - state.log.written
    quiet = f" (silent for {duration(silence)})" if silence > QUIET else ""
    said = "" if state.log.last.startswith("Started ") else f": {_short(state.log.last)}"
    where = f" on {state.log.host}" if state.log.host else ""
    return f"{state.job.name}, {duration(now - state.log.started)}{where}{quiet}{said}"


def _failures(found: list[State], kind: str) -> Iterator[str]:
    """Yield each reason once, with the jobs that it stopped and one log."""
    by_reason: dict[str, list[State]] = {}
    for state in found:
        if state.kind == kind and state.reason:
            by_reason.setdefault(state.reason, []).append(state)
    for reason, stopped in by_reason.items():
        more = f" and {len(stopped) - 1} more" if len(stopped) > 1 else ""
        yield f"{stopped[0].job.name}{more}, see {stopped[0].path}:\n  {reason}"


def _listed(title: str, items: Iterator[str] | list[str]) -> Iterator[str]:
    items = list(items)
    if items:
        yield from ("", f"{title}:")
        yield from (f"  {line}" for item in items[:LINES] for line in item.splitlines())
        if len(items) > LINES:
            yield f"  and {len(items) - LINES} more"


def _short(text: str) -> str:
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def duration(seconds: float) -> str:
    """Write a time as people say it: 40 s, 12 min, 3 h 05 min."""
    minutes = int(max(seconds, 0)) // 60
    if minutes < 1:
        return f"{max(seconds, 0):.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
