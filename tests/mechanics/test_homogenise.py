"""The effective stiffness compared with closed forms, bounds and symmetries."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.mechanics import (
    ConvergenceError,
    effective_stiffness,
    hashin_shtrikman_bounds,
    isotropic_stiffness,
    reuss_stiffness,
    voigt_stiffness,
)

ELEMENTS = ("bbar", "full", "reduced")
YOUNG, POISSON = (2.4, 120.0), (0.3, 0.3)
THREE = ((2.4, 120.0, 30.0), (0.4, 0.2, -0.3))
EXACT = {"tolerance": 1e-7, "precision": "double"}  # the error is the square of it
every_element = pytest.mark.parametrize("element", ELEMENTS)

# Voigt components after a change of axes, and the tensors behind them.
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def random_structure(shape, seed=0, phases=2, smoothing=1.0):
    """Return smooth random grains, all phases of about equal volume."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), smoothing, mode="wrap")
    levels = np.quantile(noise, np.arange(1, phases) / phases)
    return np.searchsorted(levels, noise)


def fractions(phases, count):
    return np.bincount(phases.ravel(), minlength=count) / phases.size


def laminate_stiffness(weights, young, poisson, axis):
    """Return the exact stiffness of layers normal to an axis.

    The traction on the layers and the strain in their plane are uniform, which leaves blocks of the
    layers' stiffnesses to average (Milton 2002, The Theory of Composites, section 9.2).
    """
    normal = [k for k, pair in enumerate(VOIGT) if axis in pair]
    plane = [k for k in range(6) if k not in normal]
    layers = isotropic_stiffness(young, poisson)
    nn, nt, tt = (
        layers[:, a][:, :, b] for a, b in ((normal, normal), (normal, plane), (plane,) * 2)
    )

    def mean(blocks):
        return np.tensordot(weights, blocks, axes=1)

    inverse = np.linalg.inv(nn)
    compliant = np.linalg.inv(mean(inverse))
    coupling = mean(inverse @ nt)
    out = np.empty((6, 6))
    out[np.ix_(normal, normal)] = compliant
    out[np.ix_(normal, plane)] = compliant @ coupling
    out[np.ix_(plane, normal)] = (compliant @ coupling).T
    out[np.ix_(plane, plane)] = (
        mean(tt - nt.transpose(0, 2, 1) @ inverse @ nt) + coupling.T @ compliant @ coupling
    )
    return out


def turned(stiffness, axes):
    """Return the stiffness in axes of which the i-th is the old ``axes[i]``."""
    order = [VOIGT.index(tuple(sorted((axes[i], axes[j])))) for i, j in VOIGT]
    return stiffness[np.ix_(order, order)]


@every_element
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_laminate(element, axis):
    """Layers of three phases have the closed-form stiffness, whichever axis they are normal to."""
    layers = np.array([0, 0, 1, 2, 1, 0, 2])
    shape = [3, 2, 4]
    shape[axis] = layers.size
    phases = np.broadcast_to(np.moveaxis(layers[:, None, None], 0, axis), shape)
    expected = laminate_stiffness(fractions(layers, 3), *map(np.array, THREE), axis)
    found = effective_stiffness(phases, *THREE, element=element, **EXACT)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * expected.max())


@every_element
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 2, 2), (5, 4, 7), (1, 6, 1)])
@pytest.mark.parametrize(("precision", "accuracy"), [("single", 1e-7), ("double", 1e-14)])
def test_homogeneous_cell(element, shape, precision, accuracy):
    """A cell of one phase has that phase's stiffness: no load is left, and nothing divides by 0."""
    found = effective_stiffness(
        np.ones(shape, np.uint8), YOUNG, POISSON, element=element, precision=precision
    )
    expected = isotropic_stiffness(120.0, 0.3)
    np.testing.assert_allclose(found, expected, rtol=0, atol=accuracy * expected.max())


@every_element
@pytest.mark.parametrize("shape", [(6, 6, 6), (5, 8, 3), (2, 1, 6), (1, 7, 2)])
def test_any_box(element, shape):
    """Odd and even edges, down to one voxel, converge to a tensor between the bounds."""
    phases = np.random.default_rng(1).integers(0, 3, shape)
    weights = fractions(phases, 3)
    found = effective_stiffness(phases, *THREE, element=element, **EXACT)
    above = voigt_stiffness(weights, *THREE) - found
    below = found - reuss_stiffness(weights, *THREE)
    for difference in (above, below):
        assert np.linalg.eigvalsh(difference).min() > -1e-9 * found.max()


