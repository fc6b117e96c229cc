"""Orientations that stand for a texture are nearer to it than random ones, and say how near."""

import numpy as np
import pytest

from pspflow.mechanics.texture import coefficient_distance, coefficients
from pspflow.studies.texture.analysis import sample_texture


@pytest.mark.parametrize("weighted", [False, True])
def test_a_sample_is_near(angles, weighted):
    """Its distance is that of its coefficients; fitted weights make them more so."""
    shares = np.random.default_rng(1).dirichlet(np.ones(len(angles)))
    found = sample_texture(angles, shares, 100, np.random.default_rng(0), weighted=weighted)
    assert found.weights.min() >= 0
    assert found.weights.sum() == pytest.approx(1)
    known = {tuple(row) for row in angles}
    assert {tuple(row) for row in found.orientations} <= known
    apart = coefficient_distance(
        coefficients(angles, shares), coefficients(found.orientations, found.weights)
    )
    assert found.reached.coefficients == pytest.approx(apart, abs=1e-9)
    assert apart < found.ruler.coefficients / (200 if weighted else 4)
    assert found.reached.transport_rad < found.ruler.transport_rad
    assert weighted or np.ptp(found.weights) == 0


def test_a_handful_keeps_equal_weights_where_they_are_better(angles):
    """Weights that come no nearer are not used."""
    for count in (1, 2, 3):
        even = sample_texture(angles, None, count, np.random.default_rng(0))
        fitted = sample_texture(angles, None, count, np.random.default_rng(0), weighted=True)
        assert fitted.reached.coefficients <= even.reached.coefficients
