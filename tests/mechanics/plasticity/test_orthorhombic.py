"""A quarter of the grains of an orthorhombic texture tells the whole, exactly."""

import numpy as np
import pytest

from pspflow.mechanics import anisotropy_parameters, anisotropy_parameters_of_textures
from pspflow.mechanics.plasticity.orthorhombic import parts, turned
from pspflow.mechanics.plasticity.parameters import anisotropy_directions
from pspflow.mechanics.plasticity.tension import Directions, tension
from pspflow.mechanics.texture import equivalent_orientations, symmetrise


@pytest.fixture
def weights():
    """Return weights of the twelve orientations, of sum 1."""
    return np.arange(1.0, 13) / 78


@pytest.mark.parametrize(("slip", "m"), [("fcc", 0.05), ("bcc", 0.05), ("fcc", 0.01)])
def test_the_same_numbers_as_of_all_grains(few, weights, slip, m):
    """All 54 parameters to rounding: the steps of the solver are the same ones."""
    how = {"slip": slip, "rate_sensitivity": m}
    whole = anisotropy_parameters(*symmetrise(few, weights), **how)
    np.testing.assert_allclose(
        anisotropy_parameters(few, weights, orthorhombic=True, **how), whole, rtol=0, atol=1e-9
    )
    many = anisotropy_parameters_of_textures([few], [weights], orthorhombic=True, **how)
    np.testing.assert_allclose(many.parameters[0], whole, rtol=0, atol=1e-9)


def test_every_direction(few, weights, oracles):
    """Those in no plane of the specimen too, or with other lateral axes: they need all grains."""
    axes = [oracles.Rotation.random(rng=np.random.default_rng(k)).as_matrix() for k in range(2)]
    c, s = np.cos(0.4), np.sin(0.4)
    axes.append(np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]))  # first lateral axis along Y
    axes.append(np.array([[0, 1, 0], [c, 0, s], [s, 0, -c]]))  # along Y, with turned lateral axes
    some = Directions(*np.stack(axes, axis=1))
    whole = tension(*symmetrise(few, weights), some)
    for found, expected in zip(tension(few, weights, some, orthorhombic=True), whole, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_directions_are_divided():
    """Along an axis a quarter, in a plane a half; each direction once."""
    directions = anisotropy_directions()
    found = list(parts(directions.along, directions.second))
    assert [len(part.at) for part in found] == [3, 5, 5, 5, 0]
    assert sorted(np.concatenate([part.at for part in found])) == list(range(18))
    assert [part.free for part in found] == [1, 2, 2, 2, 4]


def test_half_turns(few, oracles):
    """About X, Y and Z, from the left."""
    for axis, name in enumerate("XYZ"):
        turn = oracles.Rotation.from_euler(name, np.pi)
        expected = (turn * oracles.Rotation.from_euler("ZXZ", few)).as_matrix()
        found = oracles.Rotation.from_euler("ZXZ", turned(few, axis)).as_matrix()
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_equivalents_in_the_specimen_are_equal(few, weights):
    """Which of the equivalents of an orientation is given does not matter, crystal's included."""
    every = equivalent_orientations(few)
    chosen = every[np.arange(12), np.arange(12) * 7 % 96]
    np.testing.assert_allclose(
        anisotropy_parameters(chosen, weights, orthorhombic=True),
        anisotropy_parameters(few, weights, orthorhombic=True),
        atol=1e-8,
    )
    apart = anisotropy_parameters(chosen, weights) - anisotropy_parameters(few, weights)
    assert np.abs(apart).max() > 0.01
