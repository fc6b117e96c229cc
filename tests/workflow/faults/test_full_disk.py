"""Disks that are full or read-only: one sentence with the file, and nothing half written."""

import json
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import replacing
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.pages import save_figure, save_page, save_picture
from pspflow.io.sections import write_section
from pspflow.io.sheet import write_sheet
from pspflow.io.tables import write_table
from pspflow.io.weights import save_weights

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]

KIB = 1 << 10
NOISE = np.random.default_rng(0).integers(0, 255, (600, 600)).astype(np.uint8)
FULL = "No space left on device"


def store(path, origin):
    with new_store(path, origin) as group:
        put_array(group, "values", NOISE, ("y", "x"), "grey level")


def folder_of_tiffs(path, origin):
    with replacing(path) as staged:
        staged.mkdir()
        write_tiff(staged / "a.tif", NOISE, 0.5, origin.as_json())


def figure(path, origin):
    drawn = Figure()
    drawn.subplots().imshow(NOISE)
    save_figure(path, drawn, origin)


WRITERS = {
    "a.zarr": store,
    "a.parquet": lambda path, origin: write_table(
        path, pd.DataFrame({"v": np.random.default_rng(0).normal(size=40_000)}), origin
    ),
    "a.safetensors": lambda path, origin: save_weights(
        path, {"a": torch.zeros(80_000)}, {}, origin
    ),
    "a.json": lambda path, origin: write_section(path, json.dumps({"t": "a" * 300_000}), origin),
    "a.csv": lambda path, _: write_sheet(path, pd.DataFrame({"image": ["a" * 99] * 3_000})),
    "images": folder_of_tiffs,
    "figure.png": figure,
    "picture.png": lambda path, origin: save_picture(path, NOISE, origin),
    "page.html": lambda path, _: save_page(path, "a" * 300_000),
}


@pytest.fixture
def disk(tmp_path):
    """Mount a disk of 128 KiB, and unmount it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def command(*arguments, **options):
    """Run pspflow as a user does."""
    line = [sys.executable, "-m", "pspflow", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, **options)


@pytest.mark.fault(
    "the disk is full",
    "the stage stops with one sentence that names the file; no part of it stays",
    "nothing: free space and run again",
)
@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk(disk, provenance, name):
    """Whatever the format, the target is named, and what was there before stays as it was."""
    (disk / name).write_text("old")
    with pytest.raises(InputError) as caught:
        WRITERS[name](disk / name, provenance)
    sentence = str(caught.value)
    assert sentence.startswith(f"{disk / name}: it cannot be written ({FULL}); free space there")
    assert "\n" not in sentence
    assert [path.name for path in disk.iterdir()] == [name]
    assert (disk / name).read_text() == "old"


@pytest.mark.fault(
    "the results folder is read-only",
    "the stage stops with one sentence that names the file",
    "nothing: name another place and run again",
)
@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("deep", [False, True])
def test_a_disk_that_is_read_only(disk, provenance, name, deep):
    """Whatever the format, and whether or not its folder is there."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    path = disk / "deep" / name if deep else disk / name
    with pytest.raises(InputError) as caught:
        WRITERS[name](path, provenance)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: it cannot be written (Read-only file system); name")
    assert list(disk.iterdir()) == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_stage_on_such_a_disk(disk, read_only):
    """The command ends with the sentence, and with 1; its log, on the same disk, says no more."""
    if read_only:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    done = command(
        *("temper", "images", "simulate", "--sheet", disk / "sheet.csv"),
        *("--images", disk / "images", "--truth", disk / "truth.parquet", "--log", disk / "a.log"),
    )
    assert done.returncode == 1
    (sentence,) = [line for line in done.stderr.splitlines() if "Error: " in line]
    assert str(disk) in sentence
    assert ("Read-only file system" if read_only else FULL) in sentence
    assert "Traceback" not in done.stderr
    assert [path.name for path in disk.iterdir()] == ([] if read_only else ["a.log"])


TALK = """
import sys
from pathlib import Path
from pspflow.logs import configure, log
configure(Path(sys.argv[1]))
for number in range(5000):
    log.info("%s", "a long line of a log " * 4)
"""


@pytest.mark.fault(
    "the disk of the log is full",
    "one warning on the terminal; the stage goes on",
    "the rest of the log",
)
def test_a_log_on_a_full_disk(disk):
    """Logging says so once and no traceback; the work goes on, and says the rest there."""
    line = [sys.executable, "-c", TALK, str(disk / "a.log")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr.count("Warning: ") == 1
    assert f"{disk / 'a.log'}: the log ends here ({FULL})" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Logging error" not in done.stderr
    said, written = done.stderr.splitlines(), (disk / "a.log").read_text().splitlines()
    # all but the line that the disk no longer took, and the warning
    assert len(said) + len(written) in (5000, 5001)
    assert min(len(said), len(written)) > 100


def test_printing_to_a_full_disk(disk):
    """The schema that goes to a file of a full disk ends in a sentence."""
    (disk / "schema.json").touch()
    with suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while file.write(bytes(KIB)):
            pass
    with (disk / "schema.json").open("w") as file:
        line = [sys.executable, "-m", "pspflow", "schema"]
        done = subprocess.run(line, stdout=file, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert FULL in done.stderr
    assert "Traceback" not in done.stderr


LIMITED = """
import resource, signal, sys
from pathlib import Path
from pspflow.io.pages import save_page
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    save_page(Path(sys.argv[1]), "a" * 100_000)
except ValueError as error:
    print(error)
"""


def test_a_limit_on_the_size_of_files(tmp_path):
    """A limit of the system is named as such."""
    path = tmp_path / "page.html"
    line = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"{path}: it cannot be written (File too large); raise the limit")
    assert list(tmp_path.iterdir()) == []
