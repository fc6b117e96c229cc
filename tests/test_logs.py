"""Log lines: what they say of themselves, and why the jobs of a run failed."""

import logging
import subprocess
import sys

from pspflow.status.stagelogs import read_stage_log

SAY = """
from pathlib import Path
from pspflow.logs import configure, log
configure(Path("made/job.log"))
log.info("begun")
log.warning("odd")
log.error("bad\\nworse")
"""


def test_marks(tmp_path):
    """Warnings and errors say what they are, on the terminal and in the file alike."""
    command = [sys.executable, "-c", SAY]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    said = [line[9:] for line in done.stderr.splitlines()]
    assert said[:3] == ["begun", "Warning: odd", "Error: bad"]
    assert done.stderr.endswith("\nworse\n")
    assert (tmp_path / "made/job.log").read_text() == done.stderr
    assert read_stage_log(tmp_path / "made/job.log").error == "bad\nworse"
    assert logging.getLevelName(logging.ERROR) == "ERROR"
