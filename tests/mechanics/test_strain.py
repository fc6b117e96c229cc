"""The local strains: compatible, in equilibrium, and consistent with the stiffness."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.mechanics import (
    effective_stiffness,
    isotropic_stiffness,
    local_stress,
    stiffness_and_strain,
    strain_field,
)

ELEMENTS = ("bbar", "full", "reduced")
YOUNG, POISSON = (2.4, 120.0, 30.0), (0.3, 0.25, -0.2)
MACRO = np.array([1e-3, -5e-4, 2e-4, 3e-4, 0.0, -7e-4])
EXACT = {"tolerance": 1e-11, "precision": "double"}
every_element = pytest.mark.parametrize("element", ELEMENTS)


@pytest.fixture
def phases():
    """Return smooth random grains of three phases in a box of odd and even edges."""
    noise = gaussian_filter(np.random.default_rng(0).normal(size=(6, 7, 5)), 0.8, mode="wrap")
    return np.searchsorted(np.quantile(noise, [1 / 3, 2 / 3]), noise)


@every_element
@pytest.mark.parametrize("options", [{}, EXACT])
def test_mean_is_the_macroscopic_strain(phases, element, options):
    """The strains average to what was asked for, to the precision of the arithmetic."""
    strain = strain_field(phases, YOUNG, POISSON, MACRO, element=element, **options)
    assert strain.shape == (6, *phases.shape)
    assert strain.dtype == np.float64
    accuracy = 1e-15 if options else 1e-9
    np.testing.assert_allclose(strain.mean(axis=(1, 2, 3)), MACRO, rtol=0, atol=accuracy)


@every_element
def test_mean_stress_is_the_effective_stiffness_times_strain(phases, element):
    """Voxel stresses, phase by phase from the strains, average to C : macroscopic strain."""
    strain = strain_field(phases, YOUNG, POISSON, MACRO, element=element, **EXACT)
    stiffness = effective_stiffness(phases, YOUNG, POISSON, element=element, **EXACT)
    stress = local_stress(phases, YOUNG, POISSON, strain).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(stress, stiffness @ MACRO, rtol=0, atol=1e-9 * abs(stress).max())


@every_element
def test_every_layer_transmits_the_same_force(phases, element):
    """In equilibrium, the mean of stress 11 over each layer normal to x is that over the cell."""
    strain = strain_field(phases, YOUNG, POISSON, MACRO, element=element, **EXACT)
    layers = local_stress(phases, YOUNG, POISSON, strain)[0].mean(axis=(1, 2))
    np.testing.assert_allclose(layers, layers.mean(), rtol=1e-8)


def test_strains_of_other_voxels_are_refused(phases):
    """Six components of the structure's own voxels, or none."""
    for shape in ((3, *phases.shape), (6, 2, 2, 2)):
        with pytest.raises(ValueError, match=r"strain must be of shape \(6, 6, 7, 5\)"):
            local_stress(phases, YOUNG, POISSON, np.zeros(shape))


def test_energies_agree(phases):
    """Hill's lemma: local and macroscopic energy are equal; voxels of one point hold all of it."""
    strain = strain_field(phases, YOUNG, POISSON, MACRO, element="reduced", **EXACT)
    stiffness = effective_stiffness(phases, YOUNG, POISSON, element="reduced", **EXACT)
    local = np.mean(np.sum(local_stress(phases, YOUNG, POISSON, strain) * strain, axis=0))
    assert local == pytest.approx(MACRO @ stiffness @ MACRO, rel=1e-9)


@pytest.mark.parametrize("element", ["bbar", "full"])
def test_energy_within_voxels(phases, element):
    """Mean strains of voxels hold less energy than the fields within them, and most of it."""
    strain = strain_field(phases, YOUNG, POISSON, MACRO, element=element, **EXACT)
    stiffness = effective_stiffness(phases, YOUNG, POISSON, element=element, **EXACT)
    local = np.mean(np.sum(local_stress(phases, YOUNG, POISSON, strain) * strain, axis=0))
    energy = MACRO @ stiffness @ MACRO
    assert 0.7 * energy < local < energy


