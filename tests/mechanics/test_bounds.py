"""Averages and bounds compared with their definitions."""

import numpy as np
import pytest

from pspflow.mechanics import (
    hashin_shtrikman_bounds,
    hill_stiffness,
    isotropic_stiffness,
    reuss_stiffness,
    voigt_stiffness,
)

PHASES = ((0.2, 0.5, 0.3), (2.4, 120.0, 30.0), (0.4, 0.2, -0.3))
AVERAGES = (voigt_stiffness, reuss_stiffness, hill_stiffness)


def test_isotropic_stiffness():
    """The inverse is the compliance that defines Young's modulus and Poisson's ratio."""
    young, nu = np.array([120.0, 2.4, 7.0]), np.array([0.3, -0.5, 0.49])
    compliance = np.linalg.inv(isotropic_stiffness(young, nu))
    for k in range(3):
        normal = np.full((3, 3), -nu[k])
        np.fill_diagonal(normal, 1)
        expected = np.zeros((6, 6))
        expected[:3, :3] = normal
        expected[3:, 3:] = 2 * (1 + nu[k]) * np.eye(3)
        np.testing.assert_allclose(young[k] * compliance[k], expected, atol=1e-12)


@pytest.mark.parametrize("average", AVERAGES)
def test_one_phase(average):
    """A composite of one phase is that phase, by every average."""
    found = average((0, 1, 0), *PHASES[1:])
    np.testing.assert_allclose(found, isotropic_stiffness(120.0, 0.2), rtol=1e-12, atol=1e-12)
    bounds = hashin_shtrikman_bounds((0, 1, 0), *PHASES[1:])
    np.testing.assert_allclose(bounds, [200 / 3, 200 / 3, 50, 50])


def test_order():
    """Reuss ≤ Hashin-Shtrikman ≤ Voigt for bulk and shear modulus, with Hill halfway."""
    voigt, reuss, hill = (average(*PHASES) for average in AVERAGES)
    np.testing.assert_allclose(hill, (voigt + reuss) / 2)
    bounds = hashin_shtrikman_bounds(*PHASES)
    bulks = [reuss[:3, :3].mean(), bounds.bulk_lower, bounds.bulk_upper, voigt[:3, :3].mean()]
    shears = [reuss[3, 3], bounds.shear_lower, bounds.shear_upper, voigt[3, 3]]
    assert np.all(np.diff(bulks) > 0)
    assert np.all(np.diff(shears) > 0)


def test_hashin_shtrikman_of_two_phases():
    """The bounds are those of the paper for two phases, equations 3.21 to 3.24 of its notation."""
    bulk, shear, share = np.array([2.0, 90.0]), np.array([1.0, 45.0]), np.array([0.6, 0.4])
    young = 9 * bulk * shear / (3 * bulk + shear)
    nu = (3 * bulk - 2 * shear) / (2 * (3 * bulk + shear))
    found = hashin_shtrikman_bounds(share, young, nu)
    for (k, m), bulk_bound, shear_bound in (
        ((0, 1), found.bulk_lower, found.shear_lower),
        ((1, 0), found.bulk_upper, found.shear_upper),
    ):
        stiffer = 1 / (bulk[m] - bulk[k]) + 3 * share[k] / (3 * bulk[k] + 4 * shear[k])
        assert bulk_bound == pytest.approx(bulk[k] + share[m] / stiffer)
        factor = 6 * share[k] * (bulk[k] + 2 * shear[k])
        factor /= 5 * shear[k] * (3 * bulk[k] + 4 * shear[k])
        assert shear_bound == pytest.approx(
            shear[k] + share[m] / (1 / (shear[m] - shear[k]) + factor)
        )


@pytest.mark.parametrize("average", [*AVERAGES, hashin_shtrikman_bounds])
def test_invalid_fractions_are_refused(average):
    """Fractions are not negative and sum to one, one per phase."""
    with pytest.raises(ValueError, match="one number per phase"):
        average((0.5, 0.5), *PHASES[1:])
    with pytest.raises(ValueError, match="sum to 1"):
        average((0.5, 0.5, 0.5), *PHASES[1:])
    with pytest.raises(ValueError, match="sum to 1"):
        average((1.5, -0.5, 0), *PHASES[1:])
    with pytest.raises(ValueError, match="young_gpa must be above 0"):
        average(PHASES[0], (1, -1, 1), PHASES[2])


@pytest.mark.parametrize(
    ("young", "nu", "message"),
    [
        (np.nan, 0.3, "young_gpa must be finite"),
        ([1.0, np.inf], 0.3, "young_gpa must be finite"),
        (1.0, [0.3, np.nan], "poisson must be finite"),
        (1.0, 0.5, "between -1 and 0.5, but it holds 0.5"),
        (1.0, [[0.3], [30.0]], "between -1 and 0.5, but it holds 30"),
        (1.0, -1.0, "between -1 and 0.5"),
    ],
)
def test_isotropic_stiffness_refuses_what_is_no_material(young, nu, message):
    """NaN, infinite stiffness and negative stiffness are not passed on."""
    with pytest.raises(ValueError, match=message):
        isotropic_stiffness(young, nu)
