"""The decoder that convolves noise twice, and the loss of lineal paths that it is trained by."""

import numpy as np
import pytest
import torch
from torch import nn

from pspflow.models.composite.convolved_noise import NOISES, ConvolvedNoise
from pspflow.models.composite.lineal_path_loss import LinealPathLoss, lineal_paths
from pspflow.models.style import RandomFeatures

EDGE = 12


@pytest.fixture
def decoder():
    """Return a decoder whose second convolution acts."""
    torch.manual_seed(0)
    made = ConvolvedNoise(EDGE, latent=3)
    nn.init.normal_(made.kernels.weight, std=0.1)
    nn.init.normal_(made.log_amplitudes.weight, std=0.1)
    return made


def noise_of(count):
    return torch.randn(count, NOISES, EDGE, EDGE, EDGE, generator=torch.Generator().manual_seed(1))


def test_structures_move_with_their_noise(decoder):
    """Noise that is shifted in the periodic cell gives the shifted structure: no place is special.

    So statistics are stationary, whatever the latent vector.
    """
    latents, noise = torch.randn(2, 3), noise_of(2)
    moved = decoder(latents, noise.roll((2, 5, 1), dims=(2, 3, 4)))
    expected = decoder(latents, noise).roll((2, 5, 1), dims=(2, 3, 4))
    torch.testing.assert_close(moved, expected, rtol=1e-4, atol=1e-5)


def test_it_starts_as_filtered_noise():
    """Before training a field is Gaussian: negative noise gives the negative field."""
    torch.manual_seed(0)
    made, latents, noise = ConvolvedNoise(EDGE, latent=3), torch.randn(2, 3), noise_of(2)
    level = made.field(latents, noise) + made.field(latents, -noise)
    torch.testing.assert_close(level, level.mean(dim=(2, 3, 4), keepdim=True).expand_as(level))


def test_fields_are_no_gaussian_fields(decoder):
    """With the second convolution, negative noise does not give the negative field."""
    latents, noise = torch.randn(2, 3), noise_of(2)
    level = decoder.field(latents, noise) + decoder.field(latents, -noise)
    assert (level.std(dim=(2, 3, 4)) > 0.1 * decoder.field(latents, noise).std(dim=(2, 3, 4))).all()


def test_lineal_paths_are_shares_of_lines():
    """Of two phases they are the shares of periodic lines that lie in one, counted one by one.

    Lines along x are those of every third y, those along y of every third z, along z of x.
    """
    cells = np.random.default_rng(0).random((2, EDGE, EDGE, EDGE)) < 0.8
    found = lineal_paths(torch.from_numpy(cells[:, None].astype(np.float32))).numpy()
    assert found.shape == (2, 3, 2, 2)  # 2 and 4 of 12 voxels
    for axis in range(3):
        for place, length in enumerate((2, 4)):
            for phase in range(2):
                line = np.ones_like(cells)
                for step in range(length):
                    line &= np.roll(cells == phase, -step, axis + 1)
                slices = line.take(range(0, EDGE, 3), (1 + axis) % 3 + 1)
                np.testing.assert_allclose(
                    found[:, axis, phase, place], slices.mean(axis=(1, 2, 3)), atol=1e-6
                )


def test_the_loss_sees_what_two_point_statistics_do_not():
    """A structure and its phases exchanged have one autocovariance, and other lineal paths."""
    torch.manual_seed(0)
    peaks = torch.rand(4, 1, EDGE, EDGE, EDGE) < 0.06
    spheres = nn.functional.max_pool3d(peaks.float(), 3, stride=1, padding=1)
    loss = LinealPathLoss(RandomFeatures())
    loss.fit(spheres)
    terms = loss.terms(spheres, 1 - spheres)
    assert terms.shape == (4, 4)
    assert (terms[1] < 1e-6).all()
    assert (terms[3] > 1e-4).all()
    assert loss.units.shape == (4,)
    assert (loss(spheres, spheres) < 0.01).all()