@pytest.mark.parametrize("seed", range(6))
def test_voigt_reuss_bounds(seed):
    """Random structures of two phases lie strictly between the bounds that always hold."""
    phases = random_structure((9, 9, 9), seed, smoothing=0.7 + 0.2 * seed)
    found = effective_stiffness(phases, YOUNG, POISSON)
    weights = fractions(phases, 2)
    assert np.linalg.eigvalsh(voigt_stiffness(weights, YOUNG, POISSON) - found).min() > 0
    assert np.linalg.eigvalsh(found - reuss_stiffness(weights, YOUNG, POISSON)).min() > 0


def test_hashin_shtrikman_bounds():
    """The mean bulk and shear modulus of a random structure lie within the isotropic bounds."""
    phases = random_structure((15, 15, 15), 3)
    found = effective_stiffness(phases, YOUNG, POISSON)
    bounds = hashin_shtrikman_bounds(fractions(phases, 2), YOUNG, POISSON)
    bulk = found[:3, :3].mean()
    shear = (found[:3, :3].trace() - 3 * bulk + 3 * found[3:, 3:].trace()) / 15
    assert bounds.bulk_lower < bulk < bounds.bulk_upper
    assert bounds.shear_lower < shear < bounds.shear_upper


@pytest.mark.parametrize("stiff_inside", [True, False])
def test_dilute_sphere(stiff_inside):
    """A small sphere changes the bulk modulus by about what Mori and Tanaka estimate."""
    edge, radius = 15, 4
    r = np.linalg.norm(np.indices((edge,) * 3) - edge // 2, axis=0)
    phases = (r <= radius).astype(int) if stiff_inside else (r > radius).astype(int)
    # For spheres the estimate is the Hashin-Shtrikman bound whose extreme phase is the matrix.
    bounds = hashin_shtrikman_bounds(fractions(phases, 2), YOUNG, POISSON)
    matrix, inside = (0, 1) if stiff_inside else (1, 0)
    expected = bounds.bulk_lower if stiff_inside else bounds.bulk_upper
    found = effective_stiffness(phases, YOUNG, POISSON)[:3, :3].mean()
    bulk = isotropic_stiffness(YOUNG, POISSON)[:, :3, :3].mean(axis=(1, 2))
    assert (found - bulk[matrix]) * (bulk[inside] - bulk[matrix]) > 0
    assert found - bulk[matrix] == pytest.approx(expected - bulk[matrix], rel=0.2)


@every_element
@pytest.mark.parametrize("axes", [(1, 0, 2), (2, 0, 1), (0, 2, 1)])
def test_permuted_axes(element, axes):
    """Permuting the axes of the array permutes the tensor: the solver treats all axes alike."""
    phases = random_structure((5, 6, 7), 1, phases=3)
    expected = effective_stiffness(phases, *THREE, element=element, **EXACT)
    found = effective_stiffness(phases.transpose(axes), *THREE, element=element, **EXACT)
    np.testing.assert_allclose(found, turned(expected, axes), rtol=0, atol=1e-9 * expected.max())


@every_element
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirrored_structure(element, axis):
    """Mirroring an axis changes the sign of the couplings that are odd in it."""
    phases = random_structure((5, 6, 7), 2, phases=3)
    sign = np.array([-1 if pair.count(axis) == 1 else 1 for pair in VOIGT])
    expected = effective_stiffness(phases, *THREE, element=element, **EXACT)
    found = effective_stiffness(np.flip(phases, axis), *THREE, element=element, **EXACT)
    np.testing.assert_allclose(
        found, expected * np.outer(sign, sign), rtol=0, atol=1e-9 * expected.max()
    )


def test_translated_and_repeated_cell():
    """The composite is infinite: neither where a cell starts nor how many it holds matters."""
    phases = random_structure((4, 5, 6), 4)
    expected = effective_stiffness(phases, YOUNG, POISSON, **EXACT)
    for same in (np.roll(phases, (1, 3, 2), (0, 1, 2)), np.tile(phases, (2, 1, 2))):
        found = effective_stiffness(same, YOUNG, POISSON, **EXACT)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * expected.max())


