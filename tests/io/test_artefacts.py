"""Artefacts: complete or not at all, fingerprinted by content, with reproducible bytes."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance, fingerprint, replacing
from pspflow.io.tables import write_table
from pspflow.options import Options

HALF_WRITTEN = """
import sys, time
from pathlib import Path
from pspflow.io.artefacts import replacing
with replacing(Path(sys.argv[1])) as staged:
    staged.write_text("half")
    print("staged", flush=True)
    time.sleep(60)
"""


REPLACING = """
import sys
from pathlib import Path
from pspflow.io import artefacts
if sys.argv[3] == "set aside":
    artefacts.exchange = lambda one, other: False
for number in range(300):
    with artefacts.replacing(Path(sys.argv[1])) as staged:
        staged.mkdir()
        for part in "ab":
            (staged / part).write_text(f"{sys.argv[2]} {number}")
"""


def names(folder):
    """Return the names in a folder, hidden ones included."""
    return sorted(path.name for path in folder.iterdir())


def fail_after(_, error):
    """Raise an error once something was written."""
    raise error


@pytest.fixture
def writer(tmp_path):
    """Start a process that is halfway through writing a table."""
    command = [sys.executable, "-c", HALF_WRITTEN, str(tmp_path / "table.csv")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "staged\n"
        yield process
        process.kill()


@pytest.mark.parametrize("name", ["table.csv", "no_suffix", "odd[1]*.csv", "two.dots.parquet"])
def test_writes_beside_and_renames(tmp_path, name):
    """The target appears when the block ends, nothing else stays, and the suffix is kept."""
    target = tmp_path / "new" / name
    with replacing(target) as staged:
        assert staged.parent == target.parent
        assert staged.name.startswith(".")
        assert staged.name.endswith(target.suffix)
        staged.write_text("done")
        assert not target.exists()
    assert names(target.parent) == [name]
    assert target.read_text() == "done"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_failure_leaves_the_old_target(tmp_path, error):
    """An exception, an interrupt included, leaves no partial and the old target as it was."""
    target = tmp_path / "table.csv"
    target.write_text("old")
    with pytest.raises(error), replacing(target) as staged:
        fail_after(staged.write_text("half"), error)
    assert names(tmp_path) == ["table.csv"]
    assert target.read_text() == "old"


def test_failed_folder_leaves_nothing(tmp_path):
    """A folder that fails halfway leaves nothing behind."""
    with pytest.raises(ValueError), replacing(tmp_path / "store.zarr") as staged:  # noqa: PT011
        fail_after((staged / "deep").mkdir(parents=True), ValueError)
    assert names(tmp_path) == []


def test_forgetting_to_write_is_an_error(tmp_path):
    """A block that writes nothing fails, and the old folder stays."""
    target = tmp_path / "store"
    target.mkdir()
    (target / "chunk").write_text("old")
    with pytest.raises(FileNotFoundError), replacing(target):
        pass
    assert (target / "chunk").read_text() == "old"


@pytest.mark.parametrize("folder", [False, True])
def test_equal_bytes_are_left_alone(tmp_path, folder):
    """An orphan that ends after its resubmission does not make everything behind it outdated."""
    target = tmp_path / "made.zarr"
    for text, kept in [("one", False), ("one", True), ("two", False), ("three", False)]:
        before = target.stat().st_ino if target.exists() else None
        with replacing(target) as staged:
            if folder:
                staged.mkdir()
            (staged / "c" if folder else staged).write_text(text)
        assert (target.stat().st_ino == before) == kept
        assert (target / "c" if folder else target).read_text() == text
        assert list(tmp_path.iterdir()) == [target]


def test_folders_and_files_replace_each_other(tmp_path):
    """A folder replaces a filled folder, a file a folder, and a folder a file."""
    target = tmp_path / "target"
    for name in ("first", "second"):
        with replacing(target) as staged:
            staged.mkdir()
            (staged / name).write_text(name)
        assert names(target) == [name]
    with replacing(target) as staged:
        staged.write_text("file")
    assert target.read_text() == "file"
    with replacing(target) as staged:
        staged.mkdir()
    assert names(target) == []
    assert names(tmp_path) == ["target"]


@pytest.mark.parametrize("way", ["exchange", "set aside"])
def test_two_processes_replace_one_folder(tmp_path, way):
    """Neither fails, however their steps fall, and the folder is that of one of them.

    On a GPU an orphan and its resubmission make other last digits. Where the system exchanges two
    folders in one step, there is one at every moment.
    """
    target = tmp_path / "store.zarr"
    target.mkdir()
    commands = [[sys.executable, "-c", REPLACING, str(target), each, way] for each in "12"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    missing = 0
    while any(process.poll() is None for process in both):
        missing += not target.exists()
    assert [process.communicate()[1] for process in both] == ["", ""]
    assert [process.returncode for process in both] == [0, 0]
    assert len({path.read_text() for path in target.iterdir()}) == 1
    assert names(target) == ["a", "b"]
    assert names(tmp_path) == ["store.zarr"]
    assert way == "set aside" or not missing


def test_killed_process_leaves_only_a_hidden_partial(tmp_path, writer):
    """The partial file of a live process stays; once it is killed, the next call removes it."""
    target = tmp_path / "table.csv"
    (partial,) = names(tmp_path)
    assert partial.startswith(".")
    assert str(writer.pid) in partial
    with replacing(target) as staged:
        staged.write_text("resubmitted")
    assert names(tmp_path) == [partial, "table.csv"]
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert names(tmp_path) == [partial, "table.csv"]
    with replacing(target) as staged:
        staged.write_text("again")
    assert names(tmp_path) == ["table.csv"]
    assert target.read_text() == "again"


def test_own_leftover_is_cleared(tmp_path):
    """A partial folder of the same process id, as after a restart in a container, is not reused."""
    with replacing(tmp_path / "store") as staged:
        leftover = staged
        staged.mkdir()
    leftover.mkdir()
    (leftover / "stale").write_text("stale")
    with replacing(tmp_path / "store") as staged:
        assert not staged.exists()
        staged.mkdir()
    assert names(tmp_path) == ["store"]
    assert names(tmp_path / "store") == []


def test_foreign_hidden_files_are_kept(tmp_path):
    """Files that only resemble a partial file are not removed and cause no error."""
    with replacing(tmp_path / "table.csv") as staged:
        staged.write_text("one")
    foreign = staged.name.replace(str(os.getpid()), "notes")
    (tmp_path / foreign).write_text("mine")
    with replacing(tmp_path / "table.csv") as staged:
        staged.write_text("two")
    assert names(tmp_path) == sorted([foreign, "table.csv"])


def test_fingerprint_reads_content_and_not_dates(tmp_path):
    """Dates and the file's own name do not count; one changed byte does."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"content")
    two.write_bytes(b"content")
    os.utime(two, (0, 0))
    assert fingerprint(one) == fingerprint(two)
    assert len(fingerprint(one)) == 32
    two.write_bytes(b"contend")
    assert fingerprint(one) != fingerprint(two)
    assert fingerprint(one, two) != fingerprint(two, one)


