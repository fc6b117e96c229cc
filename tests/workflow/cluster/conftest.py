"""One SLURM for the tests that need it."""

import fcntl
import os

import pytest

from ..conftest import Checkout  # noqa: TID252 - what all tests of the workflow use
from . import slurm as started
from .few import FEW


@pytest.fixture(scope="session")
def slurm(tmp_path_factory):
    """Run SLURM as long as there are tests for it; where that cannot be, say in a sentence why."""
    sentence = ""
    try:
        with started.running(tmp_path_factory.mktemp("slurm")) as cluster:
            yield cluster
    except started.NoClusterError as error:
        sentence = str(error)
    if sentence:
        pytest.fail(sentence, pytrace=False)


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    """Run every study locally, once for all of pytest's processes; return the results.

    Those of schedulers have to equal them.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, made = shared / "local", shared / "local.made"
    with (shared / "local.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            checkout = Checkout(folder)
            overlays = ("tests/config.yaml", checkout.overlay("changes.yaml", FEW))
            run = checkout.snakemake("all", "--cores", "2", "--configfile", *overlays)
            assert run.returncode == 0, run.stdout
            made.touch()
    return folder / "results/tests"
