"""DCGAN with the paper's layers, and the network for stationary images."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from pspflow.models.latent.dcgan import Discriminator, Generator
from pspflow.models.latent.stationary import StationaryDiscriminator, StationaryGenerator
from pspflow.models.parameters import parameter_count


def shapes(net, data):
    """Return the shape of what every convolution makes, without the batch."""
    found = []
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            layer.register_forward_hook(lambda _, __, out: found.append(tuple(out.shape[1:])))
    with torch.no_grad():
        net.eval()(data)
    return found


def test_dcgan_has_the_papers_layers():
    """Radford et al., figure 1, at half its size and one channel; each layer's weights sum up."""
    generator, discriminator = Generator(), Discriminator()
    noise, images = torch.zeros(1, 100), torch.zeros(1, 1, 64, 64)
    sides = [(512, 4, 4), (256, 8, 8), (128, 16, 16), (64, 32, 32)]
    assert shapes(generator, noise) == [*sides, (1, 64, 64)]
    assert shapes(discriminator, images) == [*sides[::-1], (1, 1, 1)]
    channels = (100, 512, 256, 128, 64, 1)
    kernels = sum(16 * one * other for one, other in pairwise(channels))
    assert parameter_count(generator) == kernels + 2 * (512 + 256 + 128 + 64) == 3_574_656
    channels = (1, 64, 128, 256, 512, 1)
    kernels = sum(16 * one * other for one, other in pairwise(channels))
    assert parameter_count(discriminator) == kernels + 2 * (128 + 256 + 512) == 2_763_520


def test_dcgan_starts_as_the_paper_says():
    """Deviations of 0.02 about 0, of normalisations about 1."""
    torch.manual_seed(0)
    for net in (Generator(8), Discriminator(8)):
        for layer in net.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                assert layer.bias is None
                if layer.weight.numel() > 4_000:
                    assert layer.weight.std().item() == pytest.approx(0.02, rel=0.1)
            if isinstance(layer, nn.BatchNorm2d):
                assert layer.weight.mean().item() == pytest.approx(1, abs=0.02)
                assert layer.bias.abs().max() == 0
    slopes = {each.negative_slope for each in net.modules() if isinstance(each, nn.LeakyReLU)}
    assert slopes == {0.2}


def test_an_image_is_made_of_its_noise_alone():
    """Its grain has no numbers of its own, and other noise has another grain everywhere."""
    torch.manual_seed(0)
    net, noise = StationaryGenerator(2, 10).eval(), torch.randn(3, 10)
    with torch.no_grad():
        for layer in net.layers:  # at the start there is no grain
            layer.amounts.bias.fill_(0.5)
        images, again = net(noise), net(noise[:1])
    torch.testing.assert_close(again, images[:1])
    assert images.abs().max() < 1
    assert (images[0] - images[1]).abs().mean() > 0.01
    for layer in net.layers:  # of variance 1 at every pixel, for normal noise
        torch.testing.assert_close(layer.projection.norm(dim=0), torch.ones(layer.size**2))


def test_the_discriminator_sees_that_images_are_alike():
    """The score of an image is another one among copies of itself than among others."""
    torch.manual_seed(0)
    net, images = StationaryDiscriminator(4), torch.rand(4, 1, 64, 64) * 2 - 1
    images *= torch.tensor([0.2, 0.5, 0.8, 1.0])[:, None, None, None]
    with torch.no_grad():
        assert abs(net(images)[0] - net(images[:1].expand(4, -1, -1, -1))[0]) > 1e-4


def test_copies_have_finite_gradients():
    """The deviation of a batch of equal and constant images is 0, whose root has no slope."""
    images = torch.zeros(3, 1, 64, 64, requires_grad=True)
    StationaryDiscriminator(2)(images).sum().backward()
    assert images.grad.isfinite().all()
