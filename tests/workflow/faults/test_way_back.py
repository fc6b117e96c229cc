"""The documented way back after Snakemake was killed, as the pages say it."""

import os
import signal

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
SHARD = "temper/persistence/shards/1-of-2.zarr"
RENAMING = rf"os\.rename .*{SHARD}"


@pytest.mark.fault(
    "SIGKILL of snakemake and of its job, then the documented line",
    "the run goes on; what was complete is not made again",
    "nothing but the job that was running",
)
def test_the_documented_line_brings_a_killed_run_back(run):
    """Both pages show one line; it works where the same command alone is refused."""
    run.remove(SHARD)
    broken = run.start(own=True, STOP_AT=RENAMING)
    job = broken.job()
    broken.process.kill()
    broken.end()
    os.kill(job, signal.SIGKILL)
    refused = run.start()
    assert refused.end() == 1
    assert "LockException" in refused.text()
    assert run.back() == ["persistence_compute", "persistence_merge", "persistence_section"]
    assert not run.partial()
    run.whole()
