"""Standard components of rolling textures."""

import numpy as np
import pytest

from pspflow.mechanics.texture.components import (
    COMPONENTS,
    component_fractions,
    component_orientation,
)
from pspflow.mechanics.texture.sampling import scattered_orientations, uniform_orientations
from pspflow.mechanics.texture.symmetry import disorientation_angles, symmetrise

PUBLISHED = {
    "cube": (0, 0, 0),
    "Goss": (0, 45, 0),
    "brass": (35.26, 45, 0),
    "copper": (90, 35.26, 45),
    "S": (58.98, 36.70, 63.43),
}
"""Bunge–Euler angles in degrees, as textbooks print them."""


@pytest.mark.parametrize("name", COMPONENTS)
def test_components_are_those_of_textbooks(name):
    """Miller indices give the printed angles, or those of a variant."""
    variants = symmetrise([component_orientation(name)])[0]
    printed = np.deg2rad([PUBLISHED[name]])
    assert np.rad2deg(disorientation_angles(variants, printed).min()) < 0.02


def test_fractions_of_a_mixture():
    """Weights are found again, whatever the variant."""
    names = list(COMPONENTS)
    centres = symmetrise([component_orientation(name) for name in names])[0]
    shares = np.array([0.1, 0.2, 0.3, 0.25, 0.15])
    spread = scattered_orientations(
        np.tile(centres, (50, 1)), np.deg2rad(2), np.random.default_rng(0)
    )
    found = component_fractions(spread, np.tile(shares / 200, 200))
    assert found == pytest.approx(dict(zip(names, shares, strict=True)))


def test_fractions_of_a_random_texture():
    """A component that has no variants but itself fills its ball of rotations."""
    found = component_fractions(uniform_orientations(20_000), None, np.deg2rad(10))
    ball = (np.deg2rad(10) - np.sin(np.deg2rad(10))) / np.pi
    multiplicity = {"cube": 24, "Goss": 24, "brass": 48, "copper": 48, "S": 96}
    for name, times in multiplicity.items():
        expected = times * ball
        assert found[name] == pytest.approx(expected, rel=0.1 if name != "S" else 0.15)


def test_bad_input():
    """Unknown names and tolerances are refused."""
    with pytest.raises(ValueError, match="choose one of cube, Goss"):
        component_orientation("Cubic")
    with pytest.raises(ValueError, match="tolerance_rad must be above 0"):
        component_fractions(np.zeros((1, 3)), None, 0)
