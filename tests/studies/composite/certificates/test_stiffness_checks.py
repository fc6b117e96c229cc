"""The error of grid and element, and bounds that hold."""

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.mechanics import ConvergenceError, isotropic_stiffness
from pspflow.studies.composite.certificates import stiffness_checks
from pspflow.studies.composite.certificates.stiffness_checks import (
    bounds_of,
    discretisation,
    isotropic_part,
    other_element,
    whole_stiffness,
)
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL, POSITIONS

from .cases import FIBRES, MATERIAL, NOISE, laminate, simulated, sphere

OPTIONS = SolutionOptions()
ROWS, COLUMNS = zip(*POSITIONS, strict=True)


def solved(structure):
    """Return the whole stiffness of a structure and its bounds."""
    stiffness = whole_stiffness(structure[None], MATERIAL, OPTIONS, 1)[0]
    return stiffness, bounds_of(stiffness, structure.mean(), MATERIAL)


def errors(structures):
    """Return the table of discretisation errors."""
    own = whole_stiffness(structures, MATERIAL, OPTIONS, 2)[:, ROWS, COLUMNS]
    return own, discretisation(structures, own, MATERIAL, OPTIONS, 2)


def test_a_laminate_has_no_error():
    """Elements solve a laminate exactly, on every grid."""
    own, found = errors(laminate()[None])
    for at, name in enumerate(NORMAL):
        assert found[f"refined_{name}"] == pytest.approx(own[:, at], rel=1e-5)
        assert found[f"other_element_{name}"] == pytest.approx(own[:, at], rel=1e-5)
    assert found["error_bar_percent"] < 1e-2


def test_the_error_bar_holds_the_limit():
    """What the stiffness tends to on finer grids lies within the error bar."""
    structures = simulated((2.0, 2.0, 2.0), 1, 4)[:, :8, :8, :8].copy()
    own, found = errors(structures)
    grids = [structures]
    for _ in range(2):
        fine = grids[-1]
        for axis in (1, 2, 3):
            fine = fine.repeat(2, axis)
        grids.append(fine)
    second, third = (
        whole_stiffness(each, MATERIAL, OPTIONS, 1)[:, ROWS, COLUMNS] for each in grids[1:]
    )
    limit = third + (third - second) ** 2 / (second - own - (third - second))
    for at, name in enumerate(NORMAL):
        np.testing.assert_allclose(found[f"refined_{name}"], second[:, at], rtol=1e-5)
        assert (np.abs(own[:, at] - limit[:, at]) <= found[f"error_bar_{name}"]).all()
        assert (found[f"error_bar_{name}"] < 3 * np.abs(own[:, at] - limit[:, at])).all()


def test_elements_are_compared_in_pairs():
    """`full` is the other element of all but itself."""
    assert [other_element(each) for each in ("bbar", "full", "reduced")] == ["full", "bbar", "full"]


@pytest.mark.parametrize("structure", [laminate(), simulated(FIBRES, 1, 0)[0], sphere(1)])
def test_solved_structures_are_inside_voigt_and_reuss(structure):
    """The bounds hold for every structure, a laminate on its boundary included."""
    _, found = solved(structure)
    assert found["voigt_reuss"] == "inside"
    assert found["reuss_c11_gpa"] < found["voigt_c11_gpa"]


def test_a_stiffness_beyond_voigt_is_outside():
    """One component that is too high, or too low, breaks the bounds, wherever it is."""
    stiffness, found = solved(sphere(1))
    for factor in (0.01, 20.0):
        wrong = stiffness.copy()
        wrong[1, 1] *= factor
        assert bounds_of(wrong, float(sphere(1).mean()), MATERIAL)["voigt_reuss"] == "outside"
    assert found["voigt_reuss"] == "inside"


def test_a_homogeneous_structure_is_on_every_bound():
    """Bounds of one phase are its moduli, and its stiffness is inside."""
    _, found = solved(np.ones((5, 5, 5), np.uint8))
    assert (found["voigt_reuss"], found["hashin_shtrikman"]) == ("inside", "inside")
    assert found["bulk_gpa"] == pytest.approx(100, rel=1e-4)
    assert found["bulk_lower_gpa"] == pytest.approx(found["bulk_upper_gpa"])


@pytest.mark.parametrize(("inside", "near"), [(1, "lower"), (0, "upper")])
def test_spheres_are_near_the_bound_of_their_matrix(inside, near):
    """Stiff spheres attain Hashin and Shtrikman's lower bulk modulus, soft ones the upper."""
    _, found = solved(sphere(inside))
    assert found["anisotropy_index"] < 0.1
    assert found["hashin_shtrikman"] == "inside"
    span = found["bulk_upper_gpa"] - found["bulk_lower_gpa"]
    assert abs(found["bulk_gpa"] - found[f"bulk_{near}_gpa"]) < 0.1 * span


def test_bounds_of_isotropic_structures_do_not_judge_a_laminate():
    """Layers are anisotropic."""
    _, found = solved(laminate())
    assert found["anisotropy_index"] > 1
    assert found["hashin_shtrikman"] == "not applicable"


def test_what_leaves_the_bounds_by_its_error_is_told_apart():
    """White noise on a coarse grid is too stiff, and the error bar says by how much it may be."""
    structure = simulated(NOISE, 1, 0)[0]
    stiffness, found = solved(structure)
    assert found["hashin_shtrikman"] == "outside"
    near = bounds_of(stiffness, float(structure.mean()), MATERIAL, error=0.4)
    assert near["hashin_shtrikman"] == "outside by less than the error"


def test_isotropic_part():
    """An isotropic stiffness has its moduli and index 0; a cubic one the index of its shears."""
    bulk, shear, index = isotropic_part(isotropic_stiffness(120.0, 0.3))
    assert (bulk, shear, index) == pytest.approx((100, 120 / 2.6, 0), abs=1e-6)
    # copper, Ranganathan and Ostoja-Starzewski 2008: 6/5 (sqrt(A) - 1/sqrt(A))^2
    cubic = np.diag([168.4, 168.4, 168.4, 75.4, 75.4, 75.4])
    cubic[:3, :3] += 121.4 * (1 - np.eye(3))
    zener = 2 * 75.4 / (168.4 - 121.4)
    expected = 6 / 5 * (zener**0.5 - zener**-0.5) ** 2
    assert isotropic_part(cubic)[2] == pytest.approx(expected)


def test_what_has_no_solution_is_named(monkeypatch):
    """A design that does not converge is named, with what helps."""

    def fail(*_args, **_options):
        raise ConvergenceError(5, 0.1, 1e-4)

    monkeypatch.setattr(stiffness_checks, "effective_stiffness", fail)
    with pytest.raises(InputError, match=r"design 0: no equilibrium after 5 .*; raise .*tolerance"):
        whole_stiffness(sphere(1)[None], MATERIAL, OPTIONS, 1)
