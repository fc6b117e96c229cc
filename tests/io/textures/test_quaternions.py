"""Quaternions: the scalar's place is told by names or by the user, and norms are made 1."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pspflow.io.textures import read_orientations

FIRST = ["w,x,y,z", "qw,qx,qy,qz", "q_w,q_x,q_y,q_z", "quat_w,quat_x,quat_y,quat_z"]
FIRST += ["Quat real,Quat i,Quat j,Quat k", "W,X,Y,Z", "qs,qx,qy,qz"]
NUMBERED = ["q0,q1,q2,q3", "q1,q2,q3,q4", "Quat_0,Quat_1,Quat_2,Quat_3", "a,b,c,d", "qa,qb,qc,qd"]


@pytest.fixture
def quaternions(truth):
    return Rotation.from_euler("ZXZ", truth).as_quat(scalar_first=True)


def text(names, values):
    rows = [",".join(f"{cell:.7f}" for cell in row) for row in values]
    return "\n".join([names, *rows, ""])


@pytest.mark.parametrize("names", FIRST)
def test_names_tell_the_scalar(write, same, truth, quaternions, names):
    """In whatever order the columns stand."""
    same(read_orientations(write(text(names, quaternions))).angles_rad, truth)
    split = names.split(",")
    turned = write(text(",".join(split[1:] + split[:1]), np.roll(quaternions, -1, axis=1)))
    same(read_orientations(turned).angles_rad, truth)
    read = read_orientations(turned, quaternion_order="scalar_first")
    same(read.angles_rad, truth)
    assert any("quaternion_order is not needed" in note for note in read.notes)


@pytest.mark.parametrize("names", NUMBERED)
def test_numbers_do_not_tell_the_scalar(write, refused, same, truth, quaternions, names):
    path = write(text(names, quaternions))
    assert "do not tell which component is the scalar" in refused(path)
    same(read_orientations(path, quaternion_order="scalar_first").angles_rad, truth)
    path = write(text(names, np.roll(quaternions, -1, axis=1)))
    same(read_orientations(path, quaternion_order="scalar_last").angles_rad, truth)


def test_sense(write, same, truth, quaternions):
    """The inverse of a quaternion is that of the other sense."""
    path = write(text("w,x,y,z", quaternions * [1, -1, -1, -1]))
    read = read_orientations(path, quaternion_sense="specimen_to_crystal")
    same(read.angles_rad, truth)
    assert "quaternions are read as rotations specimen to crystal" in read.notes


@pytest.mark.parametrize("said", ["passive rotations", "sample to crystal", "lab->crystal"])
def test_words_against_the_usual_sense(write, refused, same, truth, quaternions, said):
    """They are no guess's ground: the user decides."""
    path = write(f"# {said}\n" + text("w,x,y,z", quaternions))
    assert "quaternion_sense" in refused(path)
    read = read_orientations(path, quaternion_sense="crystal_to_specimen")
    same(read.angles_rad, truth)


def test_norms_are_made_one_and_said(write, same, truth, quaternions):
    """Signs and lengths do not matter."""
    scales = np.array([2, -1, 0.5, -3, *8 * [1]])[:, None]
    read = read_orientations(write(text("qw,qx,qy,qz", quaternions * scales)))
    same(read.angles_rad, truth)
    assert any("norm 0.5 to 3 are normalised" in note for note in read.doubts)


def test_positions_with_weights_are_no_quaternions(write, refused, quaternions, same, truth):
    """Quaternions of one length are; the name x alone may be a place."""
    same(
        read_orientations(write(text("x,y,z,w", 2 * quaternions[:, [1, 2, 3, 0]]))).angles_rad,
        truth,
    )
    places = np.arange(48.0).reshape(12, 4)
    assert "may be positions and weights" in refused(write(text("x,y,z,w", places)))


def test_large_components(write, same, truth, quaternions):
    rows = [",".join(f"{cell:.7e}" for cell in row) for row in quaternions * 1e200]
    same(read_orientations(write("\n".join(["w,x,y,z", *rows]))).angles_rad, truth)


def test_no_norm(write, refused, quaternions):
    quaternions[3] = 0
    assert "line 5: the quaternion" in refused(write(text("w,x,y,z", quaternions)))


def test_missing_quaternions_are_left_out(write, same, truth, quaternions):
    lines = text("w,x,y,z", quaternions).splitlines()
    lines[1] = ",,,"
    lines[2] = "nan,nan,nan,nan"
    read = read_orientations(write("\n".join(lines)))
    same(read.angles_rad, truth[2:])


def test_angles_beside_quaternions_and_positions(write, same, truth, quaternions):
    """Then x and y are positions and w is the weight."""
    rows = np.column_stack([truth, np.ones((12, 3))])
    read = read_orientations(write(text("phi1_rad,Phi_rad,phi2_rad,x,y,w", rows)))
    same(read.angles_rad, truth)
    assert read.positions is not None
    np.testing.assert_allclose(read.weights, 1 / 12)


def test_half_turns_and_identity(write, same):
    """Where Φ is 0 only a sum of angles is known; nothing warns."""
    read = read_orientations(write("w,x,y,z\n1,0,0,0\n0,0,0,1\n0,1,0,0\n"))
    same(read.angles_rad, np.array([[0, 0, 0], [np.pi, 0, 0], [0, np.pi, 0]]))
