"""Weights by which orientations have the coefficients of a texture."""

import numpy as np
import pytest

from pspflow.mechanics.texture import (
    coefficient_distance,
    coefficients,
    fitted_weights,
    random_orientations,
)

SOME = random_orientations(300, np.random.default_rng(0))


def test_coefficients_that_weights_can_have_are_reached():
    """Those of a weighted texture are found again; the weights are more even than its own."""
    own = np.random.default_rng(1).dirichlet(np.ones(len(SOME)))
    wanted = coefficients(SOME, own)
    found = fitted_weights(SOME, wanted)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)
    before = coefficient_distance(wanted, coefficients(SOME))
    assert coefficient_distance(wanted, coefficients(SOME, found)) < 1e-3 * before
    assert np.square(found).sum() < np.square(own).sum()


def test_equal_weights_stay():
    """Where nothing has to change, nothing does."""
    np.testing.assert_allclose(fitted_weights(SOME, coefficients(SOME)), 1 / len(SOME), rtol=1e-9)


def test_what_cannot_be_reached_is_approached():
    """A crystal that is not there is far from all; weights come nearer than equal ones."""
    wanted = coefficients(random_orientations(1, np.random.default_rng(2)))
    found = fitted_weights(SOME, wanted)
    assert np.isfinite(found).all()
    apart = [coefficient_distance(wanted, coefficients(SOME, w)) for w in (found, None)]
    assert apart[0] < 0.8 * apart[1]
