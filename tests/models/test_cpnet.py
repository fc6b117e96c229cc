"""CPNet compared with the table of the latent report."""

import pytest
import torch

from pspflow.models.cpnet import CPNet, PairMaximum
from pspflow.studies.composite.localization.paper import CPNET_PARAMETERS


def parameters(model):
    """Count parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


def test_parameters_are_those_of_the_report():
    """Every layer of the table has its number of parameters, and so has the network."""
    counts = [parameters(layer) for layer in CPNet().modules() if not list(layer.children())]
    printed = [224, 16, 3_472, 32, 13_856, 64, 55_360, 128, 593_047, 117_992, 117_992]
    assert [count for count in counts if count] == printed
    assert parameters(CPNet()) == sum(printed) == CPNET_PARAMETERS


def test_a_smaller_gap_changes_the_linear_layers_alone():
    """With a gap of 5 the last layers have 125 outputs; the convolutions do not change."""
    net = CPNet(gap=5)
    assert parameters(net.features) == parameters(CPNet().features) == 73_152
    assert [layer.out_features for layer in net.head if hasattr(layer, "out_features")] == [125] * 3


def test_shapes_are_those_of_the_report():
    """Edges shrink as in the table: 11, 6, 6, 5, 3."""
    edges, fields = [], torch.zeros(2, 1, 21, 21, 21)
    for layer in CPNet().features:
        fields = layer(fields)
        edges.append(fields.shape[2:])
    cubes = [tuple(edge) for edge in edges if len(edge) == 3]
    expected = [11] * 3 + [6] * 6 + [5] + [3] * 3
    assert cubes == [(edge,) * 3 for edge in expected]


@pytest.mark.parametrize(("window", "gap"), [(5, 1), (9, 5), (15, 7)])
def test_smaller_windows_use_the_same_layers(window, gap):
    """A window of any odd edge from 5 gives a centre of the asked size."""
    centre = CPNet(window, gap)(torch.zeros(2, 1, window, window, window))
    assert centre.shape == (2, gap, gap, gap)


def test_the_pooling_equals_that_of_torch():
    """Maxima of shifted copies are max pooling with a window of 2 and a stride of 1."""
    fields = torch.randn(2, 3, 6, 6, 6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(PairMaximum()(fields), torch.nn.MaxPool3d(2, stride=1)(fields))
