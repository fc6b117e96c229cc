"""One SLURM for the tests that need it."""

import pytest

from . import slurm as started


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
