"""Discriminators: their published size, and the smallest chip that they accept."""

import pytest
import torch

from pspflow.models.discriminators import (
    PatchDiscriminator,
    PersistenceDiscriminator,
    Standardised,
    realness_loss,
)
from pspflow.models.parameters import parameter_count
from pspflow.studies.temper.flows.options import FlowOptions


def test_published_parameter_count():
    """AlignFlow's has 2.76 million parameters at 3 channels, and 14 x 14 patches of 128 pixels."""
    discriminator = PatchDiscriminator(channels=3)
    assert round(parameter_count(discriminator) / 1e6, 2) == 2.76
    assert discriminator(torch.rand(1, 3, 128, 128)).shape == (1, 1, 14, 14)


@pytest.mark.parametrize("widths", [(4, 4), (4, 4, 4), (4, 4, 4, 4)])
def test_smallest_chip(widths):
    """The options' smallest chip is the smallest that gives a patch."""
    discriminator = PatchDiscriminator(widths).eval()
    edge = FlowOptions(discriminator=widths).smallest_chip_px
    assert discriminator(torch.rand(1, 1, edge, edge)).numel() == 1
    with pytest.raises((RuntimeError, ValueError)):
        discriminator(torch.rand(1, 1, edge - 1, edge - 1))


def test_persistence_images_get_one_score():
    """Images of two homology dimensions and any resolution give one number each."""
    assert PersistenceDiscriminator(7)(torch.rand(3, 2, 7, 7)).shape == (3, 1)


def test_standardised_inputs():
    """The inputs of the network are centred and scaled, pixel by pixel where asked."""
    mean, scale = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
    seen = Standardised(torch.nn.Identity(), mean, scale)(torch.tensor([[3.0, 2.0]]))
    torch.testing.assert_close(seen, torch.tensor([[1.0, 0.0]]))


def test_least_squares():
    """The score should be 1 for real images and 0 for synthetic ones."""
    scores = torch.tensor([1.0, 0.0])
    assert realness_loss(scores, real=True) == realness_loss(scores, real=False) == 0.5
    assert realness_loss(torch.ones(3), real=True) == 0
