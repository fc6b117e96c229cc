"""Bad input gives one sentence that names the argument and the remedy."""

import numpy as np
import pytest

from pspflow.mechanics import check_structure, effective_stiffness, strain_field

GOOD = np.zeros((3, 3, 3), int)
GOOD[0] = 1
YOUNG, POISSON = (2.4, 120.0), (0.3, 0.3)
STRAIN = (1e-3, 0, 0, 0, 0, 0)


def with_nan():
    phases = GOOD.astype(float)
    phases[1, 1, 1] = np.nan
    return phases


@pytest.mark.parametrize(
    ("phases", "message"),
    [
        (GOOD[0], "phases must be 3-D"),
        (GOOD[None], "phases must be 3-D"),
        (np.zeros((0, 3, 3), int), "at least one voxel"),
        (GOOD.astype(float), "phases must be integers, got dtype float64: threshold or round"),
        (with_nan(), "phases must be whole numbers, but they hold NaN"),
        (GOOD.astype(str), "phases must be integers"),
        (GOOD.astype(complex), "phases must be integers"),
        (
            np.ma.array(GOOD, mask=GOOD == 1),
            "phases must have no mask, but 9 of ",
        ),
        (GOOD + 1, "phases must be from 0 to 1, but they hold 2: give that phase a modulus"),
        (GOOD - 1, "phases must be from 0 to 1, but they hold -1"),
        (np.full((2, 2, 2), 2**64 - 1, np.uint64), "but they hold 18446744073709551615"),
    ],
)
def test_phases(phases, message):
    """An array that is not a structure of phases with moduli is refused by both functions."""
    with pytest.raises(ValueError, match=message):
        effective_stiffness(phases, YOUNG, POISSON)
    with pytest.raises(ValueError, match=message):
        strain_field(phases, YOUNG, POISSON, STRAIN)


@pytest.mark.parametrize(
    ("young", "poisson", "message"),
    [
        ((2.4, 0), POISSON, "young_gpa must be above 0, but phase 1 has 0"),
        ((-2.4, 120), POISSON, "young_gpa must be above 0, but phase 0 has -2.4"),
        ((np.nan, 120), POISSON, "young_gpa must be finite"),
        ((np.inf, 120), POISSON, "young_gpa must be finite"),
        (120.0, POISSON, "young_gpa must be a list"),
        (("stiff", "soft"), POISSON, "young_gpa must hold real numbers"),
        (((2.4, 120),), POISSON, "young_gpa must be a list"),
        (YOUNG, (0.3, 0.5), "poisson must be between -1 and 0.5, but phase 1 has 0.5"),
        (YOUNG, (-1, 0.3), "poisson must be between -1 and 0.5, but phase 0 has -1"),
        (YOUNG, (0.3, np.nan), "poisson must be finite"),
        (YOUNG, (0.3,), "one number per phase each, got 2 and 1"),
        ((), (), "young_gpa must be a list"),
        ((1e-200, 1e200), POISSON, "young_gpa must not differ by more than 1e.100"),
        (np.array([2.4, 120 + 1j]), POISSON, "young_gpa must hold real numbers"),
        (YOUNG, np.ma.array(POISSON, mask=[0, 1]), "poisson must have no mask, but 1 of 2"),
    ],
)
def test_moduli(young, poisson, message):
    """Moduli that no stable isotropic solid has are refused, and the phase is named."""
    with pytest.raises(ValueError, match=message):
        effective_stiffness(GOOD, young, poisson)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"element": "hex"}, "element must be 'bbar', 'full' or 'reduced', got 'hex'"),
        ({"precision": "half"}, "precision must be 'single' or 'double', got 'half'"),
        ({"tolerance": 0}, "tolerance must be from 1e-06 to 1 in single precision, got 0"),
        ({"tolerance": np.nan}, "tolerance must be from 1e-06 to 1 in single precision, got nan"),
        ({"tolerance": 1e-9}, "in single precision, got 1e-09: use precision='double'"),
        ({"max_iterations": 0}, "max_iterations must be at least 1"),
        ({"load_cases": ()}, "load_cases must be different numbers from 0 to 5"),
        ({"load_cases": (0, 0)}, "load_cases must be different numbers from 0 to 5"),
        ({"load_cases": (0.5,)}, "load_cases must be different numbers from 0 to 5"),
        ({"load_cases": (0.0, 1)}, "load_cases must be different numbers from 0 to 5"),
        ({"load_cases": (6,)}, "load_cases must be different numbers from 0 to 5"),
    ],
)
def test_options(options, message):
    """Unknown options are refused, and the choices are named."""
    with pytest.raises(ValueError, match=message):
        effective_stiffness(GOOD, YOUNG, POISSON, **options)


@pytest.mark.parametrize(
    ("strain", "message"),
    [
        ((1e-3, 0, 0), "macro_strain must hold 6 components"),
        (np.zeros((3, 3)), "macro_strain must be a list"),
        ((np.nan, 0, 0, 0, 0, 0), "macro_strain must be finite"),
    ],
)
def test_macro_strain(strain, message):
    """A macroscopic strain has six finite components."""
    with pytest.raises(ValueError, match=message):
        strain_field(GOOD, YOUNG, POISSON, strain)


def test_unmasked_masked_arrays_are_arrays():
    """A masked array of which nothing is masked is read like its values."""
    phases = np.ma.array(GOOD, mask=False)
    np.testing.assert_array_equal(
        effective_stiffness(phases, YOUNG, POISSON), effective_stiffness(GOOD, YOUNG, POISSON)
    )


def test_structure():
    """Structures for training are cubes of at least two phases; the solver also takes others."""
    np.testing.assert_array_equal(check_structure(GOOD.astype(np.uint8), 2), GOOD)
    with pytest.raises(ValueError, match=r"phases must be a cube, got shape \(2, 3, 3\)"):
        check_structure(GOOD[:2], 2)
    with pytest.raises(ValueError, match="at least two phases, but every voxel is 1"):
        check_structure(np.ones((3, 3, 3), int), 2)
    with pytest.raises(ValueError, match="phases must be integers"):
        check_structure(GOOD.astype(float), 2)
    assert effective_stiffness(GOOD[:2], YOUNG, POISSON).shape == (6, 6)
