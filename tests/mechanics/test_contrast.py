"""Any contrast of the moduli: the stiffness is right at the default tolerance, or refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from pspflow.mechanics import (
    ConvergenceError,
    effective_stiffness,
    isotropic_stiffness,
    reuss_stiffness,
    strain_field,
    voigt_stiffness,
)

POISSON = (0.3, 0.2)
CONTRASTS = [1e2, 1e3, 1e4, 1e5, 1e6, 1e8, 1e12]
every_element = pytest.mark.parametrize("element", ["bbar", "full", "reduced"])


def random_grains(share):
    noise = gaussian_filter(np.random.default_rng(1).normal(size=(7, 7, 7)), 1, mode="wrap")
    return (noise > np.quantile(noise, 1 - share)).astype(int)


def ball(edge, radius):
    return (np.linalg.norm(np.indices((edge,) * 3) - edge // 2, axis=0) <= radius).astype(int)


STRUCTURES = {
    "ball": ball(7, 2),
    "voxel": ball(3, 0),
    "matrix around a ball": 1 - ball(7, 2),
    "grains": random_grains(0.5),
    "few grains": random_grains(0.2)[:5],
    "layers": np.broadcast_to((np.arange(6) % 3 == 0)[:, None, None], (6, 3, 4)).astype(int),
    "columns": np.broadcast_to((np.indices((8, 8)) // 4).sum(axis=0)[:, :, None] % 2, (8, 8, 2)),
    "checkerboard of voxels": np.indices((4, 4, 4)).sum(axis=0) % 2,
}
ISOLATED = ("ball", "voxel")
every_structure = pytest.mark.parametrize("name", STRUCTURES)


def errors(found, expected):
    """Return the differences over the geometric means of the diagonal components."""
    return abs(found - expected) / np.sqrt(np.outer(expected.diagonal(), expected.diagonal()))


@every_structure
@pytest.mark.parametrize("contrast", CONTRASTS)
def test_default_tolerance_keeps_six_digits(name, contrast):
    """At any contrast, the default tolerance gives what a far smaller one gives."""
    arguments = (STRUCTURES[name], (1.0, contrast), POISSON)
    expected = effective_stiffness(*arguments, precision="double", tolerance=1e-6)
    found = effective_stiffness(*arguments)
    assert errors(found, expected).max() < 2e-6


@every_element
@pytest.mark.parametrize("name", ISOLATED)
@pytest.mark.parametrize("contrast", [1e6, 1e8, 1e10, 1e12])
def test_isolated_inclusions_have_a_rigid_limit(name, element, contrast):
    """The stiffness grows with the inclusions' modulus, and towards a limit as its reciprocal."""
    phases = STRUCTURES[name]
    before, found = (
        effective_stiffness(phases, (1.0, stiff), POISSON, element=element).diagonal()
        for stiff in (1e4, contrast)
    )
    assert np.all(found > before * (1 - 2e-6))
    assert np.all(found < before * (1 + 10 / 1e4))


@pytest.mark.parametrize("name", ISOLATED)
@pytest.mark.parametrize("contrast", [1e6, 1e8, 1e10, 1e12])
def test_parts_that_hardly_hang_together_have_a_soft_limit(name, contrast):
    """The mirror case: stiff islands in a phase without stiffness are as stiff as that phase."""
    phases = STRUCTURES[name]
    limit = effective_stiffness(phases, (1.0, 1e4), POISSON).diagonal()
    found = effective_stiffness(phases, (1 / contrast, 1.0), POISSON).diagonal()
    np.testing.assert_allclose(found * contrast, limit, rtol=10 / 1e4)


