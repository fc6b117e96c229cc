"""Bunge–Euler angles and quaternions."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pspflow.mechanics.texture.orientations import (
    bunge_angles,
    check_orientations,
    check_weights,
    product,
    quaternions,
)

ANGLES = np.random.default_rng(0).uniform(0, [2 * np.pi, np.pi, 2 * np.pi], (40, 3))


def test_quaternions_are_those_of_scipy():
    """The convention is scipy's ZXZ; Bunge's g, by its formula, is the transpose of its matrix."""
    rotations = Rotation.from_euler("ZXZ", ANGLES)
    ours = quaternions(ANGLES)
    np.testing.assert_allclose(np.abs((ours * rotations.as_quat()).sum(1)), 1)
    (c1, c, c2), (s1, s, s2) = np.cos(ANGLES[0]), np.sin(ANGLES[0])
    g = [
        [c1 * c2 - s1 * s2 * c, s1 * c2 + c1 * s2 * c, s2 * s],
        [-c1 * s2 - s1 * c2 * c, -s1 * s2 + c1 * c2 * c, c2 * s],
        [s1 * s, -c1 * s, c],
    ]
    np.testing.assert_allclose(rotations.as_matrix()[0].T, g)


def test_angles_return():
    """Angles survive the way to quaternions and back, and products are scipy's."""
    np.testing.assert_allclose(bunge_angles(quaternions(ANGLES)), ANGLES)
    left, right = (Rotation.from_euler("ZXZ", each) for each in (ANGLES[:20], ANGLES[20:]))
    ours = product(left.as_quat(), right.as_quat())
    np.testing.assert_allclose(np.abs((ours * (left * right).as_quat()).sum(1)), 1)


@pytest.mark.parametrize("phi", [0.0, np.pi])
def test_where_the_axes_coincide(phi):
    """At Φ = 0 and π the angles are not unique, but the rotation is."""
    given = np.array([[1.0, phi, 0.5], [0.0, phi, 0.0], [6.0, phi, 6.0]])
    back = bunge_angles(quaternions(given))
    np.testing.assert_allclose(
        np.abs((quaternions(back) * quaternions(given)).sum(1)), 1, rtol=1e-14
    )
    assert (back >= 0).all()
    assert (back < 2 * np.pi).all()


@pytest.mark.parametrize(
    ("orientations", "words"),
    [
        (np.zeros((0, 3)), "one row of three"),
        (np.zeros(3), "one row of three"),
        (np.zeros((3, 4)), "one row of three"),
        ([[0, 0, 0], [0, np.nan, 0]], "row 1 is .*leave out the points"),
        ([[0, np.inf, 0]], "must be finite"),
        ([["a", 0, 0]], "real numbers"),
        ([[30.0, 45.0, 0.0]], "convert degrees with numpy.deg2rad"),
        (np.full((2, 3), 1j), "real numbers"),
    ],
)
def test_what_is_no_orientation_is_refused(orientations, words):
    """No points, points without orientation and degrees are refused with the remedy."""
    with pytest.raises(ValueError, match=words):
        check_orientations(orientations)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([0.5, 0.4], "divide them by their sum"),
        ([0.0, 0.0], "sum to 1, got 0"),
        ([1.5, -0.5], "that of orientation 1 is -0.5"),
        ([np.nan, 1.0], "that of orientation 0 is nan"),
        ([np.inf, 1.0], "that of orientation 0 is inf"),
        ([1.0], "one number per orientation"),
    ],
)
def test_what_are_no_weights_is_refused(weights, words):
    """Weights are volume fractions."""
    with pytest.raises(ValueError, match=words):
        check_weights(weights, 2)


def test_no_weights_are_equal_ones():
    """None stands for equal volumes."""
    np.testing.assert_array_equal(check_weights(None, 4), [0.25] * 4)


def test_what_are_no_quaternions_is_refused():
    """A norm other than 1 is a mistake, not a rotation."""
    with pytest.raises(ValueError, match="divide each by its norm"):
        bunge_angles([[1.0, 1.0, 0.0, 0.0]])
    with pytest.raises(ValueError, match="shape"):
        bunge_angles(np.eye(3))
