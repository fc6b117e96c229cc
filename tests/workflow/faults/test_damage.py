"""Artefacts damaged between two jobs, behind snakemake's back: refused, and made again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
# of each format, what is damaged (a file of the artefact) and the rule that reads it
ARTEFACTS = {
    "store": ("temper/persistence/shards/1-of-2.zarr", "persistence_image/c/0/0/0/0",
        "persistence_merge"),
    "metadata of a store": ("temper/persistence/shards/1-of-2.zarr", "zarr.json",
        "persistence_merge"),
    "table": ("composite/structures/all/stiffness.parquet", "", "composite_structures_section"),
}  # fmt: skip


def cut(file: Path) -> None:
    """Keep the first half."""
    os.truncate(file, file.stat().st_size // 2)


def flip(file: Path) -> None:
    """Change one bit in the middle."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.fault(
    "a store or a table is cut short, has a bit flipped or lacks a part, and keeps its date",
    "the job that reads it stops, and names it and the remedy: delete it; then the same command "
    "makes the same bytes again",
    "what is deleted",
)
@pytest.mark.parametrize("damage", [cut, flip, Path.unlink])
@pytest.mark.parametrize("kind", ARTEFACTS)
def test_damage(run, kind: str, damage: Callable[[Path], None]):
    artefact, part, reader = ARTEFACTS[kind]
    if damage is Path.unlink and not part:
        pytest.skip("a file that is gone is an artefact that is gone: snakemake makes it again")
    path = run.results / artefact / part
    whole, folder = path.stat(), path.parent.stat()
    damage(path)
    if path.exists():
        os.utime(path, ns=(whole.st_atime_ns, whole.st_mtime_ns))
    os.utime(path.parent, ns=(folder.st_atime_ns, folder.st_mtime_ns))
    rules = ("--cores", "1", "--forcerun", reader, "--until", reader)
    refused = run.start(*rules)
    print(refused.text())
    assert refused.end() == 1
    said = refused.text().partition("Failed, see ")[2]
    assert f"results/tests/{artefact}" in said
    assert "delete" in said
    assert "rerun" in said
    assert "Traceback" not in refused.text()
    run.remove(artefact)
    assert reader in run.again()
    run.whole()
