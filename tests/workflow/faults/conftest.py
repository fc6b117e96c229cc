"""A finished run, and copies of it to break."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .broken import CONFIG, TARGETS, WEIGHTS, Run


@pytest.fixture(scope="session")
def unbroken(make_checkout) -> Path:
    """Run two chapters that take little, with shards, tables, stores and pages; and trainings."""
    made = make_checkout("faults")
    run = made.snakemake("--cores", "2", *TARGETS, *WEIGHTS, *CONFIG)
    assert run.returncode == 0, run.stdout
    return made.folder


def copied(unbroken: Path, folder: Path) -> Iterator[Run]:
    """Copy the finished run into another checkout; nothing of it runs in the end."""
    for name in ("results", ".snakemake"):
        subprocess.run(["cp", "-a", str(unbroken / name), str(folder / name)], check=True)
    made = Run(folder, unbroken)
    yield made
    made.clear()


@pytest.fixture
def run(unbroken: Path, checkout) -> Iterator[Run]:
    """Copy the finished run for one test."""
    yield from copied(unbroken, checkout.folder)


@pytest.fixture(scope="module")
def shared(unbroken: Path, make_checkout) -> Iterator[Run]:
    """Copy the finished run for several tests, each of which leaves it whole."""
    yield from copied(unbroken, make_checkout("shared").folder)
