"""A stand-in for LSF: the commands that Snakemake's plugin calls, running jobs on this machine.

It shows that the profile drives the plugin, not that a cluster accepts it. What a cluster refuses
is refused here too: an unknown option or queue, no project, time or memory, more slots than there
are, a GPU on a queue without any. A job that is submitted waits for free slots, which are locks on
files: they are free again however it ends. Nothing runs but jobs.
"""

import argparse
import fcntl
import fnmatch
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

COMMANDS = ("bsub", "bjobs", "bkill", "bhist", "badmin", "lsclusters")
QUEUES = {"normal": False, "gpu": True}
"""Queues, and whether their hosts have GPUs."""


def install(folder: Path, slots: int = 2, minute_s: float = 60) -> Path:
    """Make the commands and what they keep, in a new folder; return the folder for PATH.

    `lost` in the folder names a pattern of jobs: the first that fits never runs, and is UNKWN.
    """
    programs = folder / "bin"
    configured = folder / "conf/lsbatch/standin/configdir"
    for path in (programs, configured, folder / "jobs", folder / "share/standin/logdir"):
        path.mkdir(parents=True)
    (configured / "lsb.params").write_text("Begin Parameters\nEnd Parameters\n")
    (folder / "share/standin/logdir/lsb.events").touch()
    (folder / "settings.json").write_text(json.dumps({"slots": slots, "minute_s": minute_s}))
    for name in COMMANDS:
        text = f'#!/bin/sh\nexec {sys.executable} -IS {__file__} {name} {folder} "$@"\n'
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return programs


