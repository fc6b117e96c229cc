"""Discriminators: their published size, and the smallest chip they can judge."""

import pytest
import torch

from pspflow.models.discriminators import (
    PatchDiscriminator,
    PersistenceDiscriminator,
    Standardised,
    realness_loss,
)
from pspflow.models.pinet import parameter_count
from pspflow.studies.temper.flow_options import FlowOptions


def test_published_parameter_count():
    """AlignFlow's has 2.76 million parameters at 3 channels, and 14 x 14 patches of 128 pixels."""
    judge = PatchDiscriminator(channels=3)
    assert round(parameter_count(judge) / 1e6, 2) == 2.76
    assert judge(torch.rand(1, 3, 128, 128)).shape == (1, 1, 14, 14)


@pytest.mark.parametrize("widths", [(4, 4), (4, 4, 4), (4, 4, 4, 4)])
def test_smallest_chip(widths):
    """The options' smallest chip is the smallest that leaves a patch to judge."""
    judge = PatchDiscriminator(widths).eval()
    edge = FlowOptions(discriminator=widths).smallest_chip_px
    assert judge(torch.rand(1, 1, edge, edge)).numel() == 1
    with pytest.raises((RuntimeError, ValueError)):
        judge(torch.rand(1, 1, edge - 1, edge - 1))


def test_persistence_images_get_one_verdict():
    """Of two dimensions and any resolution."""
    assert PersistenceDiscriminator(7)(torch.rand(3, 2, 7, 7)).shape == (3, 1)


def test_standardised_inputs():
    """What the network sees is centred and scaled, pixel by pixel where asked."""
    mean, scale = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
    seen = Standardised(torch.nn.Identity(), mean, scale)(torch.tensor([[3.0, 2.0]]))
    torch.testing.assert_close(seen, torch.tensor([[1.0, 0.0]]))


def test_least_squares():
    """Real ones ought to be 1 and synthetic ones 0."""
    verdicts = torch.tensor([1.0, 0.0])
    assert realness_loss(verdicts, real=True) == realness_loss(verdicts, real=False) == 0.5
    assert realness_loss(torch.ones(3), real=True) == 0
