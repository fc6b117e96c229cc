"""What the solver's tests share."""

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread():
    """Leave the cells of a few hundred voxels on one thread: two only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
