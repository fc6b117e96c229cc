"""The profile of LSF drives the plugin, as far as a stand-in for LSF can show."""

import json
import os
import re
import subprocess

import pytest

from ..compared import differences  # noqa: TID252 - what tests of SLURM use too
from . import lsf
from .few import FEW

# beside the faults, which together take as long as SLURM
pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("faults")]
SHEET = "results/tests/temper/images/simulated/sheet.csv"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Put the stand-in's commands on the search path; return its folder."""
    folder = tmp_path_factory.mktemp("lsf") / "cluster"
    programs = lsf.install(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{programs}")
        yield folder


def jobs(folder):
    """Read what was asked for, by the number of the job."""
    found = (folder / "jobs").iterdir()
    return {int(place.name): json.loads((place / "job.json").read_text()) for place in found}


def test_a_job_that_lsf_lost_is_made_again(cluster, make_checkout):
    """UNKWN counts as success for the plugin: a job without its files is submitted again."""
    made = make_checkout("lost")
    before = len(jobs(cluster))
    (cluster / "lost").write_text("*temper_images_simulate*")
    arguments = ("--profile", "lsf", "--latency-wait", "3", "--configfile", "tests/config.yaml")
    run = made.snakemake(SHEET, *arguments)
    assert run.returncode == 0, run.stdout
    assert "MissingOutputException" in run.stdout
    assert "Trying to restart job" in run.stdout
    assert (made.folder / SHEET).exists()
    submitted = [job for number, job in jobs(cluster).items() if number > before]
    assert len(submitted) == 2
    # memory grows with the attempt
    assert submitted[0]["mem"] != submitted[1]["mem"]


@pytest.mark.parametrize(
    ("removed", "reason"),
    [
        (("-P", "default"), "-P"),
        (("-W", "30"), "-W"),
        (("-R", "rusage[mem=2000.0]"), "Memory requirement is missing"),
        (("-gpu", "num=1"), "do not fit"),
    ],
)
def test_the_stand_in_refuses_what_a_cluster_does(cluster, removed, reason):
    """A profile that forgets one of these would not pass here."""
    given = [
        *("-J", "name", "-o", "/dev/null", "-e", "/dev/null", "-P", "default", "-q", "gpu"),
        *("-W", "30", "-n", "1", "-R", "rusage[mem=2000.0]", "-R", "span[hosts=1]"),
        *("-gpu", "num=1", "-cwd", "/", "true"),
    ]
    at = next(i for i in range(len(given)) if tuple(given[i : i + 2]) == removed)
    del given[at : at + 2]
    run = subprocess.run(
        [cluster / "bin/bsub", *given], capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    assert reason in run.stderr


def test_a_job_over_its_time_is_ended(tmp_path):
    """The stand-in keeps to -W, so that the runtime of a rule means something."""
    programs = lsf.install(tmp_path / "short", minute_s=0.2)
    log = tmp_path / "log"
    command = [
        *("-J", "one", "-o", str(log), "-e", str(log), "-P", "default", "-q", "normal", "-W", "1"),
        *("-R", "rusage[mem=1.0]", "-R", "span[hosts=1]", "-cwd", str(tmp_path), "sleep 60"),
    ]
    subprocess.run([programs / "bsub", *command], check=True, capture_output=True)
    told = [programs / "bjobs", "-noheader", "-o", "jobid stat", "-aJ", "*one*"]
    state = subprocess.run(told, check=True, capture_output=True, text=True).stdout
    assert re.fullmatch(r"1 EXIT\n", state)
    assert "TERM_RUNLIMIT" in log.read_text()


def test_every_study_through_the_stand_in_equals_the_local_run(cluster, make_checkout, local):
    """Through LSF's profile every study ends with the artefacts of a local run, timings apart."""
    made = make_checkout("lsf")
    overlays = ("tests/config.yaml", made.overlay("changes.yaml", FEW))
    flags = ("--profile", "lsf", "--seconds-between-status-checks", "1", "--jobs", "12")
    run = made.snakemake("all", *flags, "--configfile", *overlays)
    assert run.returncode == 0, run.stdout
    assert "Trying to restart job" not in run.stdout
    assert differences(local, made.folder / "results/tests") == []
