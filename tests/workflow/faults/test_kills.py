"""What a kill costs: the job that was hit, and nothing of what was finished."""

import os
import signal

import pytest

from .broken import TARGETS, ended, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
SHARD = "temper/persistence/shards/1-of-2.zarr"
SOLVED = "composite/structures/all/solved/2-of-2.zarr"
# from the artefact that is made, to what is removed so that it is, and what depends on it
JOBS = {
    "persistence": (SHARD, "persistence_compute"),
    "solver": (SOLVED, "composite_structures_solve"),
}


def writing(artefact: str) -> str:
    """Name the moment at which a job is in the middle of writing a store."""
    folder, _, name = artefact.rpartition("/")
    return rf"os\.rename .*{folder}/\.{name.removesuffix('.zarr')}\..*partial\.zarr/.+/zarr\.json"


def renaming(artefact: str) -> str:
    """Name the moment before an artefact gets its name."""
    return rf"os\.rename .*{artefact}"


@pytest.mark.fault(
    "SIGKILL of a shard's job, of persistence images or of the solver, while it writes",
    "snakemake names the job; the same command runs it and what waits for it",
    "that job",
)
@pytest.mark.parametrize("kind", JOBS)
@pytest.mark.parametrize("moment", [writing, renaming])
def test_a_shard_that_is_killed(run, kind, moment):
    artefact, rule = JOBS[kind]
    run.remove(artefact)
    broken = run.start(STOP_AT=moment(artefact))
    os.kill(broken.job(), signal.SIGKILL)
    assert broken.end() == 1
    assert f"Error in rule {rule}" in broken.text()
    assert not (run.results / artefact).exists()
    assert run.again().count(rule) == 1
    assert not run.partial()
    run.whole()


@pytest.mark.fault(
    "SIGKILL of snakemake while a job writes; the job goes on as an orphan beside its resubmission",
    "the documented way back finishes while the orphan still runs; then the orphan ends, and "
    "changes nothing",
    "nothing",
)
@pytest.mark.parametrize("kind", JOBS)
def test_snakemake_is_killed_and_its_job_goes_on(run, kind):
    artefact, rule = JOBS[kind]
    run.remove(artefact)
    broken = run.start(own=True, STOP_AT=writing(artefact))
    orphan = broken.job()
    broken.process.kill()
    broken.end()
    assert run.back().count(rule) == 1
    assert run.partial(), "the orphan has been disturbed"
    os.kill(orphan, signal.SIGCONT)
    wait_for(lambda: ended(orphan), "the orphan ends")
    assert not run.partial()
    run.whole()
    assert run.again() == []


@pytest.mark.fault(
    "an orphan ends while what reads its artefact runs already",
    "both jobs of the artefact make the same bytes, and the reader gets them",
    "nothing",
)
def test_an_orphan_ends_under_its_reader(run):
    run.remove(SHARD)
    broken = run.start(own=True, STOP_AT=renaming(SHARD))
    orphan = broken.job()
    broken.process.kill()
    broken.end()
    unlocked = run.start("--unlock", *TARGETS)
    assert unlocked.end() == 0
    merging = r"os\.mkdir .*persistence/\.images\..*\.partial\.zarr.*"
    going = run.start("--cores", "2", *TARGETS, "--rerun-incomplete", STOP_AT=merging)
    reader = going.job()
    os.kill(orphan, signal.SIGCONT)
    wait_for(lambda: ended(orphan), "the orphan ends")
    os.kill(reader, signal.SIGCONT)
    assert going.end() == 0, going.text()
    run.whole()
    assert run.again() == []


@pytest.mark.fault(
    "SIGKILL of a job while it replaces an artefact that is there already",
    "the artefact is whole, or not there; the next run makes it",
    "that job",
)
def test_a_kill_between_the_old_and_the_new_artefact(run):
    arguments = ("--cores", "2", *TARGETS, "--forcerun", "persistence_merge")
    broken = run.start(*arguments, STOP_AT=renaming(r"persistence/images\.zarr"))
    os.kill(broken.job(), signal.SIGKILL)
    assert broken.end() == 1
    assert set(run.again()) == {"persistence_merge", "persistence_section"}
    assert not run.partial()
    run.whole()


@pytest.mark.fault(
    "SIGINT (Ctrl-C) of snakemake and its jobs",
    "snakemake ends its jobs and lifts its lock; the same command goes on",
    "the jobs that ran",
)
def test_an_interrupt(run):
    run.remove(SHARD)
    broken = run.start(own=True, STOP_AT=writing(SHARD))
    job = broken.job()
    os.killpg(broken.process.pid, signal.SIGINT)
    os.kill(job, signal.SIGCONT)
    assert broken.end() == 1
    wait_for(lambda: ended(job), "the job ends")
    assert not run.partial()
    assert run.again() == ["persistence_compute", "persistence_merge", "persistence_section"]
    run.whole()


@pytest.mark.fault(
    "SIGTERM of snakemake",
    "it starts no further job, waits for those that run and lifts its lock; the same command goes "
    "on",
    "nothing",
)
def test_a_request_to_end(run):
    run.remove(SHARD)
    broken = run.start(own=True, STOP_AT=writing(SHARD))
    job = broken.job()
    broken.process.terminate()
    said = "Will exit after finishing currently running jobs"
    wait_for(lambda: said in broken.text(), broken.text())
    os.kill(job, signal.SIGCONT)
    assert broken.end() == 1, broken.text()
    assert ended(job)
    assert run.again() == ["persistence_merge", "persistence_section"]
    run.whole()
