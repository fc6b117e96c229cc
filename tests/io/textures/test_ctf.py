"""Oxford `.ctf` maps are read in degrees; phase 0 is not indexed."""

import numpy as np
import pytest

from pspflow.io.textures import Grid, read_orientations

from .conftest import CTF_HEADER


@pytest.mark.parametrize(
    "change",
    [
        str,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(".", ","),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(
            "Euler1\tEuler2\tEuler3", "EulerAngle1\tEulerAngle2\tEulerAngle3"
        ),
        lambda text: text.replace("Device\t0", "Device\t0\tKV\t20\tTiltAngle\t70"),
        lambda text: text.replace("JobMode\tGrid\n", ""),
        lambda text: text + "\n",
    ],
)
def test_spellings_of_one_map(ctf_text, write, same, truth, change):
    """Line ends, decimal commas and other programs' names change nothing."""
    read = read_orientations(write(change(ctf_text()), "map.ctf"), symmetry="cubic")
    same(read.angles_rad, truth)
    assert (read.source, read.symmetry, read.phase.name) == ("ctf", "m-3m", "Iron fcc")
    assert read.grid == Grid("square", 0.5, 0.5, 4, 3)
    assert read.positions[-1].tolist() == [1.5, 1.0]


def test_the_content_decides_and_not_the_name(ctf_text, write, same, truth):
    same(read_orientations(write(ctf_text(), "map.txt")).angles_rad, truth)


def test_points_not_indexed_are_left_out(ctf_text, write, same, truth):
    text = ctf_text(phase=[0, 0] + 10 * [1], error=[3, 0, 4, 5] + 8 * [0])
    read = read_orientations(write(text, "map.ctf"))
    same(read.angles_rad, truth[4:])
    assert read.left_out == {
        "not indexed (phase 0)": 2,
        "not indexed (Error 4, high angular deviation)": 1,
        "not indexed (Error 5, not yet analysed)": 1,
    }


def test_several_phases_ask_for_one(ctf_text, write, refused, same, truth):
    path = write(ctf_text(phase=[0] + 5 * [1] + 6 * [2]), "map.ctf")
    assert "1 (Iron fcc) with 5 points, 2 (Titanium) with 6 points" in refused(path)
    same(read_orientations(path, phase="Iron fcc", symmetry="cubic").angles_rad, truth[1:6])
    assert "6/mmm (" not in refused(path, phase=2, symmetry="cubic")
    assert read_orientations(path, phase=2).symmetry == "6/mmm"


def test_radians_are_refused_unless_told(ctf_text, write, refused, same, truth):
    """Angles that are all below 2π may be either."""
    path = write(ctf_text(truth), "map.ctf")
    assert "should be degrees by the .ctf format, but none is above 2π" in refused(path)
    same(read_orientations(path, unit="radians").angles_rad, truth, 1e-3)
    single = write(ctf_text(np.tile([1.0, 2.0, 3.0], (12, 1))), "map.ctf")
    same(read_orientations(single, unit="degrees").angles_rad, np.radians([[1.0, 2, 3]] * 12))


def test_a_map_of_cube_orientations_has_no_unit(ctf_text, write):
    assert len(read_orientations(write(ctf_text(np.zeros((12, 3))), "map.ctf"))) == 12


def test_acquisition_angles_are_said(ctf_text, write, same, truth):
    """The points' angles refer to the sample already."""
    text = ctf_text(header=CTF_HEADER.replace("AcqE2\t0", "AcqE2\t90"))
    read = read_orientations(write(text, "map.ctf"))
    same(read.angles_rad, truth)
    assert any("0, 90, 0 (AcqE1 to AcqE3) are not applied" in note for note in read.doubts)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Sample Coordinate system (CS0)", "Acquisition Surface (CS1)", "CS1"),
        ("\t11\t", "\t12\t", "Laue group '12'"),
        ("Phases\t2", "Phases\t9", "announces 9 phases"),
        ("Phases\t2\n", "", "no line 'Phases'"),
        ("Phase\tX\tY\tBands\tError\tEuler1\tEuler2\tEuler3\tMAD\tBC\tBS\n", "", "column names"),
        ("Euler1\t", "Azimuth\t", "not all there"),
        ("\tMAD\tBC\tBS", "\tMAD", "11 cells under 9"),
    ],
)
def test_damaged_headers(ctf_text, write, refused, old, new, said):
    assert old in CTF_HEADER
    assert said in refused(write(ctf_text(header=CTF_HEADER.replace(old, new)), "map.ctf"))


def test_no_points(ctf_text, write, refused):
    assert "no points" in refused(write(CTF_HEADER, "map.ctf"))
    assert "12 not indexed (phase 0)" in refused(write(ctf_text(phase=12 * [0]), "map.ctf"))


@pytest.mark.parametrize(
    ("group", "laue"),
    enumerate(("-1", "2/m", "mmm", "4/m", "4/mmm", "-3", "-3m", "6/m", "6/mmm", "m-3", "m-3m"), 1),
)
def test_laue_groups(ctf_text, write, group, laue):
    """Channel 5 numbers them from 1."""
    text = ctf_text(header=CTF_HEADER.replace("\t11\t225", f"\t{group}\t0"))
    assert read_orientations(write(text, "map.ctf")).symmetry == laue
