"""Artefacts damaged between two jobs, behind snakemake's back: refused, and made again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pspflow.io.digests import REMEDY

from .. import forks  # noqa: TID252 - the tests are no package
from .broken import RESULTS, TARGETS, ran

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
SHARD = "temper/persistence/shards/1-of-2.zarr"
TABLE = "composite/structures/all/stiffness.parquet"
CODES = "steel/codes/vq/all"
SECTION = "temper/persistence/section.json"


def cut(file: Path) -> None:
    """Keep the first half."""
    os.truncate(file, file.stat().st_size // 2)


def flip(file: Path) -> None:
    """Change one bit in the middle."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


# an artefact, the file of it that is damaged and how, the rule that reads it, and what is asked for
DAMAGES = {
    "store, flip": (SHARD, "persistence_image/c/0/0/0/0", flip, "persistence_merge", TARGETS),
    "store, lost": (
        SHARD,
        "persistence_image/c/0/0/0/0",
        Path.unlink,
        "persistence_merge",
        TARGETS,
    ),
    "metadata, cut": (SHARD, "zarr.json", cut, "persistence_merge", TARGETS),
    "metadata, lost": (SHARD, "zarr.json", Path.unlink, "persistence_merge", TARGETS),
    "table, flip": (TABLE, "", flip, "composite_structures_section", TARGETS),
    "weights, flip": (
        *(f"{CODES}/weights.safetensors", "", flip),
        *("steel_codes_encode", (f"{RESULTS}/{CODES}/codes.zarr",)),
    ),
}


def damage(path: Path, how: Callable[[Path], None]) -> None:
    """Damage a file so that neither its date nor its folder's tells."""
    whole, folder = path.stat(), path.parent.stat()
    how(path)
    if path.exists():
        os.utime(path, ns=(whole.st_atime_ns, whole.st_mtime_ns))
    os.utime(path.parent, ns=(folder.st_atime_ns, folder.st_mtime_ns))


def assert_refused(text: str, artefact: str) -> None:
    """Assert that a sentence names the artefact and what to do."""
    assert f"{RESULTS}/{artefact}" in text
    assert REMEDY in text
    assert "Traceback" not in text


@pytest.mark.fault(
    "a store, a table or weights are cut short, have a bit flipped or lack a part, and keep their "
    "date",
    "the job that reads them stops, and names the artefact and the remedy: delete it; then the "
    "same command makes the same bytes again",
    "what is deleted",
)
@pytest.mark.parametrize("kind", DAMAGES)
def test_damage(run, kind: str):
    artefact, part, how, reader, targets = DAMAGES[kind]
    damage(run.results / artefact / part, how)
    refused = run.start("--cores", "1", *targets, "--forcerun", reader)
    assert refused.end() == 1
    assert_refused(refused.text().partition("Failed, see ")[2], artefact)
    run.remove(artefact)
    mended = run.start("--cores", "2", *targets)
    assert mended.end() == 0, mended.text()
    assert reader in ran(mended.text())
    run.whole()


@pytest.mark.fault(
    "a bit of a section of the report is flipped",
    "the report is refused, and names the section and the remedy: delete it; then the same command "
    "makes the same bytes again",
    "what is deleted",
)
def test_damage_of_a_section(run):
    """The report, which is the only one to read it, is asked of the command that its rule runs."""
    damage(run.results / SECTION, flip)
    report = run.command(
        *(str(forks.start() / "python"), "-m", "pspflow", "temper", "report", "--title", "temper"),
        *("--sections", f"persistence={RESULTS}/{SECTION}"),
        *("--page", "report.html", "--evidence", "evidence"),
    )
    assert report.end() == 1
    assert_refused(report.text(), SECTION)
    assert not (run.folder / "report.html").exists()
    run.remove(SECTION)
    assert run.again() == ["persistence_section"]
    run.whole()
