"""The Fourier neural operator: its convolution, and its invariances."""

import numpy as np
import pytest
import torch
from scipy.ndimage import convolve

from pspflow.models.fno import FourierOperator, SpectralConv3d


def test_with_all_waves_it_is_any_periodic_convolution():
    """Given the transform of a kernel as weights, it convolves as scipy does."""
    rng = np.random.default_rng(0)
    kernel, field = rng.normal(size=(2, 5, 5, 5))
    layer = SpectralConv3d(1, modes=3).double()
    waves = torch.fft.rfftn(torch.from_numpy(np.fft.ifftshift(kernel)))
    layer.weight = torch.nn.Parameter(torch.view_as_real(waves)[None, None])
    found = layer(torch.from_numpy(field)[None, None])[0, 0]
    expected = convolve(field, kernel, mode="wrap")
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=1e-10)


@pytest.mark.parametrize("edge", [4, 6, 9])
def test_moving_the_input_moves_the_output(edge):
    """There are no coordinates: the operator commutes with periodic shifts, on any edge."""
    torch.manual_seed(0)
    net, field = FourierOperator(3, 3, 2), torch.randn(1, 1, edge, edge, edge)
    moved = net(field.roll((1, 2, 3), (2, 3, 4)))
    torch.testing.assert_close(moved, net(field).roll((1, 2, 3), (2, 3, 4)), rtol=1e-4, atol=1e-5)


def test_long_waves_are_the_same_on_a_finer_grid():
    """A smooth field sampled three times as densely is convolved into the same values."""
    torch.manual_seed(0)
    layer = SpectralConv3d(2, modes=4)
    fine = torch.arange(27) * (2 * torch.pi / 27)
    x, y, z = torch.meshgrid(fine, fine, fine, indexing="ij")
    field = torch.stack([torch.cos(x + 2 * y - z), torch.sin(3 * z - y)])[None]
    some = (..., *(slice(None, None, 3),) * 3)
    torch.testing.assert_close(layer(field)[some], layer(field[some]), rtol=1e-4, atol=1e-5)
