"""The paper's flow: its published size, and the properties of RealNVP."""

import pytest
import torch

from pspflow.models.parameters import parameter_count
from pspflow.models.realnvp import ChannelCoupling, CheckerboardCoupling, RealNVP


def test_published_parameter_count():
    """AlignFlow's flow has 2.53 million parameters: 3 channels, width 32, 10 couplings."""
    flow = RealNVP((3, 128, 128), width=32, blocks=4)
    couplings = [m for m in flow.modules() if isinstance(m, CheckerboardCoupling | ChannelCoupling)]
    assert len(couplings) == 10
    assert round(parameter_count(flow) / 1e6, 2) == 2.53


@pytest.mark.parametrize("kind", [CheckerboardCoupling, ChannelCoupling])
@pytest.mark.parametrize("odd", [False, True])
def test_coupling_keeps_one_part(kind, odd):
    """The conditioning part of a coupling does not change; the part that changes has no effect."""
    torch.manual_seed(0)
    layer = kind((4, 6, 6), 5, 1, odd).eval()
    x = torch.randn(2, 4, 6, 6)
    y, _ = layer(x)
    kept = x == y
    assert kept.float().mean() == 0.5
    other, _ = layer(x + ~kept)
    torch.testing.assert_close(torch.where(kept, other, 0), torch.where(kept, x, 0))
    # the scales do not change, so changes stay in proportion
    moved = (other - y)[~kept]
    assert (moved > 0).all()


def test_colours_alternate():
    """Two couplings in a row keep different pixels, so that each pixel is changed in turn."""
    flow = RealNVP((1, 8, 8), width=4, blocks=1)
    masks = [layer.mask for layer in flow.fine]
    assert (masks[0] + masks[1] == 1).all()
    assert (masks[0] == masks[2]).all()


def test_half_of_the_channels_skip_the_coarse_scale():
    """With untouched fine couplings, two of every four pixels pass the coarse scale unchanged."""
    torch.manual_seed(0)
    flow = RealNVP((1, 8, 8), width=4, blocks=1).eval()
    for layer in [*flow.fine, *flow.squeezed]:
        last = layer.conditioner.last[-1]
        torch.nn.init.zeros_(last.parametrizations.weight.original0)
        torch.nn.init.zeros_(last.bias)
    x = torch.randn(1, 1, 8, 8)
    with torch.no_grad():
        same = (flow(x)[0] == x)[0, 0]
    # left out: upper right and lower left of each 2 x 2 pixels, one colour of a checkerboard
    colour = (torch.arange(8)[:, None] + torch.arange(8)) % 2 == 1
    assert same[colour].all()
    assert not same[~colour].any()
