"""The derivative of the stiffness by every voxel's phase, compared with what it must be."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.mechanics import effective_stiffness, stiffness_sensitivity
from pspflow.mechanics.isotropic import bulk_modulus, shear_modulus

ELEMENTS = ("bbar", "full", "reduced")
YOUNG, POISSON = np.array([2.4, 120.0]), np.array([0.35, 0.25])
EXACT = {"tolerance": 1e-7, "precision": "double"}
NORMAL = (0, 1, 2)


def structure(edge, seed=0, share=0.5):
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(edge,) * 3), 1, mode="wrap")
    return (noise > np.quantile(noise, 1 - share)).astype(np.uint8)


def mixed(fraction):
    """Return Young's modulus and Poisson's ratio of K0 + fraction (K1 - K0)."""
    bulk, shear = (
        moduli[0] + fraction * (moduli[1] - moduli[0])
        for moduli in (bulk_modulus(YOUNG, POISSON), shear_modulus(YOUNG, POISSON))
    )
    poisson = (3 * bulk - 2 * shear) / (2 * (3 * bulk + shear))
    return 2 * shear * (1 + poisson), poisson


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize("voxel", [(0, 0, 0), (3, 1, 4), (4, 4, 4)])
def test_gradient_is_that_of_central_differences(element, voxel):
    """A voxel of a third phase, half of each, is moved towards both phases and solved."""
    phases = structure(5)
    phases[voxel] = 2
    step = 1e-3

    def moduli(fraction):
        young, poisson = mixed(fraction)
        return np.r_[YOUNG, young], np.r_[POISSON, poisson]

    solved = [
        effective_stiffness(phases, *moduli(0.5 + side * step), element=element, **EXACT)
        for side in (-1, 1)
    ]
    found = stiffness_sensitivity(phases, *moduli(0.5), element=element, **EXACT).gradient
    expected = (solved[1] - solved[0]) / (2 * step)
    np.testing.assert_allclose(found[(..., *voxel)], expected, atol=1e-5 * expected.max())


@pytest.mark.parametrize("element", ELEMENTS)
def test_stiffness_is_homogeneous_in_the_moduli(element):
    """Of Euler's theorem: the energies in both phases' own moduli sum to the stiffness."""
    phases = structure(6)
    young = np.array([60.0, 120.0])  # K1 - K0 = K0, and half of K1
    poisson = np.array([0.3, 0.3])
    found = stiffness_sensitivity(phases, young, poisson, element=element, **EXACT)
    total = (found.gradient * (1 + phases)).sum(axis=(2, 3, 4))
    np.testing.assert_allclose(total, found.stiffness, atol=1e-9 * found.stiffness.max())


def test_laminate():
    """Layers normal to x: of springs in series, C11 changes by what each layer's strain gives."""
    layers = np.array([0, 1, 1, 0, 1])
    phases = np.broadcast_to(layers[:, None, None], (5, 2, 3))
    young, poisson = np.array([2.0, 10.0]), np.zeros(2)
    found = stiffness_sensitivity(phases, young, poisson, load_cases=[0], **EXACT)
    c11 = 1 / np.mean(1 / young[layers])
    np.testing.assert_allclose(found.stiffness, c11)
    each = (8.0 * (c11 / young[layers]) ** 2 / phases.size)[:, None, None]
    np.testing.assert_allclose(found.gradient[0, 0], np.broadcast_to(each, (5, 2, 3)), rtol=1e-9)


def test_stiffness_and_signs():
    """The stiffness is the solver's; the gradient is symmetric, and stiffer voxels never soften."""
    phases = structure(7)
    found = stiffness_sensitivity(phases, YOUNG, POISSON, load_cases=NORMAL)
    np.testing.assert_array_equal(
        found.stiffness, effective_stiffness(phases, YOUNG, POISSON, load_cases=NORMAL)
    )
    assert found.gradient.shape == found.change.shape == (3, 3, 7, 7, 7)
    np.testing.assert_allclose(found.gradient, found.gradient.swapaxes(0, 1))
    assert np.linalg.eigvalsh(np.moveaxis(found.gradient, (0, 1), (-2, -1))).min() > -1e-9


def test_change_is_near_that_of_whole_voxels():
    """Summed over voxels of the interface, the estimate is within a half of what is solved.

    The derivative alone, taken for a whole voxel, is off by a factor of about five for soft voxels.
    """
    phases = structure(9, seed=1)
    found = stiffness_sensitivity(phases, YOUNG, POISSON, load_cases=[0])
    near = sum(np.roll(phases, side, axis).astype(int) for axis in range(3) for side in (-1, 1))
    for phase, interface in ((0, near > 0), (1, near < 6)):
        voxels = np.argwhere((phases == phase) & interface)
        voxels = voxels[np.random.default_rng(0).permutation(len(voxels))[:12]]
        solved = 0.0
        for voxel in map(tuple, voxels):
            other = phases.copy()
            other[voxel] = 1 - phase
            solved += effective_stiffness(other, YOUNG, POISSON, load_cases=[0])[0, 0]
        solved = abs(solved - len(voxels) * found.stiffness[0, 0])
        estimated = found.change[0, 0][tuple(voxels.T)].sum()
        assert 1 / 1.5 < estimated / solved < 1.5
        derivative = found.gradient[0, 0][tuple(voxels.T)].sum()
        assert abs(np.log(estimated / solved)) < abs(np.log(derivative / solved))


def test_order_of_the_phases_has_no_effect():
    """With the stiff phase first, voxels change the other way."""
    phases = structure(6)
    found = stiffness_sensitivity(phases, YOUNG, POISSON, load_cases=NORMAL, **EXACT)
    turned = stiffness_sensitivity(
        1 - phases, YOUNG[::-1], POISSON[::-1], load_cases=NORMAL, **EXACT
    )
    np.testing.assert_allclose(turned.gradient, -found.gradient, atol=1e-9)
    np.testing.assert_allclose(turned.change, -found.change, atol=1e-9)


def test_start_of_a_similar_structure():
    """Displacements of a neighbour lead to the same stiffness."""
    phases = structure(9)
    other = phases.copy()
    other[2, 2, 2] = 1 - other[2, 2, 2]
    start = stiffness_sensitivity(phases, YOUNG, POISSON, load_cases=NORMAL).displacements
    cold = stiffness_sensitivity(other, YOUNG, POISSON, load_cases=NORMAL)
    warm = stiffness_sensitivity(other, YOUNG, POISSON, load_cases=NORMAL, start=start)
    np.testing.assert_allclose(warm.stiffness, cold.stiffness, rtol=1e-5)


def test_one_phase_alone_has_no_derivative():
    with pytest.raises(ValueError, match="phases 0 and 1"):
        stiffness_sensitivity(np.zeros((3, 3, 3), int), [2.0], [0.3])