def test_fingerprint_of_a_folder(tmp_path):
    """Names inside a folder count; hidden files and folders, and the order of making, do not."""
    prints = []
    for folder, order in ((tmp_path / "a", "xyz"), (tmp_path / "b", "zyx")):
        (folder / "deep").mkdir(parents=True)
        for name in order:
            (folder / "deep" / name).write_text(name)
        prints.append(fingerprint(folder))
    assert prints[0] == prints[1]
    (tmp_path / "b" / ".snakemake_timestamp").write_text("")
    (tmp_path / "b" / ".cache").mkdir()
    (tmp_path / "b" / ".cache" / "file").write_text("hidden")
    assert fingerprint(tmp_path / "b") == prints[0]
    (tmp_path / "b" / "deep" / "x").rename(tmp_path / "b" / "deep" / "w")
    assert fingerprint(tmp_path / "b") != prints[0]


def test_fingerprint_separates_files(tmp_path):
    """The end of one file and the name of the next cannot be exchanged."""
    for folder, files in (("a", {"x": b"1y\x002"}), ("b", {"x": b"1", "y": b"2"})):
        (tmp_path / folder).mkdir()
        for name, content in files.items():
            (tmp_path / folder / name).write_bytes(content)
    assert fingerprint(tmp_path / "a") != fingerprint(tmp_path / "b")


def test_provenance_fingerprints_inputs(tmp_path):
    """A record names stage, options, seed, version and inputs, in JSON-ready values."""

    class Size(Options):
        """Options of a stage."""

        size_px: int = 8

    sheet = tmp_path / "sheet.csv"
    sheet.write_text("image")
    record = Provenance.of("temper test", {"sheet": sheet, "images": [sheet, sheet]}, Size(), 3)
    assert set(record.as_dict()) == {"stage", "options", "seed", "inputs", "version"}
    assert record.options == {"size_px": 8}
    assert record.inputs == {"sheet": fingerprint(sheet), "images": fingerprint(sheet, sheet)}


def test_same_inputs_same_bytes(tmp_path, provenance):
    """A table and a store written twice have the same bytes: no time stamp, nothing random."""
    table = pd.DataFrame({"name": ["a", "b"], "size_um": [1.0, np.nan]})
    values = np.arange(60, dtype=np.float32).reshape(5, 12)
    prints = []
    for run in ("first", "second"):
        write_table(tmp_path / run / "table.parquet", table, provenance)
        with new_store(tmp_path / run / "store.zarr", provenance) as store:
            for name in "bca":
                put_array(store, name, values, ("y", "x"), "m")
        prints.append(fingerprint(tmp_path / run))
        time.sleep(0.01)
    assert prints[0] == prints[1]


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "other"},
        {"options": {"width": 3}},
        {"options": {"width": "2"}},
        {"options": {}},
        {"seed": 1},
        {"seed": None},
        {"inputs": {"chips": "other"}},
        {"inputs": {"grid": "print"}},
        {"version": "other"},
    ],
    ids=str,
)
def test_another_record_has_another_resume_folder(tmp_path, change):
    """Checkpoints of other options, seeds and inputs are never mistaken for one's own."""
    record = Provenance("stage", {"width": 2}, 0, {"chips": "print"}, "version")
    weights = tmp_path / "weights.safetensors"
    folder = record.resume_folder(weights)
    assert folder.parent == tmp_path / "resume"
    assert replace(record, **change).resume_folder(weights) != folder
    assert replace(record).resume_folder(weights) == folder
    assert record.resume_folder(tmp_path / "seed1" / weights.name) != folder


def test_a_training_resumes_on_another_device(tmp_path):
    """The device is in the record, where one is used, and not in the name of the folder."""
    record = Provenance("stage", {"width": 2}, 0, {"chips": "print"}, "version")
    weights = tmp_path / "weights.safetensors"
    assert "device" not in record.as_dict()
    for device in ("cpu", "cuda, Card"):
        used = replace(record, device=device)
        assert used.as_dict() == {**record.as_dict(), "device": device}
        assert used.resume_folder(weights) == record.resume_folder(weights)
