"""The paper's structures, made on the device of a benchmark."""

import time

import numpy as np
import pytest
import torch
from gpu_parts.frame import Run
from gpu_parts.structures import make_structures, smoothed_and_cut

from pspflow.simulate import simulate_composite

NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
every_device = pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=NO_GPU)])


@every_device
def test_the_same_noise_gives_the_same_voxels(device):
    """Structures are those of the study's simulator, voxel by voxel."""
    widths = np.array([(1, 1, 7), (3, 5, 1), (0, 7, 7), (5, 5, 5)], float)
    fractions = np.array([0.25, 0.5, 0.613, 0.75])
    noise = [np.random.default_rng(k).random((13, 13, 13)) for k in range(4)]
    found = smoothed_and_cut(torch.tensor(np.stack(noise), device=device), widths, fractions)
    for k, each in enumerate(found.cpu().numpy()):
        rng = np.random.default_rng(k)
        expected = simulate_composite(13, widths[k], fractions[k], rng)
        np.testing.assert_array_equal(each, expected)


@every_device
def test_structures_of_a_seed(device):
    """They are reproducible, of other noise for another seed, and spread over the range."""
    run = Run(torch.device(device), True, time.perf_counter())
    made = make_structures(run, 11, 128, 0)
    assert (made.dtype, made.shape) == (torch.uint8, (128, 11, 11, 11))
    assert made.device.type == device
    assert torch.equal(made, make_structures(run, 11, 128, 0))
    assert not torch.equal(made, make_structures(run, 11, 128, 1))
    shares = made.double().mean(dim=(1, 2, 3))
    assert shares.min() > 0.245
    assert shares.max() < 0.755
    assert shares.std() > 0.1
