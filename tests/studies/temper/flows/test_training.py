"""What a training of flows is made of."""

import pytest
import torch

from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.flows.training import exact_topology
from pspflow.topology import PersistenceImageLayer

IMAGING = Imaging(
    resolution=6,
    birth_range=(10.0, 200.0),
    persistence_range=(0.0, 180.0),
    sigma=15.0,
    unit_persistence=180.0,
)


@pytest.mark.parametrize("reach", [0.0, 30.0, 2000.0])
def test_flows_may_leave_the_grey_levels(reach):
    """Images and gradient are those of the clipped image, however far a flow reaches."""
    generator = torch.Generator().manual_seed(0)
    grey = torch.rand(3, 1, 16, 16, generator=generator) * (255 + 2 * reach) - reach
    upstream = torch.rand(3, 2, 6, 6, generator=generator)
    images = grey.clone().requires_grad_()
    drawn = exact_topology(IMAGING)(images)
    drawn.backward(upstream)
    layer = PersistenceImageLayer(6, (10, 200), (0, 180), 15.0)
    clipped = grey.clamp(0, 255).requires_grad_()
    expected = layer(clipped) / 180.0
    expected.backward(upstream)
    assert torch.equal(drawn, expected)
    inside = (grey >= 0) & (grey <= 255)
    assert torch.equal(images.grad, clipped.grad * inside)
    assert images.grad.any()
