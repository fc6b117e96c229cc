"""Orientations, files that hold them, and how answers are compared."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pspflow.errors import InputError
from pspflow.io.textures import read_orientations

COUNT = 12

ANG_HEADER = """# TEM_PIXperUM          1.000000
# x-star                0.500000
#
{phases}#
# GRID: {grid}
# XSTEP: 0.500000
# YSTEP: 0.500000
# NCOLS_ODD: 4
# NCOLS_EVEN: {even}
# NROWS: 3
#
# OPERATOR: \tnobody
#
"""
PHASE = """# Phase {number}
# MaterialName  \t{name}
# Formula     \t{name}
# Info \t\t
# Symmetry              {symmetry}
# LatticeConstants      3.600 3.600 3.600  90.000  90.000  90.000
# NumberFamilies        1
# hklFamilies   \t 1  1  1 1 0.000000 1
# Categories0 0 0 0 0
"""
CTF_HEADER = """Channel Text File
Prj\ttest
Author\t
JobMode\tGrid
XCells\t4
YCells\t3
XStep\t0.5
YStep\t0.5
AcqE1\t0
AcqE2\t0
AcqE3\t0
Euler angles refer to Sample Coordinate system (CS0)!\tMag\t1000\tCoverage\t100\tDevice\t0
Phases\t2
3.6;3.6;3.6\t90;90;90\tIron fcc\t11\t225\t\t\tNotes
2.95;2.95;4.68\t90;90;120\tTitanium\t9\t194\t\t\t
Phase\tX\tY\tBands\tError\tEuler1\tEuler2\tEuler3\tMAD\tBC\tBS
"""


@pytest.fixture
def truth():
    """Return Bunge–Euler angles (12, 3) in radians, in their ranges."""
    angles = Rotation.random(COUNT, rng=np.random.default_rng(3)).as_euler("ZXZ")
    angles[:, [0, 2]] %= 2 * np.pi
    return angles


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a text and returns its path."""

    def written(text, name="texture.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return written


@pytest.fixture
def ang_text(truth):
    """Return a function that writes an `.ang` map of 4 x 3 points."""

    def text(angles=None, columns=10, ci=None, phase=None, phases=None, grid="SqrGrid", even=4):
        angles = truth if angles is None else angles
        phases = [(1, "Nickel", 43)] if phases is None else phases
        header = "".join(PHASE.format(number=k, name=n, symmetry=s) for k, n, s in phases)
        lines = [ANG_HEADER.format(phases=header, grid=grid, even=even)]
        for k, row in enumerate(angles):
            cells = [*(f"{a:.6f}" for a in row), f"{k % 4 * 0.5:.5f}", f"{k // 4 * 0.5:.5f}"]
            cells += ["100.0", f"{0.8 if ci is None else ci[k]:.3f}"]
            cells += [str(0 if phase is None else phase[k]), "1", "1.200", "0.1", "0.2", "0.3", "0"]
            lines.append("  ".join(cells[:columns]) + "\n")
        return "".join(lines)

    return text


@pytest.fixture
def ctf_text(truth):
    """Return a function that writes a `.ctf` map of 4 x 3 points."""

    def text(angles_deg=None, phase=None, error=None, header=CTF_HEADER):
        angles = np.degrees(truth) if angles_deg is None else angles_deg
        lines = [header]
        for k, row in enumerate(angles):
            cells = [1 if phase is None else phase[k], f"{k % 4 * 0.5:.4f}", f"{k // 4 * 0.5:.4f}"]
            cells += [8, 0 if error is None else error[k], *(f"{a:.4f}" for a in row)]
            lines.append("\t".join(map(str, [*cells, 0.5, 120, 200])) + "\n")
        return "".join(lines)

    return text


@pytest.fixture
def same():
    """Return a function that checks that two sets of angles are the same rotations, in order."""

    def check(actual, expected, tolerance=1e-4):
        assert actual.shape == expected.shape
        assert actual.dtype == np.float64
        assert (actual >= 0).all()
        assert (actual < [2 * np.pi, np.pi + 1e-12, 2 * np.pi]).all()
        between = Rotation.from_euler("ZXZ", actual) * Rotation.from_euler("ZXZ", expected).inv()
        assert between.magnitude().max() < tolerance

    return check


@pytest.fixture
def refused(refusal):
    """Return a function that reads a file and returns the one sentence that refuses it."""

    def refuse(path, **options):
        return refusal(path, lambda each: read_orientations(each, **options))

    return refuse


@pytest.fixture
def outcome():
    """Return a function that reads a file, or returns the error that refuses it."""

    def read(path, **options):
        try:
            return read_orientations(path, **options)
        except InputError as error:
            return error

    return read
