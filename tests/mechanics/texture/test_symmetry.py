"""Symmetry of crystal and specimen."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pspflow.mechanics.texture.orientations import quaternions
from pspflow.mechanics.texture.sampling import random_orientations
from pspflow.mechanics.texture.symmetry import (
    cubic_operators,
    disorientation_angles,
    equivalent_orientations,
    orthorhombic_operators,
    symmetrise,
)


@pytest.mark.parametrize(
    ("operators", "name", "order"), [(cubic_operators, "O", 24), (orthorhombic_operators, "D2", 4)]
)
def test_operators_are_the_groups_of_scipy(operators, name, order):
    """Each rotation of the point group is there once, the identity first."""
    ours = operators()
    assert ours.shape == (order, 4)
    same = np.abs(ours @ Rotation.create_group(name).as_quat().T) > 1 - 1e-12
    assert (same.sum(0) == 1).all()
    np.testing.assert_array_equal(ours[0], [0, 0, 0, 1])
    with pytest.raises(ValueError, match="read-only"):
        ours[0] = 0


def test_disorientation_is_the_smallest_of_24():
    """The shortcut equals the search through the group."""
    first, second = (random_orientations(n, np.random.default_rng(n)) for n in (30, 40))
    left, right = (Rotation.from_euler("ZXZ", each) for each in (first, second))
    smallest = np.full((30, 40), np.inf)
    for operator in Rotation.create_group("O"):
        turned = (right * operator).as_quat()
        cosine = np.minimum(np.abs(left.as_quat() @ turned.T), 1)
        smallest = np.minimum(smallest, 2 * np.arccos(cosine))
    np.testing.assert_allclose(disorientation_angles(first, second), smallest, atol=1e-7)


def test_blocks_change_nothing(monkeypatch):
    """Memory is bounded without a change of the result."""
    angles = random_orientations(20, np.random.default_rng(0))
    whole = disorientation_angles(angles, angles)
    monkeypatch.setattr("pspflow.mechanics.texture.symmetry.BLOCK", 50)
    np.testing.assert_array_equal(disorientation_angles(angles, angles), whole)


def test_equivalents_are_of_both_symmetries():
    """Crystal equivalents are 0 apart; specimen equivalents are half turns of the specimen."""
    given = random_orientations(5, np.random.default_rng(0))
    every = equivalent_orientations(given)
    assert every.shape == (5, 96, 3)
    np.testing.assert_allclose(
        np.abs((quaternions(every[:, 0]) * quaternions(given)).sum(1)), 1, rtol=1e-14
    )
    for one, equivalents in zip(given, every, strict=True):
        turned = Rotation.create_group("D2") * Rotation.from_euler("ZXZ", one)
        targets = turned.as_euler("ZXZ") % (2 * np.pi)
        near = disorientation_angles(targets, equivalents) < 1e-6
        assert (near.sum(1) == 24).all()
        assert (near.sum(0) == 1).all()


def test_symmetrised_texture():
    """Each orientation becomes four of a quarter of its weight, itself first."""
    given = random_orientations(3, np.random.default_rng(0))
    orientations, weights = symmetrise(given, [0.5, 0.3, 0.2])
    np.testing.assert_array_equal(orientations[:3], given)
    np.testing.assert_allclose(weights.reshape(4, 3).sum(0), [0.5, 0.3, 0.2])
    # a second time adds nothing: the same places hold the same weight
    again, shares = symmetrise(orientations, weights)
    same = disorientation_angles(orientations, again) < 1e-6
    np.testing.assert_allclose(same @ shares, weights)