def bsub(folder: Path, words: list[str]) -> None:
    """Accept a job, as one process that waits for its slots, or refuse it."""
    parser = argparse.ArgumentParser("bsub", allow_abbrev=False, add_help=False)
    for name in ("J", "o", "e", "P", "q", "W", "cwd"):
        parser.add_argument(f"-{name}", required=True)
    parser.add_argument("-env", choices=["all"])
    parser.add_argument("-n", type=int, default=1)
    parser.add_argument("-R", action="append", default=[])
    parser.add_argument("-gpu", default="")
    parser.add_argument("command")
    job = vars(parser.parse_args(words))
    slots = json.loads((folder / "settings.json").read_text())["slots"]
    memory = re.search(r"rusage\[mem=([\d.]+)\]", " ".join(job["R"]))
    problems = {
        f"{job['q']}: No such queue": job["q"] not in QUEUES,
        f"{job['W']}: Bad RUNLIMIT specification": not re.fullmatch(r"(\d+:)?\d+", job["W"]),
        "Memory requirement is missing": memory is None,
        "span[hosts=1] is missing": "span[hosts=1]" not in job["R"],
        "Too many processors requested": job["n"] > slots,
        f"Queue {job['q']} and '-gpu {job['gpu']}' do not fit": bool(job["gpu"])
        != QUEUES.get(job["q"]),
    }
    for problem, found in problems.items():
        if found:
            sys.exit(f"{problem}. Job not submitted.")
    job["mem"] = float(memory[1]) if memory else 0.0
    number = len(list((folder / "jobs").iterdir())) + 1
    while True:
        try:
            (place := folder / f"jobs/{number}").mkdir()
            break
        except FileExistsError:
            number += 1
    (place / "job.json").write_text(json.dumps(job))
    _say(place, "PEND")
    pattern = folder / "lost"
    if pattern.exists() and fnmatch.fnmatch(job["J"], pattern.read_text()):
        pattern.unlink()
        _say(place, "UNKWN")
    else:
        with Path(job["o"]).open("a") as log:
            subprocess.Popen(
                [sys.executable, "-IS", __file__, "run", str(folder), str(number)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    print(f"Job <{number}> is submitted to queue <{job['q']}>.")


def run(folder: Path, words: list[str]) -> None:
    """Wait for a job's slots, run it within its time, and say how it ended."""
    place = folder / "jobs" / words[0]
    job = json.loads((place / "job.json").read_text())
    settings = json.loads((folder / "settings.json").read_text())
    (place / "pid").write_text(str(os.getpid()))
    held = _slots(folder, settings["slots"], job["n"])
    _say(place, "RUN")
    *hours, minutes = map(int, job["W"].split(":"))
    limit = (60 * sum(hours) + minutes) * settings["minute_s"]
    # the python of the search path, which the tests choose, in the place of the plugin's own
    command = re.sub(r"(?<![\w/])\S*/python[\d.]*(?= -m snakemake)", "python", job["command"])
    child = subprocess.Popen(command, shell=True, cwd=job["cwd"])
    try:
        status = child.wait(limit)
        print("Successfully completed." if not status else f"Exited with exit code {status}.")
        _say(place, "EXIT" if status else "DONE")
    except subprocess.TimeoutExpired:
        print("TERM_RUNLIMIT: job killed after reaching LSF run time limit.", flush=True)
        _say(place, "EXIT")
        os.killpg(0, signal.SIGKILL)
    del held


def _slots(folder: Path, slots: int, wanted: int) -> list[int]:
    while True:
        held = []
        for number in range(slots):
            lock = os.open(folder / f"slot{number}", os.O_RDWR | os.O_CREAT)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held.append(lock)
            except BlockingIOError:
                os.close(lock)
            if len(held) == wanted:
                return held
        for lock in held:  # all or none: two that each hold one would wait for each other
            os.close(lock)
        time.sleep(0.1)


def _say(place: Path, word: str) -> None:
    (place / ".stat").write_text(word)
    (place / ".stat").replace(place / "stat")


def bjobs(folder: Path, words: list[str]) -> None:
    """Print number and state of jobs by name, once one has ended or five seconds have passed.

    A cluster answers at once. The plugin asks ten seconds later each time that nothing has ended,
    and tests of short jobs would do little but wait.
    """
    *flags, pattern = words
    if flags != ["-noheader", "-o", "jobid stat", "-aJ"]:
        sys.exit(f"bjobs: {' '.join(flags)}: not what the stand-in knows")
    jobs = (folder / "jobs").iterdir()
    wanted = [
        place
        for place in sorted(jobs, key=lambda place: int(place.name))
        if (place / "stat").exists()
        and fnmatch.fnmatch(json.loads((place / "job.json").read_text())["J"], pattern)
    ]
    until = time.monotonic() + 5
    while True:
        stati = {place.name: (place / "stat").read_text() for place in wanted}
        ended = [place for place in wanted if stati[place.name] not in ("PEND", "RUN")]
        news = [place for place in ended if not (place / "told").exists()]
        if news or time.monotonic() > until:
            break
        time.sleep(0.1)
    for place in news:
        (place / "told").touch()
    print("".join(f"{number} {word}\n" for number, word in stati.items()), end="")


def bkill(folder: Path, words: list[str]) -> None:
    """End jobs, each with all its processes."""
    for number in words:
        place = folder / "jobs" / number
        _say(place, "EXIT")
        os.killpg(int((place / "pid").read_text()), signal.SIGKILL)
        print(f"Job <{number}> is being terminated")


def bhist(folder: Path, words: list[str]) -> None:
    """Know no past jobs: the plugin asks for one where a job names no project."""
    sys.exit("No matching job found")


def badmin(folder: Path, words: list[str]) -> None:
    """Print where the configuration lies."""
    values = {"LSB_SHAREDIR": "share", "LSF_CONFDIR": "conf"}
    print("MBD configuration at this moment:")
    print("".join(f"  {name} = {folder / place}\n" for name, place in values.items()), end="")


def lsclusters(folder: Path, words: list[str]) -> None:
    """Print the name of the only cluster."""
    print("CLUSTER_NAME STATUS MASTER_HOST\nstandin      ok     localhost")


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]), sys.argv[3:])
