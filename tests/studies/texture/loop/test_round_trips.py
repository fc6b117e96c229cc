"""Round trips: errors over the 54 parameters, and samples that have none."""

import numpy as np
import pytest

from pspflow.mechanics import all_outputs, anisotropy_parameters, independent_outputs
from pspflow.mechanics.texture import random_orientations, symmetrise
from pspflow.models.texture.multi_output_gp import fit_gp
from pspflow.studies.texture.loop.round_trips import (
    error_summary,
    errors_percent,
    parameters_of,
    reached_parameters,
)


@pytest.fixture(scope="module")
def model():
    """Return a process whose stresses become negative far along the first coefficient."""
    textures = np.random.default_rng(0).standard_normal((40, 4))
    slopes = np.zeros((4, 35))
    slopes[0] = 0.4
    outputs = textures @ slopes + np.r_[np.ones(17), np.full(18, -0.5)]
    return fit_gp(textures, outputs, seed=0, iterations=20)


def test_impossible_predictions_are_no_parameters():
    """A predicted stress below zero gives no parameters instead of wrong ones."""
    texture = symmetrise(random_orientations(4, np.random.default_rng(0)))
    good = independent_outputs(anisotropy_parameters(*texture))
    bad = good.copy()
    bad[3] = -0.1
    found = parameters_of(np.array([good, bad]))
    np.testing.assert_allclose(independent_outputs(found[0]), good)
    assert np.isnan(found[1]).all()


def test_what_is_reached_is_the_mean_over_samples(model):
    """Of the 54 parameters of each sample, which are not those of the mean sample."""
    samples = np.random.default_rng(1).standard_normal((3, 5, 4)) / 4
    reached = reached_parameters(model, samples)
    expected = all_outputs(model.predict(samples.reshape(15, 4)).mean()).reshape(3, 5, 54).mean(1)
    np.testing.assert_allclose(reached.parameters, expected)
    assert reached.left_out.tolist() == [0, 0, 0]


def test_samples_without_parameters_are_counted_and_left_out(model):
    """No stress is clipped: the mean is over the others, and there may be none."""
    samples = np.zeros((3, 2, 4))
    samples[0, 1, 0] = np.inf
    samples[1, 0, 0] = -4  # where the process predicts a negative stress
    samples[2] = np.nan
    assert model.predict(samples[1, :1]).mean()[0, 0] < 0
    reached = reached_parameters(model, samples)
    assert reached.left_out.tolist() == [1, 1, 2]
    one = all_outputs(model.predict(np.zeros((1, 4))).mean())[0]
    np.testing.assert_allclose(reached.parameters[:2], [one, one])
    assert np.isnan(reached.parameters[2]).all()


def test_the_error_is_relative_to_what_was_wanted():
    """In percent of the norm of the wanted parameters."""
    wanted = np.array([[3.0, 4.0], [0.0, 2.0]])
    np.testing.assert_allclose(errors_percent(wanted * [[1.1], [0.5]], wanted), [10, 50])


def test_a_texture_without_an_error_exceeds_every_error():
    """It is not in the mean, and cannot make the 95 % error look smaller."""
    errors = np.r_[np.arange(1.0, 19), np.nan, np.nan]
    mean, worst = error_summary(errors)
    assert mean == pytest.approx(9.5)
    assert worst == np.inf
    assert error_summary(np.arange(1.0, 21)) == pytest.approx((10.5, 19))
