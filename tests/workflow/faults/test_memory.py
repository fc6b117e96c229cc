"""A job that may not have the memory that it needs: a sentence, and nothing half made."""

import json
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
SIZE_PX = 16384
LIMIT = 8 * SIZE_PX**2
"""All memory that the job may have, bytes: what one image of float64 would take."""


@pytest.mark.fault(
    "a job over its memory, where the system refuses more (ulimit -v)",
    "one sentence says what to do; nothing half made is left",
    "that job",
)
def test_memory_that_is_not_enough(tmp_path):
    """The images are too large to be simulated, whatever python and its libraries take."""
    line = ["prlimit", f"--as={LIMIT}", sys.executable, "-m", "pspflow", "temper", "images"]
    flags = {
        "sheet": tmp_path / "sheet.csv",
        "images": tmp_path / "images",
        "truth": tmp_path / "truth.parquet",
        "log": tmp_path / "a.log",
        "options": json.dumps({"size_px": SIZE_PX}),
    }
    words = [word for name, value in flags.items() for word in (f"--{name}", str(value))]
    done = subprocess.run([*line, "simulate", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (sentence,) = [text for text in done.stderr.splitlines() if "Error: " in text]
    assert "The memory is not enough" in sentence
    assert "mem_mb" in sentence
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.log"]
