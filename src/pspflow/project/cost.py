"""What a run will take, before it is started: jobs, time and disk."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from joblib import cpu_count

from pspflow.errors import InputError
from pspflow.project.start import CHECKOUT
from pspflow.status.forecast import forecast
from pspflow.status.page import duration
from pspflow.status.plan import read_plans
from pspflow.status.work import CORES, Task, earlier_seconds

BLOCK: Final = re.compile(r"^(?:local)?rule (\w+):\n((?: +.*\n)+)", re.MULTILINE)
LINE: Final = re.compile(r"^    (\w+): (.*)$", re.MULTILINE)


def dry_run(targets: Sequence[str], files: Sequence[Path]) -> str:
    """Return what snakemake prints of a run in this folder, without making anything.

    Raises
    ------
    InputError
        If it cannot plan the jobs.
    """
    command = [sys.executable, "-m", "snakemake", "-s", str(CHECKOUT / "Snakefile"), "-n"]
    command += ["--cores", "all", *targets]
    if files:
        command += ["--configfile", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(f"snakemake cannot plan the jobs:\n{done.stderr.strip()}")
    return done.stdout + done.stderr


def tasks_of(text: str) -> list[Task]:
    """Read the jobs of a dry run; those that make nothing, the targets, are left out."""
    blocks = [(rule, dict(LINE.findall(body))) for rule, body in BLOCK.findall(text)]
    blocks = [(rule, lines) for rule, lines in blocks if "output" in lines]
    makers = {path: lines["jobid"] for _, lines in blocks for path in lines["output"].split(", ")}
    return [
        Task(
            lines["jobid"],
            rule,
            lines.get("benchmark", ""),
            frozenset(
                makers[path] for path in lines.get("input", "").split(", ") if path in makers
            ),
            {CORES: int(lines.get("threads", 1))},
        )
        for rule, lines in blocks
    ]


def earlier_tasks(folder: Path) -> Iterator[Task]:
    """Yield the jobs that earlier starts of snakemake planned for a run, each by its log.

    Parameters
    ----------
    folder
        Folder of the run, from the one in which snakemake runs.
    """
    for _, plan in read_plans(folder):
        for job in plan.jobs:
            yield Task(job.log, job.rule, benchmark_of(job.log), needed=False)


def benchmark_of(log: str) -> str:
    """Locate the file in which snakemake writes how long a job took, from the job's log."""
    return log.replace("/logs/", "/benchmarks/", 1).removesuffix(".log") + ".tsv"


def jobs_and_time(text: str, folder: Path) -> Iterator[str]:
    """Say how many jobs a dry run names, by rule, and how long they take.

    Parameters
    ----------
    text
        What the dry run printed.
    folder
        Folder of the run, from the one in which snakemake runs.
    """
    tasks = tasks_of(text)
    if not tasks:
        yield "Jobs: none; everything is there."
        return
    counts = Counter(task.rule for task in tasks)
    yield f"Jobs: {len(tasks)} would run."
    yield from (f"  {count:4} {name}" for name, count in counts.items())
    yield _time(tasks, folder)


def _time(tasks: Sequence[Task], folder: Path) -> str:
    planned = {task.benchmark for task in tasks}
    others = [task for task in earlier_tasks(folder) if task.benchmark not in planned]
    everything, cores = [*tasks, *others], cpu_count()
    earlier = earlier_seconds(everything, Path())
    left = forecast(everything, {}, earlier, {}, {CORES: cores})
    if left.unknown == len(tasks):
        return f"Time: unknown; no job of these rules has ended in {folder} yet."
    least = "at least" if left.unknown else "about"
    jobs = "job" if left.unknown == 1 else "jobs"
    beside = f", besides {left.unknown} {jobs} of unknown length" if left.unknown else ""
    when = f"{least} {duration(left.seconds)} on the {cores} cores here"
    return f"Time: {when}, by earlier jobs in {folder}{beside}."


def disk(folder: Path, micrograph_bytes: float) -> str:
    """Say what a run takes of the disk, as far as it is known, and what is free.

    Parameters
    ----------
    folder
        Folder of the run, from the one in which snakemake runs.
    micrograph_bytes
        Bytes of the user's micrographs at the common scale, 0 where all are simulated.
    """
    used = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    parts = [f"{folder} takes {_size(used)}"] if used else []
    if micrograph_bytes:
        parts.append(
            f"micrographs at the common scale take up to {_size(micrograph_bytes)}, not counting "
            "what is made of them"
        )
    if not parts:
        parts = ["what the run takes is unknown before it has run once"]
    return f"Disk: {'; '.join(parts)}; {_size(shutil.disk_usage(Path.cwd()).free)} are free."


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
