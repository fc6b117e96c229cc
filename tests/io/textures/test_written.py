"""Files written in many ways hold the orientations that were written, or are refused."""

import math
import re
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pspflow.errors import InputError
from pspflow.io.textures import read_orientations

ANGLES = st.lists(
    st.tuples(
        st.floats(-2 * math.pi, 2 * math.pi),
        st.floats(0, math.pi),
        st.floats(-2 * math.pi, 2 * math.pi),
    ),
    min_size=1,
    max_size=6,
)
NAMES = st.sampled_from(
    [
        ("phi1", "Phi", "phi2"),
        ("Euler 1", "Euler 2", "Euler 3"),
        ("φ1", "Φ", "φ2"),
        ("e1", "e2", "e3"),
    ]
)
SEPARATORS = st.sampled_from([";", "\t", ",", "|"])
ENDS = st.sampled_from(["\n", "\r\n"])
TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)


def read(text, name="t.csv", **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8", newline="")
        return read_orientations(path, **options)


def tried(text, name="t.csv", **options):
    """Read a text, or return the one sentence that refuses it."""
    try:
        return read(text, name, **options)
    except InputError as error:
        return str(error)


def same(actual, expected):
    between = Rotation.from_euler("ZXZ", actual) * Rotation.from_euler("ZXZ", expected).inv()
    assert between.magnitude().max() < 1e-6


@settings(deadline=None, max_examples=150)
@given(
    angles=ANGLES,
    names=NAMES,
    separator=SEPARATORS,
    end=ENDS,
    comma=st.booleans(),
    order=st.permutations(range(5)),
    named=st.sampled_from([("degrees", "{} (deg)"), ("radians", "{} [rad]"), ("degrees", "{}")]),
    mark=st.sampled_from(["", "\ufeff"]),
    weights=st.lists(st.floats(0.01, 100), min_size=6, max_size=6),
)
def test_tables(angles, names, separator, end, comma, order, named, mark, weights):
    """Whatever the order, separator, decimal sign and unit: the same orientations or a refusal.

    A refusal is right only where the text does not tell the unit, or commas do two things.
    """
    unit, pattern = named
    angles = np.array(angles)
    numbers = np.degrees(angles) if unit == "degrees" else angles
    columns = [*numbers.T, np.array(weights[: len(angles)]), np.arange(len(angles)) + 0.5]
    titles = [*(pattern.format(name) for name in names), "weight", "row"]
    lines = [separator.join(titles[k] for k in order)]
    for row in zip(*(columns[k] for k in order), strict=True):
        line = separator.join(f"{cell:.12f}" for cell in row)
        lines.append(line.replace(".", ",") if comma else line)
    text = mark + end.join(lines) + end
    largest = np.abs(numbers).max()
    above = (np.abs(numbers) > 2 * np.pi).any(axis=1).sum()
    made = tried(text)
    if isinstance(made, str):
        ambiguous = comma and separator == ","
        assert ambiguous or (unit == "degrees" and (largest < 12.57 or 2 * above <= len(angles)))
        if not ambiguous:
            same(read(text, unit="degrees").angles_rad, angles)
        return
    same(made.angles_rad, angles)
    expected = np.array(weights[: len(angles)])
    np.testing.assert_allclose(made.weights, expected / expected.sum())


@settings(deadline=None, max_examples=80)
@given(
    angles=ANGLES,
    scale=st.floats(0.01, 100),
    last=st.booleans(),
    names=st.sampled_from(["wxyz", "0123", "abcd"]),
)
def test_quaternions(angles, scale, last, names):
    """Length, sign and place of the scalar."""
    values = Rotation.from_euler("ZXZ", np.array(angles)).as_quat(scalar_first=not last) * scale
    titles = [f"q{sign}" for sign in names]
    if last and names == "wxyz":
        titles = [*titles[1:], titles[0]]
    text = "\n".join([",".join(titles), *(",".join(map(repr, row)) for row in values.tolist())])
    order = None if names == "wxyz" else ("scalar_last" if last else "scalar_first")
    same(read(text, quaternion_order=order).angles_rad, angles)


@settings(deadline=None, max_examples=150)
@given(text=TEXT, name=st.sampled_from(["a.ang", "a.ctf", "a.txt", "a.csv"]))
def test_any_text_is_read_or_refused(text, name):
    """No other error reaches the user."""
    made = tried(text, name)
    assert not isinstance(made, str) or made.endswith(".")


@settings(deadline=None, max_examples=150)
@given(
    cells=st.lists(
        st.lists(
            st.sampled_from(
                ["1", "2.5", "-1", "0", "nan", "", "x", "4,5", "1e400", "°", "0.5", '"']
            ),
            min_size=1,
            max_size=9,
        ),
        max_size=4,
    ),
    header=st.sampled_from(
        [
            *("phi1,Phi,phi2", "w,x,y,z", "phi1,Phi,phi2,weight,phase", "# GRID: SqrGrid", "B 3"),
            *("% crystal symmetry: m-3m\n% phi1 Phi phi2 value", "Phase,Euler1,Euler2,Euler3"),
        ]
    ),
    separator=st.sampled_from([",", " ", "\t"]),
)
def test_any_cells_are_read_or_refused(cells, header, separator):
    """Odd cells under true names: no other error reaches the user."""
    text = "\n".join([header, *(separator.join(row) for row in cells)])
    made = tried(text)
    if isinstance(made, str):
        assert made.endswith(".")
        return
    assert np.isfinite(made.angles_rad).all()
    assert abs(made.weights.sum() - 1) < 1e-12


CTF = """Channel Text File
JobMode\tGrid
XCells\t3
YCells\t1
XStep\t0.5
YStep\t0.5
Euler angles refer to Sample Coordinate system (CS0)!
Phases\t1
3.6;3.6;3.6\t90;90;90\tNickel\t11\t225
Phase\tX\tY\tBands\tError\tEuler1\tEuler2\tEuler3\tMAD\tBC\tBS
1\t0.0\t0\t8\t0\t10\t20\t30\t0.5\t120\t200
1\t0.5\t0\t8\t0\t100\t20\t30\t0.5\t120\t200
0\t1.0\t0\t8\t3\t0\t0\t0\t0.5\t120\t200
"""
ANG = """# TEM_PIXperUM 1.0
# Phase 1
# MaterialName Nickel
# Symmetry 43
# GRID: SqrGrid
# XSTEP: 0.5
# YSTEP: 0.5
# NCOLS_ODD: 3
# NCOLS_EVEN: 3
# NROWS: 1
  1.0  2.0  3.0  0.0  0.0  100.0  0.8  0  1  1.2
  4.0  1.0  6.0  0.5  0.0  100.0  0.8  0  1  1.2
  4.0  1.0  6.0  1.0  0.0  100.0  -1  -1  1  1.2
"""
ODD = ["", "nan", "inf", "1e400", "-1", "720", "x", '"', "#", "1,5", "phi1", "9" * 30, "\n", "°"]


@settings(deadline=None, max_examples=150)
@given(
    text=st.sampled_from([CTF, ANG]),
    changes=st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(ODD)),
        min_size=1,
        max_size=3,
    ),
    phase=st.sampled_from([None, 0, 1, "Nickel"]),
)
def test_damaged_maps_are_read_or_refused(text, changes, phase):
    """Whatever a cell, a field or a name becomes: no other error reaches the user."""
    parts = re.split(r"([ \t\n:;]+)", text)
    for where, odd in changes:
        parts[int(where * (len(parts) - 1))] = odd
    made = tried("".join(parts), "a.ang" if text is ANG else "a.ctf", phase=phase)
    if isinstance(made, str):
        assert made.endswith(".")
    else:
        assert np.isfinite(made.angles_rad).all()
        assert sum(made.left_out.values()) + len(made) <= 5
