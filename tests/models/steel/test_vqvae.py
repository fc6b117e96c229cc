"""VQ-VAE: its size at the paper's sizes, the shapes of codes and images, grey levels."""

import pytest
import torch

from pspflow.models.parameters import parameter_count
from pspflow.models.steel.vqvae import VQVAE, to_grey, to_unit

SMALL = {"channels": (2, 3, 4), "residual_blocks": 1, "bottleneck": 2}
KINDS = {"vq": {"code_dim": 3, "codes": 7}, "fsq": {"levels": (3, 2, 2)}}


def small(kind, **changes):
    """Make a small model of codes."""
    torch.manual_seed(0)
    return VQVAE(**{**SMALL, **KINDS[kind], **changes})


def test_it_has_as_many_parameters_as_counted_by_hand():
    """The paper prints no number; this one follows from the layers."""
    halvings = (16 * 1 * 32 + 32) + (16 * 32 * 64 + 64) + (16 * 64 * 128 + 128)
    blocks = 2 * ((9 * 128 * 32 + 32) + (32 * 128 + 128))
    to_codes = 128 * 128 + 128
    mirrored = (16 * 128 * 64 + 64) + (16 * 64 * 32 + 32) + (16 * 32 * 1 + 1)
    codebook = 512 * 128
    assert parameter_count(VQVAE()) == halvings + mirrored + 2 * (blocks + to_codes) + codebook


@pytest.mark.parametrize("kind", KINDS)
def test_codes_lie_on_a_grid_and_images_come_back_at_their_size(kind):
    """One code for 8 x 8 pixels, also where rows and columns differ; forward is encode, decode."""
    net = small(kind).eval()
    images = torch.randint(0, 256, (2, 24, 40), dtype=torch.uint8)
    codes = net.encode(images)
    assert (codes.shape, codes.dtype) == ((2, 3, 5), torch.int64)
    assert codes.max() < len(net.quantiser.codebook)
    decoded = net.decode(codes)
    assert decoded.shape == images.shape
    assert decoded.abs().max() <= 1
    reconstructions, quantised = net(images)
    assert torch.equal(quantised.codes, codes)
    torch.testing.assert_close(reconstructions, decoded)


def test_fewer_halvings_give_finer_codes():
    """A code then stands for fewer pixels, and the model says so."""
    net = small("vq", channels=(3, 4))
    assert net.step_px == 4
    assert net.encode(torch.zeros(1, 16, 24, dtype=torch.uint8)).shape == (1, 4, 6)


def test_without_quantisation_the_latents_are_decoded():
    """The codebook then gets no gradient, and its losses are 0."""
    net = small("vq")
    images = torch.randint(0, 256, (2, 16, 16), dtype=torch.uint8)
    reconstructions, quantised = net(images, continuous=True)
    torch.testing.assert_close(reconstructions, net.painted(net.latents(images)))
    assert [float(each) for each in quantised.losses.values()] == [0, 0]
    reconstructions.sum().backward()
    assert net.quantiser.codebook.grad is None


def test_grey_levels_survive_scaling():
    """Black is -1, white 1, and every level comes back."""
    levels = torch.arange(256, dtype=torch.uint8)
    scaled = to_unit(levels)
    assert (float(scaled[0]), float(scaled[-1])) == (-1, 1)
    assert torch.equal(to_grey(scaled), levels)
    assert to_grey(torch.tensor([-1.2, 1.2])).tolist() == [0, 255]