def test_renumbered_phases():
    """An id is an index: renumbering phases with their moduli, or unused ids, change nothing."""
    phases = random_structure((5, 5, 5), 5)
    expected = effective_stiffness(phases, YOUNG, POISSON, **EXACT)
    order = np.array([3, 1])
    found = effective_stiffness(order[phases], (7.0, 120.0, 1e9, 2.4), (0.1, 0.3, 0, 0.3), **EXACT)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_moduli_scale():
    """Stiffness is proportional to the moduli, whatever the unit."""
    phases = random_structure((5, 5, 5), 6)
    expected = effective_stiffness(phases, YOUNG, POISSON)
    for factor in (1e9, 1e-9):
        found = effective_stiffness(phases, np.multiply(YOUNG, factor), POISSON)
        np.testing.assert_allclose(found / factor, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("smoothing", "share"), [(1.0, 0.04), (2.0, 0.015)])
def test_elements_agree(smoothing, share):
    """`bbar` is softer than `full` by a few percent at most, `reduced` softer than both."""
    phases = random_structure((15, 15, 15), 7, smoothing=smoothing)
    bbar, full, reduced = (
        effective_stiffness(phases, YOUNG, POISSON, element=element) for element in ELEMENTS
    )
    assert 0 < (full - bbar)[0, 0] < share * full[0, 0]
    assert np.linalg.eigvalsh(full - bbar).min() > 0
    assert np.linalg.eigvalsh(bbar - reduced).min() > 0


@pytest.mark.parametrize("contrast", [50, 1e6])
def test_precisions_agree(contrast):
    """Single precision at the default tolerance gives six digits, at extreme contrast too."""
    phases = random_structure((9, 9, 9), 8)
    young = (120 / contrast, 120.0)
    expected = effective_stiffness(phases, young, POISSON, **EXACT)
    found = effective_stiffness(phases, young, POISSON)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * expected.max())


def test_error_is_quadratic_and_from_above():
    """The stiffness is an energy: its error is the square of the residual, and positive."""
    phases = random_structure((9, 9, 9), 9)
    exact = effective_stiffness(phases, YOUNG, POISSON, **EXACT)
    for tolerance in (1e-2, 1e-3, 1e-4):
        found = effective_stiffness(phases, YOUNG, POISSON, tolerance=tolerance, precision="double")
        errors = np.linalg.eigvalsh(found - exact)
        assert errors.min() > -1e-12 * exact.max()
        assert errors.max() < 10 * tolerance**2 * exact.max()


def test_symmetry():
    """The tensor is exactly symmetric and positive definite."""
    found = effective_stiffness(random_structure((7, 7, 7), 10), YOUNG, POISSON)
    np.testing.assert_array_equal(found, found.T)
    assert np.linalg.eigvalsh(found).min() > 0
    assert found.dtype == np.float64


@pytest.mark.parametrize("cases", [(0,), (0, 1, 2), (5, 1)])
def test_load_cases(cases):
    """A choice of load cases gives those rows and columns of the tensor."""
    phases = random_structure((7, 7, 7), 11)
    expected = effective_stiffness(phases, YOUNG, POISSON)
    found = effective_stiffness(phases, YOUNG, POISSON, load_cases=cases)
    np.testing.assert_allclose(found, expected[np.ix_(cases, cases)], rtol=1e-12)


def test_input_is_left_alone():
    """Read-only, Fortran-ordered and boolean arrays give the results of their values."""
    phases = random_structure((5, 6, 7), 12)
    expected = effective_stiffness(phases, YOUNG, POISSON)
    phases.flags.writeable = False
    for same in (phases, np.asfortranarray(phases), phases.astype(bool), phases.tolist()):
        found = effective_stiffness(same, YOUNG, POISSON)
        np.testing.assert_array_equal(found, expected)


def test_no_convergence():
    """Too few iterations are an error that says how many were made and how far they came."""
    phases = random_structure((7, 7, 7), 13)
    with pytest.raises(ConvergenceError, match="after 3 iterations: the relative residual") as info:
        effective_stiffness(phases, YOUNG, POISSON, max_iterations=3)
    assert info.value.iterations == 3
    assert 1e-4 < info.value.residual < 1


@pytest.mark.parametrize("contrast", [1 + 1e-7, 1 + 1e-4, 1.01])
def test_nearly_homogeneous_cell(contrast):
    """Where phases hardly differ by more than rounding, the solver still converges."""
    phases = random_structure((7, 7, 7), 14)
    young = (120 / contrast, 120.0)
    weights = fractions(phases, 2)
    found = effective_stiffness(phases, young, POISSON)
    expected = voigt_stiffness(weights, young, POISSON)
    np.testing.assert_allclose(found, expected, rtol=0, atol=(1e-7 + (contrast - 1) ** 2) * 160)
