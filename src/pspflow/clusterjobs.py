"""What a planned job asks of SLURM, and the partition that the executor plugin sends it to."""

import os
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pspflow.cluster import Request, ask_sinfo, impossible, parse_nodes

ELSEWHERE = ("cluster", "clusters", "slurm_cluster")
"""Resources that send a job to another cluster."""
VARIABLE = "SNAKEMAKE_SLURM_PARTITIONS"
NAMED = re.compile(r"(?:^|[\s'\"])(?:-p|--partition)")


def impossible_jobs(dag: Any, partition_file: Path | None) -> tuple[list[str], list[str]]:
    """Say which planned jobs no node can serve, one sentence a rule.

    Parameters
    ----------
    dag
        Snakemake's graph of jobs.
    partition_file
        See `read_partitions`.

    Returns
    -------
    never
        Those that cannot run at their first attempt.
    at_last
        Those whose last attempt, with more memory, cannot. Both are empty where SLURM does not say
        what its nodes have.
    """
    nodes, partitions = parse_nodes(ask_sinfo()), read_partitions(partition_file)
    if not nodes or partitions is None:
        return [], []
    never, at_last = (impossible(_requests(dag, partitions, last), nodes) for last in (False, True))
    return never, at_last


def _requests(dag: Any, partitions: list[Any], last: bool) -> Iterator[Request]:
    """Yield what planned jobs ask for, at their first attempt or at their last."""
    for job in sorted(dag.needrun_jobs(), key=lambda job: job.jobid):
        if job.is_local or (last and not job.restart_times):
            continue
        attempt = job.restart_times + 1 if last else 1
        asked = job.rule.expand_resources(
            job.wildcards_dict, job.input, attempt, skip_evaluation={"tmpdir"}
        )
        request = request_of(job.rule.name, asked, attempt, partitions)
        if request is not None:
            yield request


def read_partitions(path: Path | None) -> list[Any] | None:
    """Read the plugin's file of partitions.

    Parameters
    ----------
    path
        The file of the plugin's setting `partition_config`; None for that of the environment.

    Returns
    -------
    list or None
        The plugin's partitions, none without a file; None if they cannot be known here.
    """
    named = str(path or os.environ.get(VARIABLE, ""))
    if not named:
        return []
    try:
        # imported on SLURM alone
        partitions = import_module("snakemake_executor_plugin_slurm.partitions")
        return list(partitions.read_partition_file(Path(named)))
    except Exception:
        # the plugin may read it in a way of its own, and says itself what is wrong with it
        return None


def request_of(
    rule: str, asked: Mapping[str, Any], attempt: int, partitions: list[Any]
) -> Request | None:
    """Describe what a job asks for; None if that cannot be judged here.

    Parameters
    ----------
    rule
        Name of its rule.
    asked
        Its resources; `_cores` is its number of threads.
    attempt
        The attempt that these are for.
    partitions
        Partitions among which the plugin chooses for jobs that name none.
    """
    cpus, memory, minutes, gpus = (
        asked.get(name, 0) for name in ("_cores", "mem_mb", "runtime", "gpu")
    )
    if not all(isinstance(number, int) for number in (cpus, memory, minutes, gpus)):
        return None
    # another cluster, and a partition that is named to sbatch itself, cannot be judged here
    if any(asked.get(name) for name in ELSEWHERE) or NAMED.search(asked.get("slurm_extra", "")):
        return None
    partition = str(asked.get("slurm_partition", ""))
    if not partition and partitions:
        job = SimpleNamespace(name=rule, resources=asked, threads=cpus)
        fits = [(each.score_job_fit(job), each.name) for each in partitions]
        # max takes the first of equal ones, as the plugin does
        best = max(
            (fit for fit in fits if fit[0] is not None), key=lambda fit: fit[0], default=None
        )
        # without one that fits it takes the default of the cluster
        partition = best[1] if best else ""
    return Request(rule, cpus, memory, minutes, gpus, partition, attempt)
