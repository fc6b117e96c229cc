"""The work of a run: what each job needs and asks for, and how long it took before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CORES = "_cores"
"""Snakemake's name of the resource that threads are counted in."""


@dataclass(frozen=True)
class Task:
    """A job of a run."""

    number: str
    """Number that snakemake gives it."""
    rule: str
    benchmark: str
    """File in which snakemake writes how long it took, from the folder where it runs."""
    needs: frozenset[str] = frozenset()
    """Numbers of the tasks whose files it reads."""
    asks: Mapping[str, int] = field(default_factory=dict)
    """How much of each limited resource it takes."""
    needed: bool = True
    """Whether it has to run; if not, only the time that it took earlier is of use."""


def limits_of(workflow: Any) -> dict[str, int]:
    """Return how much of each resource jobs may take together: cores, jobs, GPUs.

    Parameters
    ----------
    workflow
        Snakemake's, when its scheduler has been made.
    """
    found = workflow.scheduler.global_resources
    return {name: value for name, value in found.items() if isinstance(value, int)}


def planned_tasks(dag: Any, limits: Mapping[str, int]) -> list[Task]:
    """List the jobs of snakemake's graph that have a log, as it numbers them.

    Parameters
    ----------
    dag
        Snakemake's graph.
    limits
        Resources of which jobs may take so much together.
    """
    jobs = [job for job in dag.jobs if job.log]
    numbers = {job: str(job.jobid) for job in jobs}
    return [
        Task(
            numbers[job],
            job.rule.name,
            str(job.benchmark or ""),
            frozenset(numbers[each] for each in dag.job_dependencies(job) if each in numbers),
            _asked(job, limits) if dag.needrun(job) else {},
            dag.needrun(job),
        )
        for job in sorted(jobs, key=lambda job: job.jobid)
    ]


def _asked(job: Any, limits: Mapping[str, int]) -> dict[str, int]:
    # not job.resources, which would be kept for the attempts that come later
    given = job.rule.expand_resources(
        job.wildcards_dict, job.input, 1, skip_evaluation={"tmpdir"}
    ).items()
    return {name: value for name, value in given if name in limits and isinstance(value, int)}


def read_seconds(path: Path) -> float | None:
    """Read how long a job took from the file that snakemake writes; None where none is."""
    try:
        names, first, *_ = path.read_text(encoding="utf-8").splitlines()
        return float(dict(zip(names.split("\t"), first.split("\t"), strict=True))["s"])
    except (OSError, ValueError, KeyError):
        return None


def earlier_seconds(tasks: Iterable[Task], root: Path) -> dict[str, float]:
    """Read how long each task took in an earlier run, by its number, where it has run before."""
    read = ((task.number, read_seconds(root / task.benchmark)) for task in tasks if task.benchmark)
    return {number: seconds for number, seconds in read if seconds is not None}
