"""Symmetrised harmonics compared with their definition."""

from math import factorial

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from scipy.special import lpmv

from pspflow.mechanics.texture.gsh import (
    COUNT,
    DEGREES,
    SCALE,
    basis,
    coefficients,
    names,
    odf,
    texture_index,
)
from pspflow.mechanics.texture.harmonics import harmonics
from pspflow.mechanics.texture.sampling import random_orientations, uniform_orientations
from pspflow.mechanics.texture.symmetry import equivalent_orientations, symmetrise

GIVEN = random_orientations(30, np.random.default_rng(0))


@pytest.fixture(scope="module")
def quadrature():
    """Return orientations and weights that integrate products of two functions exactly."""
    cosines, tilt_weights = np.polynomial.legendre.leggauss(13)
    turn1 = np.arange(26) * 2 * np.pi / 26
    turn2 = np.arange(26) * 2 * np.pi / 26
    mesh = np.meshgrid(turn1, np.arccos(cosines), turn2, indexing="ij")
    weights = np.broadcast_to(tilt_weights[:, None] / 2 / 26**2, (26, 13, 26))
    return np.stack(mesh, -1).reshape(-1, 3), weights.ravel()


def test_functions_are_orthonormal(quadrature):
    """The Gram matrix is 1/(2l + 1), so that the rank is 36; the mean of each function is 0."""
    orientations, weights = quadrature
    values = basis(orientations) / SCALE
    np.testing.assert_allclose((values.T * weights) @ values, np.eye(COUNT), atol=1e-13)
    np.testing.assert_allclose(weights @ values, 0, atol=1e-13)


def test_symmetry():
    """Neither symmetry of the crystal nor of the specimen changes a value."""
    every = equivalent_orientations(GIVEN)
    values = basis(every.reshape(-1, 3)).reshape(len(GIVEN), -1, COUNT)
    np.testing.assert_allclose(values, basis(GIVEN)[:, None].repeat(96, 1), atol=1e-12)


def test_counts_are_those_of_group_theory():
    """The number of functions of a degree is the product of both numbers of invariants."""

    def invariants(group, degree):
        angles = Rotation.create_group(group).magnitude()
        orders = np.arange(-degree, degree + 1)
        return round(float(np.mean(np.cos(angles[:, None] * orders).sum(1))))

    for degree in range(1, 13):
        expected = invariants("O", degree) * invariants("D2", degree)
        assert (harmonics().degrees == degree).sum() == expected
    np.testing.assert_array_equal(harmonics().degrees, DEGREES)


def real_harmonic(degree, order, directions):
    azimuth = np.arctan2(directions[..., 1], directions[..., 0])
    norm = (2 * degree + 1) / (4 * np.pi) * factorial(degree - order) / factorial(degree + order)
    wave = np.cos(order * azimuth) if degree % 2 == 0 else np.sin(order * azimuth)
    legendre = lpmv(order, degree, np.clip(directions[..., 2], -1, 1))
    return np.sqrt(norm * (2 if order else 1)) * legendre * wave


def test_functions_are_what_the_module_says():
    """T̂ is the overlap of the specimen's harmonic with the turned cubic harmonic, sign and all."""
    cosines, weights = np.polynomial.legendre.leggauss(14)
    turn = np.arange(28) * 2 * np.pi / 28
    sine = np.sqrt(1 - cosines**2)[:, None]
    y = np.stack(
        [sine * np.cos(turn), sine * np.sin(turn), np.repeat(cosines[:, None], 28, 1)], -1
    ).reshape(-1, 3)
    area = np.repeat(weights * 2 * np.pi / 28, 28)
    table = harmonics()
    g = Rotation.from_euler("ZXZ", GIVEN[:4]).as_matrix().transpose(0, 2, 1)
    crystal = np.einsum("gij,pj->gpi", g, y)
    for index, degree in enumerate(table.degrees):
        cubic = sum(
            amplitude * real_harmonic(degree, order, crystal)
            for amplitude, order in zip(table.crystal_vectors[index], (0, 4, 8, 12), strict=True)
            if amplitude and order <= degree
        )
        overlap = (cubic * real_harmonic(degree, table.orders[index], y)) @ area
        np.testing.assert_allclose(basis(GIVEN[:4])[:, index], overlap, atol=1e-12)


