"""Two people start the same run in the same folder."""

import os
import signal

import pytest

from .broken import TARGETS, ran

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
SHARD = "temper/persistence/shards/1-of-2.zarr"
WRITING = r"os\.rename .*/\.1-of-2\..*partial\.zarr/.+/zarr\.json"


@pytest.mark.fault(
    "a second snakemake on the results of one that runs",
    "it is refused in a sentence and starts nothing; the first one finishes",
    "nothing",
)
def test_the_second_is_refused(run):
    run.remove(SHARD)
    first = run.start(STOP_AT=WRITING)
    job = first.job()
    second = run.start()
    assert second.end() == 1
    assert "Directory cannot be locked" in second.text()
    assert "Traceback" not in second.text()
    assert ran(second.text()) == []
    os.kill(job, signal.SIGCONT)
    assert first.end() == 0, first.text()
    run.whole()
    assert run.again() == []


@pytest.mark.fault(
    "two snakemakes at once on the same results, with the lock switched off",
    "both make the same artefacts, and both finish",
    "nothing",
)
def test_both_without_a_lock(run):
    run.remove(SHARD)
    first = run.start("--nolock", "--cores", "1", *TARGETS, STOP_AT=WRITING)
    job = first.job()
    second = run.start("--nolock", "--cores", "1", *TARGETS, "--rerun-incomplete")
    assert second.end() == 0, second.text()
    os.kill(job, signal.SIGCONT)
    assert first.end() == 0, first.text()
    assert not run.partial()
    run.whole()
    assert run.again() == []
