"""The plan of a run: which jobs it has, and which of them had to run when snakemake started."""

import json
import os
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pspflow.errors import InputError

PLAN = "logs/plan.jsonl"
"""Where the plan of a study lies, from its folder."""


@dataclass(frozen=True)
class Job:
    """A job of the plan."""

    number: str
    """Number that snakemake gives it."""
    rule: str
    log: str
    """Log of its stage, from the folder where snakemake runs."""
    wildcards: dict[str, str] = field(default_factory=dict)
    needed: bool = True
    """Whether it had to run; what it makes is there otherwise."""

    @property
    def study(self) -> str:
        """Name of the study that it belongs to."""
        return self._place[0]

    @property
    def chapter(self) -> str:
        """Name of its chapter, `report` for the page of the study."""
        return PurePosixPath(self._place[2]).stem

    @property
    def name(self) -> str:
        """Rule and wildcards, as a person reads them."""
        values = ", ".join(f"{key} {value}" for key, value in self.wildcards.items())
        return f"{self.rule} ({values})" if values else self.rule

    @property
    def words(self) -> str:
        """Study, chapter and stage as in its command, then what others of its rule lack."""
        chapter, *folders = (part.removesuffix(".log") for part in self._place[2:])
        stage = self.rule.removeprefix(f"{self.study}_").removeprefix(f"{chapter}_")
        others = [name for name in folders if name != stage]
        names = [self.study, chapter, stage] if stage != chapter else [self.study, chapter]
        return " ".join([*names, "/".join(others)] if others else names)

    @property
    def _place(self) -> tuple[str, ...]:
        # results/RUN/STUDY/logs/CHAPTER/…
        return PurePosixPath(self.log).parts[2:]


@dataclass(frozen=True)
class Start:
    """How and where snakemake was started."""

    time: float
    """Seconds since the epoch."""
    host: str
    process: int
    executor: str
    command: list[str]
    log: str
    """Log of snakemake, empty if it keeps none."""


@dataclass(frozen=True)
class Plan:
    """What one start of snakemake planned for one study."""

    start: Start
    jobs: list[Job]
    ended: bool | None
    """Whether snakemake succeeded or failed; None while it runs, and where it was killed."""


def this_start(executor: str, log: list[str], time: float) -> Start:
    """Describe the snakemake that runs in this process."""
    first = log[0] if log else ""
    return Start(time, socket.gethostname(), os.getpid(), executor, sys.argv[1:], first)


def planned_jobs(dag: Any) -> list[Job]:
    """List the jobs of snakemake's graph that have a log, as snakemake numbers them."""
    return [
        Job(str(job.jobid), job.rule.name, str(job.log[0]), job.wildcards_dict, dag.needrun(job))
        for job in sorted(dag.jobs, key=lambda job: job.jobid)
        if job.log
    ]


def write_plans(folder: Path, start: Start, jobs: Iterable[Job]) -> None:
    """Write the plan of each study that has jobs, one JSON document a line: the start, the jobs.

    Where it cannot be written, on a full disk, the jobs say so; no run fails for its plan.

    Parameters
    ----------
    folder
        Folder of the run.
    start
        How snakemake was started.
    jobs
        Every job that has a log.
    """
    by_study: dict[str, list[Job]] = {}
    for job in jobs:
        by_study.setdefault(job.study, []).append(job)
    for study, own in by_study.items():
        path = folder / study / PLAN
        lines = [json.dumps(asdict(start))] + [json.dumps(asdict(job)) for job in own]
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
            partial.replace(path)


def write_end(folder: Path, start: float, success: bool) -> None:
    """Write into the plans of one start how it ended."""
    for path, plan in read_plans(folder):
        if plan.start.time == start:
            with suppress(OSError), path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"ended": success}) + "\n")


def read_plans(folder: Path) -> Iterator[tuple[Path, Plan]]:
    """Read the plans of a run's studies.

    Raises
    ------
    InputError
        If one is not what `write_plans` writes.
    """
    for path in sorted(folder.glob(f"*/{PLAN}")):
        try:
            yield path, read_plan(path)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise InputError(
                f"{path}: not the plan of a run; delete it, the next start of snakemake writes one."
            ) from error


def read_plan(path: Path) -> Plan:
    """Read the plan of one study."""
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    parts: list[dict[str, Any]] = [json.loads(line) for line in lines]
    ends = [part["ended"] for part in parts if "ended" in part]
    jobs = [Job(**part) for part in parts if "ended" not in part]
    return Plan(Start(**json.loads(first)), jobs, ends[-1] if ends else None)
