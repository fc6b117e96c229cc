"""Fixtures of the solver's tests."""

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread():
    """Use one thread: for cells of a few hundred voxels, two threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
