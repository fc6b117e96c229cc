"""Why a job failed that could not say so itself, and what to change."""

import re
import signal
from pathlib import Path

TIME, MEMORY, CANCELLED = "time", "memory", "cancelled"
PREEMPTED, NODE = "preempted", "node"

SIGNS = (
    # the first that fits counts: every one of them is also a cancellation
    (TIME, r"DUE TO TIME LIMIT|TERM_RUNLIMIT|TERM_CPULIMIT|status is: '(?:TIMEOUT|DEADLINE)'"),
    (
        MEMORY,
        r"oom[-_ ]?kill|OUT_OF_MEMORY|[Oo]ut [Oo]f [Mm]emory|xceeded (?:job |step )?memory limit"
        r"|TERM_MEMLIMIT|TERM_SWAP",
    ),
    (PREEMPTED, r"DUE TO PREEMPTION|TERM_PREEMPT|status is: 'PREEMPTED'"),
    (NODE, r"DUE TO NODE FAILURE|NODE_FAIL|BOOT_FAIL|TERM_ZOMBIE|TERM_EXTERNAL_SIGNAL"),
    (CANCELLED, r"CANCELLED AT|TERM_OWNER|TERM_ADMIN|TERM_FORCE|status is: 'CANCELLED"),
)
SENTENCES = {
    TIME: "Stopped at its time limit; ask for more minutes: "
    "--set-resources {rule}:runtime=MINUTES.",
    MEMORY: "Stopped for using more memory than it asked for; ask for more: "
    "--set-resources {rule}:mem_mb=MEGABYTES.",
    CANCELLED: "Cancelled, by a person or the scheduler; start snakemake again to go on.",
    PREEMPTED: "Stopped to make room for another job; start snakemake again to go on.",
    NODE: "Its node failed; start snakemake again to go on.",
}
REJECTED = re.compile(r"error message was '?(?:sbatch: error: )?(.*?)'?\.?$")
EXITED = re.compile(r"Exited with exit code (\d+)")


def of_scheduler(rule: str, message: str, log: str) -> str | None:
    """Say why a scheduler stopped a job, or rejected it.

    Parameters
    ----------
    rule
        Name of the job's rule.
    message
        What snakemake's plugin says of it.
    log
        Path of the scheduler's log of the job, empty if there is none.

    Returns
    -------
    str or None
        One sentence, or None if neither says it.
    """
    text = message + "\n" + _end(log)
    for kind, sign in SIGNS:
        if re.search(sign, text):
            return SENTENCES[kind].format(rule=rule)
    if match := REJECTED.search(message.strip()):
        return (
            f"Rejected by the scheduler ({' '.join(match[1].split())}); change what it asks for: "
            f"--set-resources {rule}:mem_mb=MEGABYTES or {rule}:runtime=MINUTES, or --set-threads "
            f"{rule}=N."
        )
    if match := EXITED.search(text):
        return of_status(rule, int(match[1]))
    return None


def of_status(rule: str, status: int) -> str | None:
    """Say what ended a command with a status beyond 128: a signal."""
    number = status - 128
    if number == signal.SIGKILL:
        return (
            "Killed (exit status 137), as a rule because the machine ran out of memory; run fewer "
            f"jobs at once, or reserve more for it: --set-resources {rule}:mem_mb=MEGABYTES with "
            "--resources mem_mb=MEGABYTES."
        )
    if 0 < number < signal.NSIG:
        return f"Stopped by signal {number} ({signal.Signals(number).name})."
    return None


def _end(path: str, size: int = 1 << 16) -> str:
    """Read the end of a log, nothing where there is none."""
    if not path:
        return ""
    try:
        with Path(path).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - size))
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
