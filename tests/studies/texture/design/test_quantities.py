"""What is wanted of a sheet, as the parameters hold it."""

import numpy as np
import pytest

from pspflow.mechanics import (
    anisotropy_parameters,
    yield_stress_and_r_value,
)
from pspflow.mechanics.texture import random_orientations, symmetrise
from pspflow.studies.texture.design.options import ANGLES_DEG
from pspflow.studies.texture.design.quantities import (
    PLACES,
    R_NAMES,
    STRESSES,
    coordinates_of,
    errors_percent,
    from_coordinates,
    r_values,
    to_coordinates,
    values_of,
)


@pytest.mark.parametrize("seed", range(3))
def test_r_values_and_stresses_are_those_of_tension_in_the_sheet(seed):
    """The 54 parameters hold r-value and yield stress at every angle, at 90 degrees too."""
    texture = symmetrise(random_orientations(4, np.random.default_rng(seed)))
    parameters = anisotropy_parameters(*texture)
    true = yield_stress_and_r_value(*texture, np.radians(ANGLES_DEG))
    np.testing.assert_allclose(r_values(parameters), true.r_value, rtol=1e-3)
    stresses = parameters[list(STRESSES)]
    np.testing.assert_allclose(stresses, true.yield_stress / true.yield_stress[0], rtol=1e-5)


def test_values_survive_the_coordinates():
    """Distances are measured in other coordinates; values come back, infinite r-values too."""
    names = ("r_value_0", "stress_xy_45", "r_value_90")
    values = np.array([[0.2, 0.97, 3.0], [50.0, 1.02, np.inf]])
    coordinates = to_coordinates(names, values[:1])
    np.testing.assert_allclose(from_coordinates(names, coordinates), values[:1])
    assert from_coordinates(["r_value_0"], [1.0]) == np.inf
    assert from_coordinates(["r_value_0"], [1.02]) == np.inf


def test_values_of_textures_are_named():
    """Quantities are taken by name and in the order of the names."""
    texture = symmetrise(random_orientations(4, np.random.default_rng(0)))
    parameters = anisotropy_parameters(*texture)[None]
    names = ("strain2_zx_30", R_NAMES[3], "stress_xy_15")
    found = values_of(names, parameters)[0]
    assert found[0] == parameters[0, PLACES["strain2_zx_30"]]
    assert found[1] == pytest.approx(r_values(parameters)[0, 3])
    share = coordinates_of(names, parameters)[0, 1]
    assert share / (1 - share) == pytest.approx(found[1])


def test_the_error_is_the_papers():
    """100 times the norm of what misses over that of what is wanted; missing counts as infinite."""
    reached = np.array([[1.0, 2.0], [4.0, 6.0], [np.nan, 1.0], [np.inf, 1.0]])
    errors = errors_percent(reached, [1.0, 2.0])
    np.testing.assert_allclose(errors[:2], [0, 100 * 5 / np.sqrt(5)])
    assert np.isinf(errors[2:]).all()
