"""Measures of trained networks, beside values that follow from elsewhere."""

import numpy as np
import pytest
import torch

from pspflow.models.mixture import Mixture
from pspflow.studies.composite.trials.measures import (
    Known,
    Latents,
    design_error,
    latent_measures,
    regression_measures,
    separation,
    separation_by_property,
    spread_over,
)

COUNT, LATENT = 4000, 3


def gaussians(means, log_variance, *, prior_mean=0.0, prior_variance=1.0):
    """Return posteriors whose prior is one Gaussian."""
    shape = (len(means), 1, LATENT)
    prior = Mixture(
        torch.zeros(shape[:2]),
        torch.full(shape, prior_mean),
        torch.full(shape, np.log(prior_variance)),
    )
    return Latents(means, torch.full_like(means, log_variance), prior)


def test_posteriors_that_are_the_prior_hold_nothing():
    """No divergence, no active dimension, the entropy of a unit Gaussian, and no gain."""
    latents = gaussians(torch.zeros(COUNT, LATENT), 0.0)
    found = latent_measures(latents, latents, 0)
    assert found["divergence"] == pytest.approx(0, abs=1e-6)
    assert found["active_dimensions"] == 0
    assert found["entropy"] == pytest.approx(0.5 * np.log(2 * np.pi * np.e), rel=1e-6)
    assert found["density_gain"] == pytest.approx(0, abs=1e-6)
    # the entropy of what is drawn, with the opposite sign
    assert found["log_density"] == pytest.approx(-LATENT * found["entropy"], rel=0.02)


def test_dimensions_that_tell_structures_apart_are_active():
    """One of three spreads over structures; the gain does not depend on the scale of latents."""
    rng = np.random.default_rng(0)
    means = np.zeros((COUNT, LATENT))
    means[:, 0] = 3 * rng.standard_normal(COUNT)
    gains = []
    for scale in (1.0, 0.01):
        scaled = torch.from_numpy(scale * means).float()
        known = Latents(
            scaled,
            torch.full_like(scaled, 2 * np.log(scale)),
            Mixture(
                torch.zeros(COUNT, 1),
                scaled[:, None],
                torch.full((COUNT, 1, LATENT), 2 * np.log(scale)),
            ),
        )
        found = latent_measures(known, known, 0)
        assert found["active_dimensions"] == 1
        gains.append(found["density_gain"])
    # a prior that knows the means is better by the information that they hold
    assert gains == pytest.approx([0.5 * np.log(10)] * 2, rel=0.05)


def test_separation_is_that_of_components_and_morphologies():
    """Renumbered components count as they are; components at random tell no more than chance."""
    kinds = np.array(["a", "b"] * 50)
    right = (kinds == "a").astype(int)
    assert separation(right, kinds, (right, kinds)) == 1
    # three components, two of which stand for one morphology
    split = np.where(kinds == "a", np.arange(100) % 4 // 2, 2)
    assert separation(split, kinds, (split, kinds)) == 1
    single = np.zeros(100, int)
    assert separation(single, kinds, (single, kinds)) == 0.5
    assert separation(1 - right, kinds, (right, kinds)) == 0
    assert np.isnan(separation(single, np.array(["a"] * 100), (single, np.array(["a"] * 100))))


def test_what_c11_alone_tells_is_the_control():
    """One level of C11 tells morphologies apart as far as their ranges do not overlap."""
    kinds = np.array(["a", "b"] * 50)
    apart = np.where(kinds == "a", 10.0, 20.0)
    assert separation_by_property(apart, kinds, (apart, kinds)) == 1
    alike = np.repeat(np.arange(50.0), 2)
    assert separation_by_property(alike, kinds, (alike, kinds)) == pytest.approx(0.5, abs=0.02)


def test_components_are_those_that_latents_lie_in():
    """A latent at the mean of a component belongs to it, unless its weight is next to none."""
    means = torch.tensor([[[-2.0], [2.0]]]).expand(3, 2, 1)
    weights = torch.tensor([[0.5, 0.5], [0.5, 0.5], [1e-6, 1 - 1e-6]]).log()
    prior = Mixture(weights, means, torch.zeros(3, 2, 1))
    latents = Latents(torch.tensor([[-2.0], [2.0], [-0.5]]), torch.zeros(3, 1), prior)
    assert latents.components.tolist() == [0, 1, 1]


def test_predictions_are_measured_in_percent_and_standardised(untrained, monkeypatch):
    """Predictions 10 % above equal values have a MAPE of 10 %."""
    network = untrained("gaussian", ["c11_gpa"])
    values = np.array([20.0, 30.0, 40.0])
    known = Known(np.zeros((3, 9, 9, 9), np.uint8), values, np.array(["a"] * 3))
    monkeypatch.setattr(network, "predict", lambda _: (1.1 * values[:, None], None))
    found = regression_measures(network, known)
    assert found["mape"] == pytest.approx(10)
    assert found["r2"] == pytest.approx(1 - 29 / 200)


def test_designs_count_by_the_weights_of_their_components(untrained):
    """A solver that finds double of what is wanted makes every error 100 %."""
    network = untrained("mixture", ["c11_gpa"])
    wanted = np.array([20.0, 40.0])
    weights = network.prior(wanted[:, None]).log_weights.exp().numpy()
    seen = []

    def solve(phases):
        seen.append(phases)
        return np.repeat(2 * wanted, 2)

    assert design_error(network, wanted, solve, 0) == pytest.approx(100)
    assert seen[0].shape == (4, 9, 9, 9)
    assert set(np.unique(seen[0])) == {0, 1}
    # only the first component of each is wrong, by as much as is wanted
    first = design_error(network, wanted, lambda _: np.array([40.0, 20, 80, 40]), 0)
    assert first == pytest.approx(100 * weights[:, 0].mean(), rel=1e-5)


def test_designs_are_spread_over_the_values():
    """From every part of the ranks one."""
    values = np.random.default_rng(0).permutation(100.0 * np.arange(12))
    assert spread_over(values, 3).tolist() == [200, 600, 1000]
    assert spread_over(values[:2], 3).tolist() == sorted(values[:2])
