"""Sections through the ODF."""

import numpy as np
import pytest

from pspflow.mechanics.texture.components import COMPONENTS, component_orientation
from pspflow.mechanics.texture.gsh import coefficients, odf
from pspflow.mechanics.texture.sampling import random_orientations
from pspflow.mechanics.texture.sections import odf_sections, section_angles

PLACES = {"cube": (0, 0, 0), "Goss": (0, 9, 0), "copper": (1, 7, 18), "S": (2, 7, 12)}
"""Section, step of Φ and step of φ1, in 5°: where textbooks show the component's peak."""


@pytest.mark.parametrize("name", PLACES)
def test_components_peak_where_textbooks_show_them(name):
    """The largest density of a section of a component is at its angles."""
    sections = odf_sections(coefficients([component_orientation(name)]))
    assert sections[PLACES[name]] > 0.9 * sections.max()
    assert set(PLACES) < set(COMPONENTS)


def test_values_are_those_of_the_odf():
    """Axes are section, Φ, φ1, in this order."""
    texture = coefficients(random_orientations(5, np.random.default_rng(0)))
    sections = odf_sections(texture, np.deg2rad([10, 50]), 4)
    assert sections.shape == (2, 5, 5)
    angles = section_angles(4)
    assert sections[1, 3, 2] == pytest.approx(
        odf(texture, [[angles[2], angles[3], np.deg2rad(50)]])[0]
    )


def test_bad_input():
    """No steps and no list of angles are refused."""
    with pytest.raises(ValueError, match="steps must be at least 1"):
        section_angles(0)
    with pytest.raises(ValueError, match="list of angles"):
        odf_sections(np.zeros(36), 0.5)
