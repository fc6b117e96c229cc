"""Designs for one wanted stiffness, from Python."""

import logging

import numpy as np
import pytest
import torch

from pspflow.models.mixture import Mixture
from pspflow.studies.composite.design.designs import design, draw_latents
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.structures.properties import C11, NORMAL
from pspflow.training.devices import chosen_device

EDGE = 9


@pytest.fixture
def load(untrained, tmp_path):
    """Return what loads an untrained network and its material."""

    def make(model, properties):
        untrained(model, properties, tmp_path / "weights.safetensors")
        return load_network(tmp_path / "weights.safetensors", chosen_device())

    return make


def test_six_components_count_alike_and_seeds_matter(load):
    """Six wanted components count alike; another seed gives other structures, each prior works."""
    network, material = load("mixture", NORMAL)
    wanted = dict(zip(NORMAL, (30.0, 28.0, 26.0, 12.0, 11.0, 10.0), strict=True))
    one = design(network, material, wanted, 2, seed=1)
    two = design(network, material, wanted, 2, seed=2, prior="joint")
    assert one.phases.shape == (2, EDGE, EDGE, EDGE)
    assert not np.array_equal(one.phases, two.phases)
    values = one.table[list(NORMAL)].to_numpy()
    expected = 100 * np.mean(np.abs(values / list(wanted.values()) - 1), axis=1)
    np.testing.assert_allclose(one.table["error_percent"], expected)


def test_components_get_their_shares():
    """A component of weight w gets n w of n draws, to within one; latents lie about its mean."""
    weights = torch.tensor([[0.15, 0.6, 0.25]])
    means = torch.tensor([-50.0, 0.0, 50.0])[None, :, None].expand(1, 3, 4)
    prior = Mixture(weights.log(), means, torch.zeros(1, 3, 4))
    for count in (1, 7, 40):
        latents, components = draw_latents(prior, count, np.random.default_rng(count))
        shares = np.bincount(components, minlength=3)
        assert (np.abs(shares - count * weights[0].numpy()) <= 1).all()
        np.testing.assert_allclose(latents.mean(axis=1), 50 * (components - 1), atol=4)


def test_targets_outside_the_training_range_are_warned_of(load, caplog):
    """A stiffness that no training structure had is designed for, with a warning of the range."""
    network, material = load("mixture_statistics", C11)
    with caplog.at_level(logging.WARNING):
        design(network, material, {"c11_gpa": 90.0}, 1, draws=1)
    assert "c11_gpa of 90" in caplog.text
    assert "10 to 60 GPa" in caplog.text
    assert "% (median) for these candidates: its training set has few such" in caplog.text