def test_cubic_harmonics_are_bunges():
    """Amplitudes are those of published tables (Bunge 1982; Fehlner, Nickerson and Vosko 1976)."""
    published = {
        "C4_11": (0.76376261, 0.64549722, 0, 0),
        "C6_11": (0.35355339, -0.93541435, 0, 0),
        "C8_11": (0.71807033, 0.38188131, 0.58184333, 0),
        "C10_11": (0.41142536, -0.58630196, -0.69783892, 0),
        "C12_11": (0.69550265, 0.31412555, 0.34844954, 0.54422797),
        "C12_12": (0, 0.55897937, -0.80626750, 0.19358399),
    }
    for name, expected in published.items():
        np.testing.assert_allclose(
            harmonics().crystal_vectors[names().index(name)], expected, atol=1e-7
        )


def test_first_coefficient_of_single_crystals():
    """C4_11 follows from the sheet normal h in the crystal: 9 √(7/12) (5 Σ h⁴ - 3) / 2."""
    for orientation, sum_of_fourth_powers in (((0, 0, 0), 1), ((0, np.pi / 4, 0), 0.5)):
        found = coefficients([orientation])[names().index("C4_11")]
        assert found == pytest.approx(9 * np.sqrt(7 / 12) * (5 * sum_of_fourth_powers - 3) / 2)


def test_names():
    """The first are those that the paper plots."""
    assert names()[:3] == ["C4_11", "C4_21", "C4_31"]
    assert len(set(names())) == COUNT


def test_mixtures():
    """Coefficients of a mixture are the mixture of coefficients."""
    first, second = GIVEN[:10], GIVEN[10:]
    weights = np.concatenate([np.full(10, 0.3 / 10), np.full(20, 0.7 / 20)])
    mixed = 0.3 * coefficients(first) + 0.7 * coefficients(second)
    np.testing.assert_allclose(coefficients(GIVEN, weights), mixed, atol=1e-12)


def test_symmetrised_texture_has_the_same_coefficients():
    """Coefficients see the orthorhombic part of a texture alone."""
    np.testing.assert_allclose(coefficients(*symmetrise(GIVEN)), coefficients(GIVEN), atol=1e-12)


def test_random_texture():
    """It has coefficients near 0, and index 1."""
    found = coefficients(uniform_orientations(20_000))
    assert np.abs(found * SCALE).max() < 0.002
    assert texture_index(found) == pytest.approx(1, abs=1e-5)


def test_index_is_the_mean_square_of_the_odf(quadrature):
    """Parseval: the sum over coefficients equals the integral over orientations."""
    orientations, weights = quadrature
    textures = np.stack([coefficients(GIVEN[:3]), coefficients(GIVEN)])
    densities = odf(textures, orientations)
    np.testing.assert_allclose(densities @ weights, 1)
    np.testing.assert_allclose(densities**2 @ weights, texture_index(textures))


def test_coefficients_of_an_odf(quadrature):
    """Projecting an ODF returns the coefficients that it was made from."""
    orientations, weights = quadrature
    given = coefficients(GIVEN[:3])
    density = odf(given, orientations)
    found = (2 * DEGREES + 1) * ((density * weights) @ basis(orientations))
    np.testing.assert_allclose(found, given, atol=1e-10)


def test_bad_coefficients():
    """Another number of coefficients, or what is no number, is refused."""
    with pytest.raises(ValueError, match="36 numbers per texture"):
        texture_index(np.zeros(38))
    with pytest.raises(ValueError, match="NaN"):
        odf(np.full(36, np.nan), GIVEN)
