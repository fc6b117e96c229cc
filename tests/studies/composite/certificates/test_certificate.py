"""Certificates of designs: what a designer reads before a structure is made."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.studies.composite.certificates.certificate import certify
from pspflow.studies.composite.certificates.certificate_text import as_text
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.solution import solve_candidates

from .cases import FIBRES, MATERIAL, NOISE, PLATES, laminate, real, reference, simulated

FRESH, COPY, OTHER, WHITE, LAYERS = range(5)


@pytest.fixture(scope="module")
def designs() -> np.ndarray:
    """Return fresh fibres, a moved copy, plates, white noise, a laminate."""
    moved = np.roll(real()[4], (2, 5, 7), (0, 1, 2))[:, ::-1].transpose(0, 2, 1)
    return np.stack(
        [
            simulated(FIBRES, 1, 21)[0],
            moved,
            simulated(PLATES, 1, 22)[0],
            simulated(NOISE, 1, 23)[0],
            laminate(),
        ]
    )


@pytest.fixture(scope="module")
def claimed(designs) -> np.ndarray:
    """Solve the designs."""
    return solve_candidates(designs, MATERIAL, SolutionOptions(), 1)


@pytest.fixture(scope="module")
def table(designs, claimed) -> pd.DataFrame:
    """Certify the designs, all asked for as fibres."""
    return certify(designs, claimed, reference(), MATERIAL, morphologies=["fibres"] * 5)


def test_stiffness_is_solved_anew(table, designs, claimed):
    """The certificate confirms what is claimed, and says where it is not so."""
    np.testing.assert_allclose(table[list(NORMAL)], claimed, rtol=1e-5)
    assert (table["claim_percent"] < 0.01).all()
    wrong = claimed[:1] * [1, 1, 1.1, 1, 1, 1]
    found = certify(designs[:1], wrong, reference(), MATERIAL).iloc[0]
    assert found["claim_percent"] == pytest.approx(10, rel=1e-2)
    assert as_text(found).startswith("The claimed stiffness is NOT confirmed: it is 10 % off.")


def test_copies_are_found_and_only_they(table):
    """A moved training structure is a copy; neither fresh nor foreign structures are."""
    assert table["is_copy"].tolist() == [False, True, False, False, False]
    copy = table.iloc[COPY]
    assert (copy["copy_of"], copy["copy_voxels_percent"]) == ("s4", 0)
    assert "It is a COPY of a training structure: the most alike one, s4, has" in as_text(copy)
    assert "It is no copy" in as_text(table.iloc[FRESH])


def test_voxels_that_differ_are_counted():
    """The share of voxels that differ follows from the correlation."""
    nearly = real()[9].copy()
    nearly[0, 0, :3] ^= 1
    solved = solve_candidates(nearly[None], MATERIAL, SolutionOptions(), 1)
    found = certify(nearly[None], solved, reference(), MATERIAL).iloc[0]
    assert found["copy_of"] == "s9"
    assert found["copy_voxels_percent"] == pytest.approx(100 * 3 / nearly.size)


def test_likeness_is_told(table):
    """The fresh structure is like real fibres, the others are unlike them, and it is said."""
    assert table.loc[FRESH, "descriptor_distance"] < 1.6
    assert (table.loc[[OTHER, WHITE, LAYERS], "descriptor_distance"] > 3).all()
    assert table["nearest_morphology"][OTHER] == "plates"
    assert "It is nearer to morphology plates" in as_text(table.iloc[OTHER])
    assert "UNLIKE every real one in: two-point statistics" in as_text(table.iloc[WHITE])


def test_percolation_is_told(table):
    """A laminate percolates along its layers alone; text and columns agree."""
    layers = table.iloc[LAYERS]
    assert [layers[f"stiff_connected_{axis}"] for axis in "xyz"] == [1, 1, 0]
    line = next(each for each in as_text(layers).splitlines() if "stiff phase" in each)
    assert [f"{axis} yes" in line for axis in "xyz"] == [True, True, False]


def test_bounds_and_errors_are_told(table):
    """A laminate has no error of discretisation, and is no case for Hashin and Shtrikman."""
    layers, text = table.iloc[LAYERS], as_text(table.iloc[LAYERS])
    assert layers["error_bar_percent"] < 0.01
    assert "Voigt and Reuss's bounds at a volume fraction of 0.364 are obeyed" in text
    assert "Hashin and Shtrikman's bounds do not apply, since the structure is anisotropic" in text
    white = as_text(table.iloc[WHITE])
    assert "are left by less than the error of grid and element" in white


def test_nothing_is_missing(table):
    """Every number is there for every design, and a column says its unit or is a pure number."""
    assert not table.isna().any().any()
    assert table.index.tolist() == list(range(5))


def test_shapes_are_refused(designs, claimed):
    """Designs of another edge, claims of another shape and missing morphologies are refused."""
    with pytest.raises(InputError, match="edge of 11 voxels"):
        certify(designs[:, :9, :9, :9], claimed, reference(), MATERIAL)
    with pytest.raises(InputError, match="c11_gpa"):
        certify(designs, claimed[:, :1], reference(), MATERIAL)
    with pytest.raises(InputError, match="1 morphologies"):
        certify(designs, claimed, reference(), MATERIAL, morphologies=["fibres"])
