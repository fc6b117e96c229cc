"""Requests that no node of a SLURM cluster can serve, found before anything is submitted."""

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

SINFO = ["sinfo", "--noheader", "--exact", "--format=%P|%c|%m|%G|%l"]
SECONDS = 10.0
"""How long sinfo may take."""
CPUS, MEMORY, RUNTIME, GPU = "CPUs", "MB", "minutes", "GPUs"
CHANGE = {
    CPUS: "--set-threads {rule}={value}",
    MEMORY: "--set-resources {rule}:mem_mb={value}",
    RUNTIME: "--set-resources {rule}:runtime={value}",
}


@dataclass(frozen=True)
class Request:
    """What a job asks for; 0 where it says nothing."""

    rule: str
    cpus: int = 1
    mem_mb: int = 0
    runtime: int = 0
    """Minutes."""
    gpus: int = 0
    partition: str = ""
    """Names, divided by commas; empty for the default of the cluster."""
    attempt: int = 1

    @property
    def sizes(self) -> dict[str, int]:
        """How much of everything it asks for."""
        return {
            CPUS: self.cpus,
            MEMORY: self.mem_mb,
            RUNTIME: self.runtime,
            GPU: self.gpus,
        }


@dataclass(frozen=True)
class Nodes:
    """Nodes of one kind in one partition."""

    partition: str
    default: bool
    sizes: dict[str, float]
    """What one node has at most, and how many minutes a job may last."""


def ask_sinfo() -> str:
    """Ask SLURM for its nodes; empty where it does not answer."""
    try:
        done = subprocess.run(SINFO, capture_output=True, text=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout


def parse_nodes(text: str) -> list[Nodes]:
    """Parse what sinfo says: `partition|CPUs|MB|generic resources|time limit`, one kind a line.

    Lines that are not of this form are left out.
    """
    nodes = []
    for line in text.splitlines():
        match = re.fullmatch(r"([^|]+)\|(\d+)\+?\|(\d+)\+?\|([^|]*)\|([^|]*)", line.strip())
        if match is None:
            continue
        name, cpus, memory, gres, limit = match.groups()
        sizes = {
            CPUS: float(cpus),
            # a node whose memory nobody has stated has 1 MB
            MEMORY: float(memory) if int(memory) > 1 else float("inf"),
            RUNTIME: _minutes(limit),
            GPU: float(sum(map(int, re.findall(r"(?:^|,)gpu:(?:[^:,(]+:)?(\d+)", gres)))),
        }
        nodes.append(Nodes(name.rstrip("*"), name.endswith("*"), sizes))
    return nodes


def _minutes(text: str) -> float:
    """Return the minutes of a time such as `1-02:00:00`, `30:00` or `infinite`."""
    match = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", text)
    if match is None:
        return float("inf")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (days * 24 + hours) * 60 + minutes + seconds / 60


def impossible(requests: Iterable[Request], nodes: list[Nodes]) -> list[str]:
    """Say of each rule that can never run what it asks, what there is, and what to change.

    Parameters
    ----------
    requests
        What the planned jobs ask for at one attempt.
    nodes
        The nodes of the cluster; an empty list says nothing.

    Returns
    -------
    list of str
        One sentence a rule, in the order of the requests.
    """
    sentences: dict[str, str] = {}
    for request in requests:
        names = [name for name in request.partition.split(",") if name]
        own = [each for each in nodes if (each.partition in names if names else each.default)]
        # a partition that sinfo does not list may be hidden, or belong to another cluster
        if own and request.rule not in sentences and not _fits(request, own):
            sentences[request.rule] = _sentence(request, own)
    return list(sentences.values())


def _fits(request: Request, nodes: list[Nodes]) -> bool:
    asked = request.sizes
    return any(all(asked[what] <= size for what, size in each.sizes.items()) for each in nodes)


def _sentence(request: Request, nodes: list[Nodes]) -> str:
    largest = {what: max(each.sizes[what] for each in nodes) for what in request.sizes}
    excess = [what for what, size in request.sizes.items() if size > largest[what]]
    # each is there, but not on one node
    named = excess or [what for what in (CPUS, MEMORY, GPU) if request.sizes[what]]
    asks = " and ".join(_counted(request.sizes[what], what) for what in named)
    has = " and ".join(_counted(largest[what], what) for what in named)
    where = " and ".join(f"'{name}'" for name in dict.fromkeys(each.partition for each in nodes))
    changes = [f"--set-resources {request.rule}:slurm_partition=NAME"]
    changes += [
        CHANGE[what].format(rule=request.rule, value=f"{largest[what]:.0f}")
        for what in excess
        if what in CHANGE
    ]
    attempt = f" at attempt {request.attempt}" if request.attempt > 1 else ""
    return (
        f"{request.rule} asks for {asks}{attempt}; partition {where} offers at most {has}"
        f"{'' if excess else ', not on one node'}: change it with {' or '.join(changes)}."
    )


def _counted(number: float, what: str) -> str:
    return f"{number:.0f} {what.removesuffix('s') if number == 1 else what}"
