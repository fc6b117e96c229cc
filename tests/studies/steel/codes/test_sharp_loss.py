"""The loss of `sharp` promises to prefer narrow features, even misplaced, to none."""

import pytest
import torch
from torch.nn import functional

from pspflow.models.steel.nearest import Quantised
from pspflow.models.steel.vqvae import VQVAE
from pspflow.studies.steel.codes.losses import Trip
from pspflow.studies.steel.codes.options import SharpOptions
from pspflow.studies.steel.codes.sharp import SharpLoss

EDGE = 32
LIGHT, DARK = 0.4, -0.4


@pytest.fixture(scope="module")
def loss():
    """Make the loss with its default weights."""
    net = VQVAE((2, 2, 2), 1, 2, 2, 4)
    return SharpLoss(net, 1.0, EDGE, 0, SharpOptions())


def striped(shift=0):
    """Draw dark stripes, 2 px wide, 8 px apart, `1 x 32 x 32`."""
    row = torch.full((EDGE,), LIGHT)
    row[torch.arange(shift, EDGE, 8)] = row[torch.arange(shift + 1, EDGE, 8)] = DARK
    return row.expand(1, EDGE, EDGE).clone()


def terms(loss, images, reconstructions):
    """Return the terms of the loss, without those of the codebook."""
    quantised = Quantised(torch.empty(0), torch.empty(0), {})
    return loss.terms(Trip(images, reconstructions, quantised))


def test_a_reconstruction_without_error_has_no_loss(loss):
    """All terms are 0 where every pixel is right, and each has a weight."""
    found = terms(loss, striped(), striped())
    assert all(each == 0 for each in found.values())
    assert found.keys() <= loss.weights.keys()


def test_misplaced_stripes_are_better_than_none(loss):
    """The square error prefers the mean of all places, in which no stripe is left; not this loss.

    That mean has a quarter of the pixels' contrast everywhere: it is one phase, without changes.
    """
    places = torch.stack([striped(shift) for shift in range(7)])
    mean = places.mean(dim=0)
    misplaced, faded = (terms(loss, striped(), each) for each in (striped(3), mean))
    assert faded["reconstruction"] < misplaced["reconstruction"]
    assert misplaced["densities"] < 0.2 * faded["densities"]


def test_grey_levels_within_a_phase_weigh_less(loss):
    """Shares of ferrite hardly change where a pixel stays far from the threshold."""
    lighter, moved = striped() + 0.2, striped()
    lighter[striped() < 0] = DARK
    moved[:, :, 2] = DARK
    within, across = (terms(loss, striped(), each) for each in (lighter, moved))
    assert functional.mse_loss(lighter, striped()) == pytest.approx(0.03, rel=1e-3)
    assert within["phases"] < 0.02 * across["phases"]
