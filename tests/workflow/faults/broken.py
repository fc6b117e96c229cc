"""Runs that are broken on purpose: copies of a finished one that lack some artefacts."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest

from .. import compared, forks  # noqa: TID252 - the tests are no package

CONFIG = ("--configfile", "tests/config.yaml", "tests/workflow/faults/config.yaml")
TARGETS = ("temper_persistence", "composite_structures")
ROOT = Path(__file__).parents[3]
RESULTS = "results/tests"
TRAININGS = {
    "composite networks": "composite/networks/pair/c11/mixture_statistics/run0",
    "localization, Fourier": "composite/localization/strain/fno/run0",
    "localization, convolution": "composite/localization/strain/cpnet7/run0",
    "steel codes": "steel/codes/vq/all",
    "steel prior": "steel/prior/vq/all/process",
    "autoencoder": "latent/networks/gaussian_smooth/kaiming",
    "adversarial networks": "latent/networks/uhcs_64x64/dcgan",
}
"""Folder of one training of every kind, as the finished run has it."""
WEIGHTS = tuple(f"{RESULTS}/{folder}/weights.safetensors" for folder in TRAININGS.values())
PATIENCE = 60.0
"""Seconds until a condition that a test waits for counts as one that never comes."""


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Poll until a condition holds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.01)


def stopped(pid: int) -> bool:
    """Say whether a process has been stopped by a signal."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("T")
    return False


def ended(pid: int) -> bool:
    """Say whether a process is no more."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    return True


class Started:
    """A command that runs, with snakemake, and the one of its jobs that a test stops."""

    def __init__(self, folder: Path, command: tuple[str, ...], name: str, **extra: str) -> None:
        self.mark, self.output = folder / f"{name}.stopped", folder / f"{name}.txt"
        paths = [str(forks.start()), str(Path(sys.executable).parent), os.environ["PATH"]]
        environment = {
            **os.environ,
            "PATH": os.pathsep.join(paths),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "FORKS_FIRST": str(Path(__file__).with_name("held.py")),
            "STOPPED": str(self.mark),
            **extra,
        }
        with self.output.open("w") as output:
            # a group of its own, as a terminal makes one
            self.process = subprocess.Popen(
                ["env", "--default-signal=INT", *command],
                cwd=folder,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def job(self) -> int:
        """Wait until a job has stopped, and return its process."""
        came = self.mark.exists
        wait_for(lambda: (came() and self.mark.read_text()) or self.process.poll(), "a job")
        assert came(), f"no job came there\n{self.text()}"
        pid = int(self.mark.read_text())
        wait_for(lambda: stopped(pid), "the job stops")
        return pid

    def end(self) -> int:
        """Wait for the end, and return the status."""
        return self.process.wait(PATIENCE)

    def text(self) -> str:
        """Return what has been printed."""
        return self.output.read_text()

    def clear(self) -> None:
        """Leave nothing that runs."""
        with suppress(FileNotFoundError, ValueError, ProcessLookupError):
            os.kill(int(self.mark.read_text()), signal.SIGKILL)
        with suppress(ProcessLookupError):  # also the fork that runs what this process asked for
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def ran(text: str) -> list[str]:
    """List the rules of the jobs that snakemake has started, targets left out.

    It says so on the screen where it is called with -p, as here.
    """
    names = re.findall(r"^(?:local)?rule (\w+):$", text, re.MULTILINE)
    return sorted(name for name in names if name not in TARGETS)


class Run:
    """A copy of a finished run, of which a test breaks something."""

    def __init__(self, folder: Path, unbroken: Path) -> None:
        self.folder, self.results = folder, folder / RESULTS
        self.unbroken_results = unbroken / RESULTS
        self._names, self._started = count(1), list[Started]()

    def remove(self, *paths: str) -> None:
        """Remove artefacts, as if they had not been made yet."""
        for path in paths:
            for found in self.results.glob(path):
                shutil.rmtree(found) if found.is_dir() else found.unlink()

    def start(self, *arguments: str, own: bool = False, **extra: str) -> Started:
        """Start the workflow; `STOP_AT` and the like as in held.py.

        A snakemake that is to be sent a signal needs a python of its own; others are forks.
        """
        given = arguments or ("--cores", "2", *TARGETS)
        given = given if "--configfile" in given else (*given, *CONFIG)
        python = sys.executable if own else str(forks.start() / "python")
        return self.command(python, "-m", "snakemake", "-p", *given, **extra)

    def command(self, *command: str, **extra: str) -> Started:
        """Start any command."""
        self._started.append(Started(self.folder, command, f"run{next(self._names)}", **extra))
        return self._started[-1]

    def again(self, *arguments: str) -> list[str]:
        """Run the documented command after a stop; return the rules of the jobs that it ran."""
        run = self.start("--cores", "2", *TARGETS, *arguments)
        assert run.end() == 0, run.text()
        return ran(run.text())

    def back(self) -> list[str]:
        """Bring back a run whose snakemake was killed; return as `again` does."""
        run = self.command("sh", "-c", way_back("-p", "--cores", "2", *TARGETS, *CONFIG))
        assert run.end() == 0, run.text()
        return ran(run.text())

    def whole(self) -> None:
        """Assert that every artefact is that of the unbroken run, and nothing else is left."""
        found = compared.differences(self.results, self.unbroken_results, exactly=True)
        assert not found, found

    def partial(self) -> list[Path]:
        """List what was being written."""
        return list(self.results.rglob("*.partial*"))

    def clear(self) -> None:
        """Leave no process."""
        for each in self._started:
            each.clear()


def way_back(*arguments: str) -> str:
    """Return the documented line for a run without a scheduler, with other arguments."""
    found = {
        line
        for page in ("README.md", "docs/how-to/clusters.md")
        for line in re.findall(
            r"^snakemake --unlock && snakemake .*--cores.*$",
            (ROOT / page).read_text(),
            re.MULTILINE,
        )
    }
    assert len(found) == 1, f"the pages say {sorted(found)}"
    line = found.pop()
    assert line.endswith(" --cores all temper"), line
    return line.removesuffix("--cores all temper") + shlex.join(arguments)


@contextmanager
def mounted(*words: str | Path) -> Iterator[None]:
    """Mount something for the block; skip the test where only another user may."""
    *_, target = words
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(target)], check=True)
