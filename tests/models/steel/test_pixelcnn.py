"""PixelCNN: what a code depends on, and that its probabilities are a distribution."""

from itertools import product

import pytest
import torch

from pspflow.models.steel.pixelcnn import HEAD, GatedLayer, PixelCNN, log_likelihood


def stirred(*sizes, **more):
    """Return a small network in float64 with weights far from their start."""
    torch.manual_seed(0)
    net = PixelCNN(*sizes, **more).double()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return net.requires_grad_(False)


def seen(function, rows, columns, channels=2):
    """Return which inputs each output depends on, both (rows, columns) flattened, by gradients.

    Inputs are dense numbers, so that a gradient of exactly 0 means that there is no path.
    """
    inputs = torch.randn(1, channels, rows, columns, dtype=torch.float64, requires_grad=True)
    outputs = function(inputs).sum(dim=1).flatten()
    outputs = outputs + 0 * inputs.sum()  # a path even where nothing is seen
    found = [torch.autograd.grad(each, inputs, retain_graph=True)[0] for each in outputs]
    return torch.stack([each[0].abs().sum(dim=0).flatten() > 0 for each in found])


def offsets(rows, columns):
    """Return row and column of every input less those of every output."""
    i, j = (
        each.flatten()
        for each in torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    )
    return i[None] - i[:, None], j[None] - j[:, None]


@pytest.mark.parametrize("first", [True, False])
def test_a_layer_sees_what_its_mask_leaves(first):
    """Masks A 7 x 7 and B 3 x 3: rows above for one stack, codes to the left for the other."""
    torch.manual_seed(0)
    layer = GatedLayer(2, 1, first=first).double()
    zeros, conditions = torch.zeros(1, 2, 9, 9).double(), torch.zeros(1, 1).double()
    down, right = offsets(9, 9)
    reach, itself = (3, 0) if first else (1, 1)
    near = (down >= -reach) & (right.abs() <= reach)
    above = near & (down < itself)
    left = (down == 0) & (right >= -reach) & (right < itself)
    of_vertical = seen(lambda x: layer(x, zeros, conditions)[0], 9, 9)
    assert (of_vertical == above).all()
    # the horizontal stack has what the vertical one has seen, and its own row
    assert (seen(lambda x: layer(x, zeros, conditions)[1], 9, 9) == above).all()
    assert (seen(lambda x: layer(zeros, x, conditions)[1], 9, 9) == left).all()
    assert not seen(lambda x: layer(zeros, x, conditions)[0], 9, 9).any()


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_logits_depend_on_all_earlier_codes_and_on_no_later_one(layers):
    """There is no blind spot: within reach, a code sees whatever lies before it."""
    net = stirred(5, 1, 2, layers)
    rows, columns = 5, 6
    found = seen(lambda x: net.from_embedded(x, torch.ones(1, 1).double()), rows, columns)
    down, right = offsets(rows, columns)
    before = (down < 0) | ((down == 0) & (right < 0))
    assert not (found & ~before).any()
    if layers == 5:  # its reach is larger than the map
        assert (found == before).all()
    assert found.any()


def test_another_code_changes_no_earlier_logits():
    """The same by changing codes, through the embedding."""
    net = stirred(5, 2, 4, 4)
    codes = torch.randint(5, (1, 4, 5), generator=torch.Generator().manual_seed(0))
    conditions = torch.randn(1, 2, dtype=torch.float64)
    before = net(codes, conditions).flatten(2)
    for place in range(20):
        other = codes.flatten(1).clone()
        other[0, place] = (other[0, place] + 1) % 5
        after = net(other.view(1, 4, 5), conditions).flatten(2)
        assert (after[..., : place + 1] == before[..., : place + 1]).all()
        assert place == 19 or (after[..., place + 1 :] != before[..., place + 1 :]).any()


def test_probabilities_of_all_maps_sum_to_one():
    """The likelihood is that of a distribution over maps, for any conditions."""
    net = stirred(3, 1, 4, 3)
    maps = torch.tensor(list(product(range(3), repeat=6))).view(-1, 2, 3)
    for value in (-1.0, 2.0):
        conditions = torch.full((len(maps), 1), value, dtype=torch.float64)
        logs = log_likelihood(net, maps, conditions).sum(dim=(1, 2))
        assert float(logs.exp().sum()) == pytest.approx(1, abs=1e-12)


def test_conditions_change_every_layer():
    """Each layer has a linear condition, which shifts what both stacks gate."""
    net = stirred(3, 2, 4, 3)
    codes = torch.zeros(1, 3, 3, dtype=torch.int64)
    one, other = torch.zeros(1, 2).double(), torch.tensor([[1.0, 0.0]]).double()
    assert (net(codes, one) != net(codes, other)).all()
    for layer in net.layers:
        features = torch.zeros(1, 4, 3, 3).double()
        for left, right in zip(
            layer(features, features, one), layer(features, features, other), strict=True
        ):
            assert (left != right).all()


def test_size_is_that_of_the_papers_code():
    """15 layers of 64 channels and a head of 512: each part has its weights, less masked ones."""
    net, c = PixelCNN(512, 1), 64

    def layer(vertical, horizontal):
        biases, condition = 3 * 2 * c + c, 2 * 2 * c
        return 2 * c * c * (vertical + horizontal) + (2 * c) ** 2 + c * c + biases + condition

    expected = 512 * c + layer(3 * 7, 3) + 14 * layer(2 * 3, 2)
    expected += (c + 1) * HEAD + (HEAD + 1) * 512
    assert sum(each.numel() for each in net.parameters()) == expected
