"""How a texture yields, and what is said where the model finds no equilibrium."""

import numpy as np
import pytest

from pspflow.mechanics import (
    PlasticityConvergenceError,
    anisotropy_parameters,
    yield_stress_and_r_value,
)
from pspflow.studies.texture.analysis import plastic, plastic_response
from pspflow.studies.texture.analysis.plastic import ANGLES_DEG


def test_it_is_the_models_answer(angles):
    """Stresses, r-values and parameters are those of the shared layer; Δr is of 0, 45 and 90°."""
    some = angles[::8]
    found = plastic_response(some, rate_sensitivity=0.2)
    known = yield_stress_and_r_value(some, None, np.radians(ANGLES_DEG), rate_sensitivity=0.2)
    np.testing.assert_allclose(found.tension, known)
    np.testing.assert_allclose(found.parameters, anisotropy_parameters(some, rate_sensitivity=0.2))
    zero, middle, end = known.r_value[[0, 9, 18]]
    assert found.planar_anisotropy == pytest.approx((zero + end) / 2 - middle)
    assert found.mean_r_value == pytest.approx((zero + end) / 4 + middle / 2)
    assert found.failures == ()


def test_what_does_not_converge_is_said(angles, monkeypatch):
    """One direction without an equilibrium leaves the others; what it leaves out is NaN."""

    def fails(orientations, weights, turns, **how):
        if np.isclose(turns, np.pi / 4).any():
            raise PlasticityConvergenceError((0.7, 0.7, 0.0), 0.1, 1e-4, 200)
        return yield_stress_and_r_value(orientations, weights, turns, **how)

    def never(*_, **__):
        raise PlasticityConvergenceError((0.0, 1.0, 0.0), 0.1, 1e-4, 200)

    monkeypatch.setattr(plastic, "yield_stress_and_r_value", fails)
    monkeypatch.setattr(plastic, "anisotropy_parameters", never)
    found = plastic_response(angles[::20], rate_sensitivity=0.5)
    missing = np.isnan(found.tension.r_value)
    assert np.flatnonzero(missing).tolist() == [ANGLES_DEG.index(45)]
    assert np.isnan(found.parameters).all()
    first, second = found.failures
    assert first.startswith("At 45° to the rolling direction, tension along (0.700, 0.700, 0.000)")
    assert second.startswith("There are no anisotropy parameters: tension along (0.000, 1.000")


def test_a_thickness_that_stays():
    """Goss pulled along the transverse direction does not thin: its r-value is infinite."""
    goss = np.tile([0, np.pi / 4, 0], (8, 1))
    found = plastic_response(goss)
    assert found.tension.r_value[-1] == np.inf
    assert found.mean_r_value == np.inf
