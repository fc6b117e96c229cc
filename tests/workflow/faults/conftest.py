"""A finished run, and copies of it to break."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .broken import CONFIG, TARGETS, Run


@pytest.fixture(scope="session")
def unbroken(make_checkout) -> Path:
    """Run two chapters that take little, with shards, tables, stores and pages."""
    made = make_checkout("faults")
    run = made.snakemake("--cores", "2", *TARGETS, *CONFIG)
    assert run.returncode == 0, run.stdout
    return made.folder


@pytest.fixture
def run(unbroken: Path, checkout) -> Iterator[Run]:
    """Copy the finished run into a checkout of its own; nothing of it runs in the end."""
    for name in ("results", ".snakemake"):
        subprocess.run(["cp", "-a", str(unbroken / name), str(checkout.folder / name)], check=True)
    made = Run(checkout.folder, unbroken)
    yield made
    made.clear()
