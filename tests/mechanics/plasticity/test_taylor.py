"""Taylor factors in the rate-insensitive limit."""

import numpy as np
import pytest

from pspflow.mechanics import SLIP_SYSTEMS, taylor_factors
from pspflow.mechanics.plasticity.taylor import yield_corners
from pspflow.mechanics.plasticity.tension import in_plane_directions, tension


def test_random_textures(oracles):
    """Literature: 3.06 to 3.07 in tension for fcc; yield in shear at .54 of that; less for bcc.

    400,000 random orientations gave 3.0671 and .5420.
    """
    many = oracles.super_fibonacci(5000)
    mean = taylor_factors(many).mean()
    assert 3.06 < mean < 3.07
    shear = np.zeros((3, 3))
    shear[0, 1] = shear[1, 0] = 1
    assert abs(taylor_factors(many, shear).mean() / np.sqrt(3) / mean - 0.54) < 0.005
    assert 2.7 < taylor_factors(many, slip="bcc").mean() < 2.9


def test_small_rate_sensitivity_leads_to_the_limit(oracles):
    """The yield stress of a random texture, for m = .05, .01 and extrapolated (facts: 2.986...)."""
    grains = oracles.super_fibonacci(500)
    along = in_plane_directions(np.radians([0, 45]))
    stress = {
        m: tension(grains, None, along, rate_sensitivity=m).stress.mean()
        for m in (0.05, 0.02, 0.01)
    }
    assert abs(stress[0.05] - 2.986) < 0.01
    assert abs(stress[0.01] - 3.050) < 0.01
    assert abs(2 * stress[0.01] - stress[0.02] - taylor_factors(grains).mean()) < 0.015


def test_known_orientations():
    """Tension along <100> and <111>: sqrt(6) and 3 sqrt(6) / 2; Z as well as X."""
    assert taylor_factors(np.zeros((1, 3)))[0] == pytest.approx(np.sqrt(6))
    # X along [111]: phi1 and phi2 by Bunge's matrix, whose first column is [uvw]
    phi, phi2 = np.pi / 2, np.pi / 4
    diagonal = [[-np.arctan(np.sqrt(2)) + np.pi, phi, phi2]]
    factors = [
        taylor_factors(diagonal, strains)[0]
        for strains in ([1, -0.5, -0.5], [-0.5, 1, -0.5], [-0.5, -0.5, 1])
    ]
    assert max(factors) == pytest.approx(1.5 * np.sqrt(6))


def test_corners_of_the_yield_surface():
    """Bishop and Hill's 56; on the surface; 432 for 24 systems of bcc."""
    corners = yield_corners(SLIP_SYSTEMS["fcc"])
    assert len(corners) == 56
    assert len(yield_corners(SLIP_SYSTEMS["bcc"])) == 432
    shear = np.abs(corners @ SLIP_SYSTEMS["fcc"].schmid_vectors.T)
    assert shear.max() == pytest.approx(1)
    assert ((shear > 1 - 1e-9).sum(1) >= 5).all()


def test_against_a_linear_programme(oracles, few):
    """A grain at a fixed strain: the least slip that makes it (Taylor), by scipy's solver."""
    from scipy.optimize import linprog

    strain = np.array([[1, 0.3, 0], [0.3, -0.2, 0.1], [0, 0.1, -0.8]])
    upper = np.triu_indices(3)
    for angles, factor in zip(few, taylor_factors(few, strain), strict=True):
        tensors = oracles.schmid_tensors(angles)
        rows = ((tensors + tensors.transpose(0, 2, 1)) / 2)[:, *upper].T
        found = linprog(np.ones(24), A_eq=np.hstack([rows, -rows])[:5], b_eq=strain[upper][:5])
        assert factor == pytest.approx(found.fun / np.sqrt(2 / 3 * (strain**2).sum()))


def test_against_materialite(few):
    """Bishop and Hill's model of another package."""
    pytest.importorskip("materialite")
    from materialite import Material, Orientation
    from materialite.models import TaylorModel
    from materialite.tensor import Order2SymmetricTensor

    orientations = Orientation.from_euler_angles(few)
    material = Material(dimensions=[len(few), 1, 1])
    material = material.create_fields({"orientation": list(orientations)})
    for strain in (np.diag([1, -0.5, -0.5]), np.array([[1, 0.3, 0], [0.3, -0.2, 0], [0, 0, -0.8]])):
        model = TaylorModel(Order2SymmetricTensor.from_cartesian(strain))
        expected = material.run(model).extract("taylor_factor")
        np.testing.assert_allclose(taylor_factors(few, strain), expected, rtol=1e-9)


def test_blocks_of_points_do_not_matter(few, monkeypatch):
    """Maps larger than what is computed at once give the same numbers."""
    whole = taylor_factors(few)
    monkeypatch.setattr("pspflow.mechanics.plasticity.taylor.AT_ONCE", 5)
    np.testing.assert_array_equal(taylor_factors(few), whole)


@pytest.mark.parametrize(
    ("stretch", "message"),
    [
        ([1, 0, 0], "must conserve volume, .* add up to 1, not 0"),
        ([0, 0, 0], "a symmetric strain other than 0"),
        ([1, -1], "three finite strains along X, Y and Z"),
        ([1, np.nan, -1], "three finite strains"),
        ([[0, 1, 0], [0, 0, 0], [0, 0, 0]], "a symmetric strain"),
    ],
)
def test_bad_stretches_are_refused(stretch, message):
    """A plastic strain is symmetric and conserves volume."""
    with pytest.raises(ValueError, match=message):
        taylor_factors(np.zeros((1, 3)), stretch)
