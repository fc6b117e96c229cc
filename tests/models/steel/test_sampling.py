"""Sampling: the model's own probabilities, and nothing computed twice."""

from itertools import product

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from pspflow.models.steel.pixelcnn import PixelCNN, draw, log_likelihood
from pspflow.models.steel.sampling import naive, sample


def small(codes=3, conditions=1, channels=4, layers=3):
    """Return a small network whose probabilities are far from even."""
    torch.manual_seed(1)
    net = PixelCNN(codes, conditions, channels, layers)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return net


def uniforms(*shape, seed=0):
    """Draw uniform numbers."""
    return torch.from_numpy(np.random.default_rng(seed).random(shape))


def test_draws_follow_the_models_own_probabilities():
    """Chi-square of 2 x 2 maps of 3 codes against the probabilities of all 81, enumerated."""
    net, count = small(), 6_000
    maps = torch.tensor(list(product(range(3), repeat=4))).view(-1, 2, 2)
    for value in (-1.5, 1.0):
        with torch.no_grad():
            logs = log_likelihood(net, maps, torch.full((81, 1), value)).double().sum(dim=(1, 2))
        expected = logs.exp() / logs.exp().sum()
        drawn = sample(net, torch.full((count, 1), value), uniforms(count, 2, 2)).flatten(1)
        found = np.bincount((drawn * torch.tensor([27, 9, 3, 1])).sum(dim=1), minlength=81)
        enough = (expected.numpy() * count) >= 5
        rest = [found[~enough].sum(), expected.numpy()[~enough].sum() * count]
        observed = np.append(found[enough], rest[0])
        wanted = np.append(expected.numpy()[enough] * count, rest[1])
        kept = wanted > 0
        assert chisquare(observed[kept], wanted[kept]).pvalue > 1e-3
        assert chisquare(observed, np.full(len(observed), count / len(observed))).pvalue < 1e-3


@pytest.mark.parametrize(
    ("rows", "columns", "layers"), [(5, 7, 4), (4, 2, 2), (1, 6, 1), (6, 1, 3)]
)
def test_cached_sampling_equals_full_recomputation(rows, columns, layers, device):
    """The same uniform numbers give the same maps, whatever their shape."""
    net = small(7, 2, 8, layers).double().to(device)
    conditions = torch.randn(6, 2, dtype=torch.float64, device=device)
    numbers = uniforms(6, rows, columns).to(device)
    cached = sample(net, conditions, numbers)
    assert (cached == naive(net, conditions, numbers)).all()
    assert len(cached.unique()) > 1


def test_maps_do_not_depend_on_the_batch():
    """Each map has its own numbers, and so is the same alone and among others."""
    net = small(5, 1, 4, 3).double()
    conditions, numbers = torch.randn(7, 1, dtype=torch.float64), uniforms(7, 4, 5)
    together = sample(net, conditions, numbers)
    apart = [sample(net, conditions[k : k + 1], numbers[k : k + 1]) for k in range(7)]
    assert (together == torch.cat(apart)).all()
    assert (together != sample(net, conditions, uniforms(7, 4, 5, seed=1))).any()
    assert (together != sample(net, -3 * conditions, numbers)).any()


def test_draws_are_the_inverse_of_the_cumulative_distribution():
    """At the ends of the codes' intervals too; an impossible code is never drawn."""
    logits = torch.log(torch.tensor([[0.25, 0.0, 0.5, 0.25]]).double()).expand(6, 4)
    numbers = torch.tensor([0.0, 0.2499, 0.25, 0.7499, 0.75, 1 - 2**-53], dtype=torch.float64)
    assert draw(logits, numbers).tolist() == [0, 0, 2, 2, 3, 3]
