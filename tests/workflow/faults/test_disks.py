"""Disks that are full, or cannot be written: a sentence, no half artefact, and a way on."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .broken import mounted

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
# what is made on the full disk, one of each format, and the free space that is too little for it
ARTEFACTS = {
    "store": ("temper/persistence/shards/2-of-2.zarr", 3 << 12),
    "table": ("temper/images/chips.parquet", 1 << 12),
    "page": ("temper/persistence/section.json", 2 << 12),
    "figure": ("temper/persistence/figures/persistence.png", 2 << 12),
}


def fill(folder: Path, spare: int) -> Path:
    """Fill the disk of a folder but for some bytes; return the file that takes the space."""
    ballast = folder / "ballast"
    free = shutil.disk_usage(folder).free
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - spare)
    return ballast


@pytest.mark.fault(
    "a full disk, while a store, a table, a figure or a section of the report is written",
    "the job names the file and the remedy in one sentence; with space again, the same command "
    "goes on",
    "that job",
)
@pytest.mark.parametrize("kind", ARTEFACTS)
def test_a_full_disk(run, kind):
    artefact, spare = ARTEFACTS[kind]
    path = run.results / artefact
    shutil.move(run.folder / "results", run.folder / "moved")
    (run.folder / "results").mkdir()
    with mounted("-t", "tmpfs", "-o", "size=32m", "tmpfs", run.folder / "results"):
        shutil.copytree(run.folder / "moved", run.folder / "results", dirs_exist_ok=True)
        # beside the figure, in one job, which frees their place
        run.remove(artefact, artefact.replace(".png", ".svg"), "temper/persistence/section.json")
        ballast = fill(run.folder / "results", spare)
        full = run.start()
        assert full.end() == 1, full.text()
        said = full.text().partition("Failed, see ")[2]
        assert "Traceback" not in full.text()
        assert path.name in said
        assert "No space left on device" in said
        assert "free space there" in said
        assert not path.exists()
        assert not run.partial()
        ballast.unlink()
        run.again()
        run.whole()


@pytest.mark.fault(
    "a results folder that cannot be written",
    "what cannot be written is named, without a traceback; nothing is changed",
    "nothing",
)
@pytest.mark.parametrize(
    ("artefact", "rules"),
    [
        ("composite/structures/section.json", {"composite_structures_section"}),
        ("temper/persistence/images.zarr", {"persistence_merge", "persistence_section"}),
    ],
)
def test_a_folder_that_is_read_only(run, artefact, rules):
    """Snakemake refuses to replace a figure; to make a store is the job's."""
    run.remove(artefact)
    before = {path: path.stat().st_mtime_ns for path in run.results.rglob("*")}
    results = run.folder / "results"
    with mounted("--bind", results, results):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(results)], check=True)
        refused = run.start()
        assert refused.end() == 1
        print(refused.text())
        assert "Traceback" not in refused.text()
        assert re.search("Write-protected|Read-only file system", refused.text())
        assert {path: path.stat().st_mtime_ns for path in run.results.rglob("*")} == before
    assert set(run.again()) == rules
    run.whole()
