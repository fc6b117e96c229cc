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

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("slurm")]
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
        words = ("-p", "--profile", "slurm")  # -p: its blocks on each job are read
        command = [python, "-m", "snakemake", *words, *arguments, *QUICK, *files]
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
    """Return the names of the rules that went to SLURM, once for each time."""
    return re.findall(r"^rule (\w+):$", text, re.MULTILINE)


def log(checkout):
    """Locate what the training says."""
    return checkout.folder / "results/tests/temper/logs/pinet/pooled/train.log"


def resumed(checkout):
    """Whether the training that ended last began at a checkpoint."""
    return "Going on from epoch" in log(checkout).read_text()


def test_a_request_that_no_node_can_serve_is_said_once(checkout, slurm):
    """Nothing is submitted, and the sentence names rule, request, limit and what to change."""
    checkout.overlay("changes.yaml", {})
    sheet = "results/tests/temper/images/simulated/sheet.csv"
    run = Run(checkout, slurm, sheet, "--set-threads", "temper_images_simulate=100")
    assert run.process.wait() != 0
    assert run.text.count("temper_images_simulate asks for 100 CPUs") == 1
    assert "--set-threads temper_images_simulate=" in run.text
    assert "has been submitted" not in run.text


def cancel(slurm, job, checkout):
    """Cancel a job, as a person does."""
    slurm.call("scancel", job)


def requeue(slurm, job, checkout):
    """Take a job from its node and queue it again, as a preemption does."""
    slurm.call("scontrol", "requeue", job)


def outlast(slurm, job, checkout):
    """Let a job be over its time limit, of a minute at least: its stage stands still until then."""
    slurm.call("scontrol", "update", f"JobId={job}", "TimeLimit=1")
    started = re.search(r"Started .* process (\d+)", log(checkout).read_text())
    os.kill(int(started[1]), signal.SIGSTOP)


@pytest.mark.faults
@pytest.mark.fault(
    "scancel, preemption (requeue) or the time limit ends a training job on SLURM",
    "it is submitted again, by the run or by SLURM, and goes on from its checkpoint",
    "at most an epoch",
)
@pytest.mark.parametrize(
    ("hit", "said"), [(cancel, "CANCELLED"), (requeue, ""), (outlast, "TIMEOUT")]
)
def test_a_training_that_slurm_ends_goes_on(prepared, unbroken, slurm, hit, said):
    """What the scheduler ends comes back within the run, and nothing else is made again."""
    run = Run(prepared, slurm, TRAINED)
    hit(slurm, training(prepared, slurm), prepared)
    text = run.ended()
    assert said in text
    assert set(submitted(text)) == {"temper_pinet_train"}
    assert resumed(prepared)
    assert equal(prepared, unbroken) == []


@pytest.mark.faults
@pytest.mark.fault(
    "a job takes more memory than it asked SLURM for",
    "SLURM ends it, and it is submitted again with more",
    "what the job had done",
)
def test_a_job_over_its_memory_gets_more(prepared, unbroken, slurm):
    """Memory grows with the attempt, so that a run survives a job that was underestimated."""
    memory = "temper_pinet_train:mem_mb=450*attempt**2"
    text = Run(prepared, slurm, TRAINED, "--set-resources", memory).ended()
    assert submitted(text).count("temper_pinet_train") > 1
    assert "OUT_OF_MEMORY" in text or "CANCELLED" in text or "FAILED" in text
    assert equal(prepared, unbroken) == []


@pytest.mark.faults
@pytest.mark.fault(
    "SIGKILL of snakemake while a training runs on SLURM",
    "the job goes on as an orphan; the documented line finishes beside it",
    "nothing",
)
def test_a_killed_snakemake_comes_back(prepared, unbroken, slurm):
    """The documented way back, with the orphan still running."""
    run = Run(prepared, slurm, TRAINED)
    training(prepared, slurm)
    run.process.send_signal(signal.SIGKILL)
    run.process.wait()
    assert slurm.jobs("running"), "the orphan ended before the second command"
    Run(prepared, slurm, TRAINED, "--unlock").ended()
    text = Run(prepared, slurm, TRAINED, "--rerun-incomplete").ended()
    assert set(submitted(text)) == {"temper_pinet_train"}
    assert equal(prepared, unbroken) == []
