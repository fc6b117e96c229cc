"""The profile of SLURM, and faults of jobs, through a real SLURM of one node."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .. import forks  # noqa: TID252 - what all tests of the workflow use
from ..compared import differences  # noqa: TID252
from .few import FEW

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("cluster")]
# the profile's pauses suit jobs of minutes
QUICK = ("--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "5", "--jobs", "6")
TRAINED = "results/tests/temper/pinet/pooled/weights.safetensors"
LONG = {"temper": {"pinet": {"max_epochs": 400, "patience": 400}}}
PATIENCE_S = 240.0


class Run:
    """A snakemake that sends its jobs to SLURM; its output goes to a file."""

    def __init__(self, checkout, slurm, *arguments, forked=False):
        binaries = Path(sys.executable).parent
        folders = [forks.start(), binaries] if forked else [binaries]
        python = str(folders[0] / "python")
        environment = {**os.environ, **slurm.environment}
        if forked:
            environment["FORKS_PYTHON"] = python
        environment["PATH"] = os.pathsep.join([*map(str, folders), slurm.environment["PATH"]])
        environment["XDG_CACHE_HOME"] = str(checkout.folder / "cache")
        files = ("--configfile", "tests/config.yaml", "changes.yaml")
        command = [python, "-m", "snakemake", "--profile", "slurm", *arguments, *QUICK, *files]
        self.log = checkout.folder / f"slurm{time.monotonic_ns()}.log"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                command,
                cwd=checkout.folder,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def text(self):
        """What it has printed."""
        return self.log.read_text()

    def ended(self):
        """Wait until it ends well; return what it printed."""
        status = self.process.wait()
        assert status == 0, self.text
        return self.text


def until(condition, what):
    """Wait for a condition."""
    end = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.1)
    return found


def test_every_study_through_slurm_equals_the_local_run(make_checkout, slurm, local):
    """`snakemake --profile slurm` makes what a local run makes, bit for bit, timings apart."""
    checkout = make_checkout("slurm")
    checkout.overlay("changes.yaml", FEW)
    text = Run(checkout, slurm, "all", forked=True).ended()
    assert "has been submitted with SLURM jobid" in text
    assert "Trying to restart job" not in text
    assert differences(local, checkout.folder / "results/tests") == []


@pytest.fixture(scope="module")
def unbroken(make_checkout):
    """Train PI-Net locally, for long enough to be hit, without a fault."""
    checkout = make_checkout("unbroken")
    checkout.overlay("changes.yaml", LONG)
    files = ("--configfile", "tests/config.yaml", "changes.yaml")
    run = checkout.snakemake("--cores", "2", TRAINED, *files)
    assert run.returncode == 0, run.stdout
    return checkout


@pytest.fixture
def prepared(checkout, unbroken):
    """Make a checkout where all that the training reads is there."""
    checkout.overlay("changes.yaml", LONG)
    subprocess.run(
        ["cp", "-a", unbroken.folder / "results", unbroken.folder / ".snakemake", checkout.folder],
        check=True,
    )
    for path in (checkout.folder / TRAINED).parent.iterdir():
        if path.is_file():
            path.unlink()
    return checkout


def training(checkout, slurm):
    """Wait until the training has a checkpoint; return the job's number in SLURM."""
    folder = (checkout.folder / TRAINED).parent
    until(lambda: list(folder.glob("resume/*/*.ckpt*")), "no checkpoint is written")
    return slurm.jobs("running")[0]


def equal(checkout, unbroken):
    return differences(*(each.folder / "results/tests/temper" for each in (checkout, unbroken)))


def submitted(text):
    """Return the names of the rules that went to SLURM, and how often."""
    return re.findall(r"^rule (\w+):$", text, re.MULTILINE)


@pytest.mark.faults
def test_a_cancelled_training_is_tried_again(prepared, unbroken, slurm):
    """What the scheduler cancels comes back within the run, and nothing else is made again."""
    run = Run(prepared, slurm, TRAINED)
    slurm.call("scancel", training(prepared, slurm))
    text = run.ended()
    assert "CANCELLED" in text
    assert set(submitted(text)) == {"temper_pinet_train"}
    assert equal(prepared, unbroken) == []


@pytest.mark.faults
def test_a_requeued_training_goes_on(prepared, unbroken, slurm):
    """The profile lets SLURM requeue what it preempts, and snakemake waits for it."""
    run = Run(prepared, slurm, TRAINED)
    slurm.call("scontrol", "requeue", training(prepared, slurm))
    text = run.ended()
    assert set(submitted(text)) == {"temper_pinet_train"}
    assert equal(prepared, unbroken) == []


@pytest.mark.faults
def test_a_killed_snakemake_comes_back(prepared, unbroken, slurm):
    """The documented way back, with the orphan still running."""
    run = Run(prepared, slurm, TRAINED)
    training(prepared, slurm)
    run.process.send_signal(signal.SIGKILL)
    run.process.wait()
    assert slurm.jobs("running"), "the orphan ended before the second command"
    Run(prepared, slurm, TRAINED, "--unlock").ended()
    text = Run(prepared, slurm, TRAINED).ended()
    assert set(submitted(text)) == {"temper_pinet_train"}
    assert equal(prepared, unbroken) == []
