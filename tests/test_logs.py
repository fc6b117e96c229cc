"""Log lines: what they say of themselves, and why the jobs of a run failed."""

import logging
import os
import subprocess
import sys

from pspflow.logs import last_errors

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
    assert list(last_errors(tmp_path, 0)) == ["bad\nworse"]
    assert logging.getLevelName(logging.ERROR) == "ERROR"


def write(path, text, seconds):
    """Write a log that was changed at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (seconds, seconds))
    return path


def test_last_errors(tmp_path):
    """Each error once, from logs of this run alone that end with one; of a traceback its end."""
    old = write(tmp_path / "a/old.log", "12:00:00 Error: old\n", 99)
    write(tmp_path / "a/fine.log", "12:00:00 begun\n12:00:01 done\n", 101)
    write(tmp_path / "a/warned.log", "12:00:00 Warning: odd\n", 101)
    write(tmp_path / "a/again.log", "12:00:00 Error: first\n12:00:01 done\n", 101)
    write(tmp_path / "a/empty.log", "", 101)
    write(tmp_path / "a/bytes.txt", "12:00:00 Error: no log\n", 101)
    (tmp_path / "a/bytes.log").write_bytes(b"12:00:00 Error: \xb5m\n")
    one = write(tmp_path / "a/b/1-of-2.log", "12:00:00 begun\n12:00:01 Error: x\ny\n", 101)
    write(tmp_path / "a/b/2-of-2.log", "12:00:02 Error: x\ny\n", 101)
    trace = "12:00:01 Error: Traceback (most recent call last):\n  File\nValueError: deep\n\n"
    two = write(tmp_path / "c.log", trace, 100)
    found = last_errors(tmp_path, 100)
    assert found == {"x\ny": one, "\ufffdm": tmp_path / "a/bytes.log", "ValueError: deep": two}
    assert last_errors(tmp_path, 0)["old"] == old
    assert last_errors(tmp_path / "nowhere", 0) == {}
