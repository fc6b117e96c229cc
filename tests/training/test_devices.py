"""A device that is named is there, or one sentence says what to give instead."""

import numpy as np
import pytest
import torch

from pspflow.mechanics import effective_stiffness, stiffness_and_strain, strain_field
from pspflow.training.devices import usable_device


@pytest.fixture
def gpus(monkeypatch):
    """Return a function that lets torch find so many GPUs."""

    def found(count):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)

    return found


@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cuda:7", torch.device("cuda")])
def test_a_gpu_that_is_not_there_is_refused(gpus, device):
    """Without CUDA torch itself raises an AssertionError."""
    gpus(0)
    with pytest.raises(ValueError, match=f"device is '{device}', but torch finds no GPU.*'cpu'"):
        usable_device(device)


@pytest.mark.parametrize("device", ["gpu", "GPU", "CUDA", "cuda: 0", "cuda:x", "", "mps", "meta"])
@pytest.mark.parametrize("count", [0, 1])
def test_a_device_that_is_misspelt_is_refused(gpus, device, count):
    """Nor is one accepted on which the solver's double precision does not run."""
    gpus(count)
    with pytest.raises(ValueError, match=f"device is '{device}', on which nothing.*'cpu', 'cuda'"):
        usable_device(device)


def test_a_device_that_is_no_name_is_refused(gpus):
    """None is no device."""
    gpus(1)
    with pytest.raises(ValueError, match="device is 'None'"):
        usable_device(None)


def test_a_number_beyond_the_last_gpu_is_refused(gpus):
    """The sentence names the last one."""
    gpus(2)
    with pytest.raises(ValueError, match=r"'cuda:7', but the last GPU .* is 'cuda:1'"):
        usable_device("cuda:7")


@pytest.mark.parametrize("device", ["cpu", "cuda", "cuda:0", "cuda:1", torch.device("cuda", 1)])
def test_what_is_there_is_used(gpus, device):
    """As torch names it."""
    gpus(2)
    assert usable_device(device) == torch.device(device)


@pytest.mark.parametrize("solve", [effective_stiffness, strain_field, stiffness_and_strain])
@pytest.mark.parametrize("device", ["cuda", "gpu"])
def test_every_function_that_takes_a_device_checks_it(gpus, solve, device):
    """One sentence, before anything is computed."""
    gpus(0)
    given = {"macro_strain": [1e-3, 0, 0, 0, 0, 0]} if solve is strain_field else {}
    with pytest.raises(ValueError, match=f"device is '{device}'"):
        solve(np.zeros((2, 2, 2), int), [120.0], [0.3], device=device, **given)