def test_equilibrium(phases):
    """The forces that the stresses of voxels of one point exert on each node vanish."""
    strain = strain_field(phases, YOUNG, POISSON, MACRO, element="reduced", **EXACT)
    stress = local_stress(phases, YOUNG, POISSON, strain)
    tensor = stress[np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])]
    forces = np.zeros((3, *phases.shape))
    for axis in range(3):
        # Difference along the axis, sum along the others, of the eight voxels around a node.
        traction = tensor[:, axis]
        for k in range(3):
            before = np.roll(traction, 1, axis=1 + k)
            traction = before - traction if k == axis else before + traction
        forces += traction
    assert abs(forces).max() < 1e-9 * abs(stress).max()


def test_layers():
    """Series layers carry one stress, and each strains by its own longitudinal modulus."""
    layers = np.array([0, 1, 1, 2])
    phases = np.broadcast_to(layers[:, None, None], (4, 3, 2))
    strain = strain_field(phases, YOUNG, POISSON, [1, 0, 0, 0, 0, 0], **EXACT)
    modulus = isotropic_stiffness(YOUNG, POISSON)[:, 0, 0][layers]
    expected = 1 / modulus / np.mean(1 / modulus)
    np.testing.assert_allclose(strain[0], np.broadcast_to(expected[:, None, None], (4, 3, 2)))
    np.testing.assert_allclose(strain[1:], 0, atol=1e-12)


def test_default_tolerance():
    """At contrast 50 and the default tolerance strains err by less than 1e-3, root mean square."""
    noise = gaussian_filter(np.random.default_rng(1).normal(size=(11, 11, 11)), 1, mode="wrap")
    args = (noise > 0, (2.4, 120.0), (0.3, 0.3), [1e-3, 0, 0, 0, 0, 0])
    exact = strain_field(*args, **EXACT)
    found = strain_field(*args)
    assert np.linalg.norm(found - exact) < 1e-3 * np.linalg.norm(exact)


@pytest.mark.parametrize("size", [1e-200, 1e-30, 1.0, 1e20, 1e200])
def test_linear(phases, size):
    """Strains are proportional to the macroscopic strain, however small or large it is."""
    expected = strain_field(phases, YOUNG, POISSON, MACRO)
    found = strain_field(phases, YOUNG, POISSON, size * MACRO) / size
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * abs(expected).max())


def test_no_strain(phases):
    """No macroscopic strain gives no strain anywhere."""
    assert not strain_field(phases, YOUNG, POISSON, np.zeros(6)).any()


def test_homogeneous_cell():
    """In one phase the strain is uniform."""
    strain = strain_field(np.zeros((4, 5, 3), int), YOUNG, POISSON, MACRO)
    np.testing.assert_allclose(strain, np.broadcast_to(MACRO[:, None, None, None], strain.shape))


@every_element
def test_both_from_the_same_solutions(phases, element):
    """Stiffness and strains are the same whether they are computed together or alone."""
    options = {"element": element, "load_cases": (2, 0)}
    stiffness, strain = stiffness_and_strain(phases, YOUNG, POISSON, strain_case=2, **options)
    np.testing.assert_array_equal(stiffness, effective_stiffness(phases, YOUNG, POISSON, **options))
    unit = [0, 0, 1, 0, 0, 0]
    np.testing.assert_array_equal(
        strain, strain_field(phases, YOUNG, POISSON, unit, element=element)
    )


def test_strains_of_a_case_not_solved(phases):
    """Strains of a load case that is not solved are refused."""
    with pytest.raises(ValueError, match="strain_case must be one of load_cases"):
        stiffness_and_strain(phases, YOUNG, POISSON, strain_case=1, load_cases=(0,))
