"""One SLURM for the tests that need it."""

import pytest

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
def local(make_checkout):
    """Run every study locally; return its results, which those of schedulers have to equal."""
    made = make_checkout("local")
    overlays = ("tests/config.yaml", made.overlay("changes.yaml", FEW))
    run = made.snakemake("all", "--cores", "2", "--configfile", *overlays)
    assert run.returncode == 0, run.stdout
    return made.folder / "results/tests"