@every_element
@every_structure
@pytest.mark.parametrize("contrast", [1e2, 1e6, 1e10])
def test_bounds_hold(name, element, contrast):
    """Every diagonal component lies between Reuss's and Voigt's."""
    phases, moduli = STRUCTURES[name], ((1.0, contrast), POISSON)
    shares = np.bincount(phases.ravel()) / phases.size
    found = effective_stiffness(phases, *moduli, element=element).diagonal()
    assert np.all(found > reuss_stiffness(shares, *moduli).diagonal() * (1 - 2e-6))
    assert np.all(found < voigt_stiffness(shares, *moduli).diagonal() * (1 + 2e-6))


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_shear_of_layers(contrast):
    """The shear moduli of layers are the means of their moduli and of their reciprocals."""
    layers = STRUCTURES["layers"]
    moduli = ((1.0, contrast), (0.3, 0.3))
    found = effective_stiffness(layers, *moduli)
    shear = isotropic_stiffness(*moduli)[:, 3, 3]
    shares = np.bincount(layers.ravel()) / layers.size
    assert found[3, 3] == pytest.approx(shares @ shear, rel=1e-6)
    assert found[5, 5] == pytest.approx(1 / (shares @ (1 / shear)), rel=1e-6)


@pytest.mark.parametrize("contrast", [1e3, 1e6, 1e9])
def test_strains_of_rigid_inclusions(contrast):
    """The strain, and hence the stress, of rigid inclusions is right at the default tolerance."""
    arguments = (STRUCTURES["ball"], (1.0, contrast), POISSON, [1, 0, 0, 0, 0, 0])
    expected = strain_field(*arguments, precision="double", tolerance=1e-8)
    found = strain_field(*arguments)
    for phase in (0, 1):
        inside = STRUCTURES["ball"] == phase
        error = np.linalg.norm((found - expected)[:, inside])
        assert error < 1e-2 * np.linalg.norm(expected[:, inside])


@pytest.mark.parametrize("contrast", [1e14, 1e16, 1e20, 1e30])
@pytest.mark.parametrize("name", ["ball", "layers"])
def test_contrasts_beyond_double_precision_are_refused(name, contrast):
    """Where rounding decides, there is an error and no number."""
    with pytest.raises(ConvergenceError, match=r"too high|relative residual"):
        effective_stiffness(STRUCTURES[name], (1.0, contrast), POISSON)


def test_the_error_says_what_is_missing():
    """Where forces vanish and the energy is open, the sentence speaks of the stiffness."""
    with pytest.raises(ConvergenceError, match=r"the stiffness may be .* % too high"):
        effective_stiffness(STRUCTURES["ball"], (1.0, 1e8), POISSON, max_iterations=25)


@settings(deadline=None, max_examples=30)
@given(power=st.floats(-300, 290), contrast=st.floats(-12, 12))
def test_the_unit_of_the_moduli_does_not_matter(power, contrast):
    """GPa, Pa or any other unit: stiffness is proportional to the moduli."""
    phases, young = STRUCTURES["voxel"], np.array([1.0, 10.0**contrast])
    expected = effective_stiffness(phases, young, POISSON)
    unit = 10.0**power
    found = effective_stiffness(phases, young * unit, POISSON) / unit
    assert errors(found, expected).max() < 2e-6


@every_element
@pytest.mark.parametrize("poisson", [-0.9999, -0.99, -0.5, 0, 0.49, 0.499, 0.4999, 0.499999])
@pytest.mark.parametrize("shape", [(1, 1, 1), (4, 5, 3)])
def test_homogeneous_cells_are_exact(shape, element, poisson):
    """One phase, or several of equal moduli, has its own stiffness at any Poisson's ratio."""
    phases = np.arange(np.prod(shape)).reshape(shape) % 2
    found = effective_stiffness(phases, (70e9,) * 2, (poisson,) * 2, element=element)
    expected = isotropic_stiffness(70e9, poisson)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14 * expected.max())


@pytest.mark.parametrize("poisson", [-0.99, 0.499, 0.4999, 0.499999])
@pytest.mark.parametrize("contrast", [1 + 1e-7, 1.001])
def test_nearly_homogeneous_cells(poisson, contrast):
    """Where phases hardly differ, the stiffness is their average at any Poisson's ratio."""
    phases, moduli = STRUCTURES["grains"], ((1.0, contrast), (poisson,) * 2)
    shares = np.bincount(phases.ravel()) / phases.size
    found = effective_stiffness(phases, *moduli)
    assert errors(found, voigt_stiffness(shares, *moduli)).max() < 2e-6
