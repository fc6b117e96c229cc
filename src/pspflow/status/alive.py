"""Whether a process or a job of a scheduler still runs."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SECONDS = 1.0
"""How long a scheduler may take to answer; it says nothing after that."""
TOLERANCE = 5.0
ENDED = {"COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "OUT_OF_MEMORY", "DONE", "EXIT", "ZOMBI"}
QUERIES = {
    "squeue": ["squeue", "--noheader", "--me", "--format=%A %T"],
    "bjobs": ["bjobs", "-noheader", "-o", "jobid stat"],
}


def process_lives(host: str, process: int, started: float) -> bool | None:
    """Tell whether a process runs; None if it is one of another machine.

    Parameters
    ----------
    host
        Name of its machine.
    process
        Its number, which may belong to another process by now.
    started
        When it was there already, in seconds since the epoch.
    """
    if host != socket.gethostname():
        return None
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    born = _born(process)
    return born is None or born <= started + TOLERANCE


def _born(process: int) -> float | None:
    """Return when a process was started, in seconds since the epoch, where the system says it.

    One that has ended, and that nobody has waited for yet, starts never.
    """
    try:
        # the name of the program, in brackets, may hold anything
        state, *fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        if state == "Z":
            return float("inf")
        uptime = float(Path("/proc/uptime").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return time.time() - uptime + int(fields[18]) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Queue:
    """Jobs that the schedulers of this machine know; they are asked once, and only if needed."""

    seconds: float = SECONDS

    def lives(self, number: str) -> bool | None:
        """Tell whether a job waits or runs; None if no scheduler answers."""
        if self._jobs is None:
            return None
        return self._jobs.get(number, "DONE") not in ENDED

    @cached_property
    def _jobs(self) -> dict[str, str] | None:
        for program, command in QUERIES.items():
            if shutil.which(program) is None:
                continue
            try:
                done = subprocess.run(
                    command, capture_output=True, text=True, timeout=self.seconds, check=True
                )
            except (OSError, subprocess.SubprocessError):
                continue
            rows = [line.split() for line in done.stdout.splitlines()]
            return {row[0]: row[1] for row in rows if len(row) == 2}
        return None
