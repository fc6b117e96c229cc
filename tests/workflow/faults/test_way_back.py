"""The documented way back after Snakemake was killed, as the page says it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
ROOT = Path(__file__).parents[3]
TARGET = "temper_persistence"
FILES = ("--configfile", "tests/config.yaml")


def way_back(page):
    """Read the line for a run without a scheduler."""
    (line,) = re.findall(
        r"^snakemake --unlock && snakemake .*--cores.*$", page.read_text(), re.MULTILINE
    )
    return line


@pytest.mark.fault(
    "SIGKILL of snakemake and of its job, then the documented line",
    "the run goes on; what was complete is not made again",
    "nothing but the job that was running",
)
def test_the_documented_line_brings_a_killed_run_back(checkout):
    """`--unlock` and the same command, on one line, also where outputs are marked incomplete."""
    python = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{python}{os.pathsep}{os.environ['PATH']}"}
    log = checkout.folder / "killed.log"
    with log.open("w") as stream:
        run = subprocess.Popen(
            [python / "snakemake", TARGET, "--cores", "1", *FILES],
            cwd=checkout.folder,
            env=environment,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
        until = time.monotonic() + 120
        marks = checkout.folder / ".snakemake/incomplete"
        while time.monotonic() < until:
            if "rule persistence_grid:" in log.read_text() and any(marks.iterdir()):
                break
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    assert any(marks.iterdir())
    refused = checkout.snakemake(TARGET, "--cores", "1", *FILES)
    assert "LockException" in refused.stdout

    line = way_back(ROOT / "docs/how-to/clusters.md")
    assert way_back(ROOT / "README.md") == line
    command = line.replace(" --cores all temper", f" --cores 1 {TARGET} {' '.join(FILES)}")
    assert command != line
    back = subprocess.run(
        command,
        shell=True,
        cwd=checkout.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert back.returncode == 0, back.stderr
    assert "rule persistence_grid:" in back.stderr
    assert "rule temper_images_simulate:" not in back.stderr
    assert checkout.planned(TARGET, *FILES) == set()
