"""Log lines: what they say of themselves, and why the jobs of a run failed."""

import logging
import socket
import subprocess
import sys
import time

from pspflow.status.stagelogs import read_stage_log

SAY = """
from pathlib import Path
from pspflow.logs import configure, log
configure({})
log.info("begun")
log.warning("odd")
log.error("bad\\nworse")
"""

NOTED = """
from pathlib import Path
from pspflow.logs import configure, log, noted
configure(Path("job.log"))
with noted():
    log.info("begun")
    {}
"""


def test_marks(tmp_path):
    """Warnings and errors say what they are; the rest goes to the file alone, if there is one."""
    done = {}
    for given in ("None", "Path('made/job.log')"):
        command = [sys.executable, "-c", SAY.format(given)]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        done[given] = [line[9:] if ":" in line[:3] else line for line in run.stderr.splitlines()]
    everything = ["begun", "Warning: odd", "Error: bad", "worse"]
    assert done["None"] == everything
    assert done["Path('made/job.log')"] == everything[1:]
    written = (tmp_path / "made/job.log").read_text()
    assert [line[9:] for line in written.splitlines()][:3] == everything[:3]
    assert written.endswith("\nworse\n")
    assert read_stage_log(tmp_path / "made/job.log").error == "bad\nworse"
    assert logging.getLevelName(logging.ERROR) == "ERROR"


def test_long_work_says_no_more_on_the_terminal(tmp_path):
    """What is said between the items of long work goes to the file alone, too."""
    code = SAY.format("Path('job.log')") + (
        "from pspflow.logs import progress\n"
        "for item in progress([1, 2], 2, 'work', 'item'): log.info('within')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "within" not in run.stderr
    assert (tmp_path / "job.log").read_text().count("within") == 2


def test_noted(tmp_path, monkeypatch):
    """The file alone says when and where a stage started, and that it ended if it did."""
    monkeypatch.setenv("SLURM_JOB_ID", "118")
    begun = time.time()
    for text, ended in (("pass", True), ("raise KeyboardInterrupt", False)):
        code = NOTED.format(text)
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, check=False)
        assert b"Started" not in done.stderr.split(b"Traceback")[0]
        read = read_stage_log(tmp_path / "job.log")
        assert read.finished == ended
        assert (read.host, read.number) == (socket.gethostname(), "118")
        assert begun - 1 <= read.started <= time.time()
        assert read.error is None


def test_long_error(tmp_path):
    """The error is found whole, however long it is; of a traceback its last line counts."""
    path = tmp_path / "a.log"
    path.write_text("12:00:00 begun\n12:00:01 Error: " + "one sentence\n" * 2000)
    assert read_stage_log(path).error.count("one sentence") == 2000
    path.write_text(
        "12:00:01 Error: Traceback (most recent call last):\n  File\nValueError: deep\n"
    )
    assert read_stage_log(path).error == "ValueError: deep"
    path.write_bytes(b"12:00:00 Error: \xb5m\n")
    assert read_stage_log(path).error == "\ufffdm"
    path.write_text("")
    assert read_stage_log(path) is None
    assert read_stage_log(tmp_path / "none.log") is None
