"""EDAX `.ang` maps of every version are read in radians, and what is not indexed is left out."""

import re

import numpy as np
import pytest

from pspflow.io.textures import Grid, read_orientations


@pytest.mark.parametrize("columns", [7, 8, 9, 10, 11, 13, 14])
def test_versions_differ_in_their_columns(ang_text, write, same, truth, columns):
    """Old files end with the confidence index or the phase; new ones have more columns."""
    read = read_orientations(write(ang_text(columns=columns), "map.ang"), symmetry="cubic")
    same(read.angles_rad, truth)
    np.testing.assert_allclose(read.weights, 1 / 12)
    assert (read.source, read.symmetry, read.phase.name) == ("ang", "m-3m", "Nickel")
    assert read.grid == Grid("square", 0.5, 0.5, 4, 3)
    assert read.positions[5].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("  ", "\t"),
        lambda text: text.replace("  ", " \t "),
        lambda text: re.sub(r"(?<=\d)  (?=[\d-])", ",", text),
        lambda text: "# HEADER: Start\n" + text,
        lambda text: text.replace("# OPERATOR:", "# VERSION 7\n# OPERATOR:"),
        lambda text: text.replace("Symmetry              ", "Symmetry: "),
        lambda text: text.replace(".", ","),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: text.replace("# Phase 1\n", ""),
        lambda text: text.replace("#\n# GRID", "# nobody said 'µ' \u00b0\n# GRID"),
    ],
)
def test_spellings_of_one_map(ang_text, write, same, truth, change):
    """Line ends, tabs, a byte order mark, decimal commas and further fields change nothing."""
    read = read_orientations(write(change(ang_text()), "map.ang"), symmetry="cubic")
    same(read.angles_rad, truth)
    assert read.symmetry == "m-3m"


def test_the_content_decides_and_not_the_name(ang_text, write, same, truth):
    same(read_orientations(write(ang_text(), "map.txt")).angles_rad, truth)


def test_a_map_without_a_header_is_read_by_its_name(ang_text, write, truth, same):
    """Its symmetry is unknown then."""
    lines = [line for line in ang_text().splitlines() if not line.startswith("#")]
    read = read_orientations(write("\n".join(lines), "map.ang"))
    same(read.angles_rad, truth)
    assert read.symmetry is None


@pytest.mark.parametrize("grid", ["HexGrid", "hexgrid"])
def test_hexagonal_grid(ang_text, write, same, truth, grid):
    """A row less in every second line is counted."""
    text = ang_text(truth[:11], grid=grid, even=3)
    read = read_orientations(write(text, "map.ang"))
    same(read.angles_rad, truth[:11])
    assert read.grid == Grid("hexagonal", 0.5, 0.5, 4, 3)


def test_a_part_of_a_map_is_read_and_said(ang_text, write, truth):
    read = read_orientations(write(ang_text(truth[:7]), "map.ang"))
    assert read.grid is None
    assert any("12 points, but the file holds 7" in note for note in read.doubts)


def test_points_not_indexed_are_left_out(ang_text, write, truth, same):
    """By phase -1, by CI -1, by 4π, and by nothing measured at all, each counted once."""
    angles = truth.copy()
    angles[4] = 12.56637
    text = ang_text(angles, ci=[-1, 0.8, -1] + 9 * [0.1], phase=[0, -1, -1] + 9 * [0])
    text += "  0.0  0.0  0.0  2.0  2.0  0.0  0.0  0  0  0\n"
    read = read_orientations(write(text, "map.ang"))
    same(read.angles_rad, np.delete(truth, [0, 1, 2, 4], axis=0))
    assert read.positions[0].tolist() == [1.5, 0.0]
    assert read.left_out == {
        "not indexed (phase below 0)": 2,
        "not indexed (CI below 0)": 1,
        "not measured (angles, IQ and CI all 0)": 1,
        "not indexed (every angle is 4π)": 1,
    }


def test_a_measured_cube_orientation_is_kept(ang_text, write):
    read = read_orientations(write(ang_text(np.zeros((12, 3))), "map.ang"))
    assert len(read) == 12


def test_a_map_without_indexed_points(ang_text, write, refused):
    assert "12 not indexed" in refused(write(ang_text(ci=12 * [-1]), "map.ang"))


def test_degrees_are_refused_unless_told(ang_text, write, refused, same, truth):
    path = write(ang_text(np.degrees(truth)), "map.ang")
    sentence = refused(path)
    assert "radians by the .ang format" in sentence
    assert 'unit="degrees"' in sentence
    same(read_orientations(path, unit="degrees").angles_rad, truth)


def test_newer_versions_name_the_unit(ang_text, write, same, truth):
    """The line of units counts more than the format."""
    head = "# COLUMN_HEADERS: phi1, PHI, phi2, x, y, IQ, CI, Phase index\n# COLUMN_UNITS: {}, {}\n"
    text = head.format("radians", "radians") + ang_text()
    same(read_orientations(write(text, "map.ang")).angles_rad, truth)
    text = head.format("degrees", "degrees") + ang_text(np.degrees(truth))
    same(read_orientations(write(text, "map.ang")).angles_rad, truth)


def test_the_only_phase_by_number_and_name(ang_text, write, refused):
    """The points have number 0, the header another one."""
    path = write(ang_text(), "map.ang")
    for phase in (0, 1, "1", "Nickel"):
        assert read_orientations(path, phase=phase).phase.name == "Nickel"
    assert "no point belongs to phase 2" in refused(path, phase=2)


TWO = [(1, "Nickel", 43), (2, "Ti alpha", 62)]


def test_several_phases_ask_for_one(ang_text, write, refused, same, truth):
    """By number or name; points of the others are counted."""
    path = write(ang_text(phases=TWO, phase=5 * [1] + 7 * [2]), "map.ang")
    sentence = refused(path)
    assert "1 (Nickel) with 5 points, 2 (Ti alpha) with 7 points" in sentence
    for phase in (1, "1", "nickel"):
        read = read_orientations(path, phase=phase, symmetry="cubic")
        same(read.angles_rad, truth[:5])
        assert read.left_out == {"of phase 2 (Ti alpha)": 7}
        assert (read.phase_numbers == 1).all()
    assert read_orientations(path, phase=2).symmetry == "6/mmm"
    assert "6/mmm" in refused(path, phase=2, symmetry="cubic")
    assert "no point belongs to phase 'copper'" in refused(path, phase="copper")


def test_one_of_two_phases_occurs(ang_text, write):
    read = read_orientations(write(ang_text(phases=TWO[::-1], phase=12 * [2]), "map.ang"))
    assert read.phase.name == "Ti alpha"


def test_phase_zero_beside_others_is_not_guessed(ang_text, write, refused):
    """It may mean not indexed, or the first phase."""
    path = write(ang_text(phase=[0] + 11 * [1]), "map.ang")
    assert "0 often means not indexed" in refused(path)
    assert read_orientations(path, phase=1).left_out == {"of phase 0": 1}


def test_phase_zero_of_two_described_phases(ang_text, write, refused):
    path = write(ang_text(phases=TWO), "map.ang")
    assert "phase 0, but the header describes 1 (Nickel), 2 (Ti alpha)" in refused(path)
    assert read_orientations(path, phase=0).symmetry is None
    path = write(ang_text(phases=[(1, "Nickel", 43), (2, "Iron", 43)]), "map.ang")
    assert read_orientations(path, phase=0).symmetry == "m-3m"


def test_phases_by_name(ang_text, write, same, truth):
    text = ang_text(
        phases=[(1, "Nickel", 43), (2, "Iron", 43)], phase=6 * ["Nickel"] + 6 * ["Iron"]
    )
    same(read_orientations(write(text, "map.ang"), phase="Iron").angles_rad, truth[6:])


@pytest.mark.parametrize(
    ("code", "laue"),
    [
        *((43, "m-3m"), (23, "m-3"), (62, "6/mmm"), (6, "6/m"), (32, "-3m"), (3, "-3")),
        *((42, "4/mmm"), (4, "4/m"), (22, "mmm"), (2, "2/m"), (20, "2/m"), (1, "-1")),
        ("m-3m", "m-3m"),
    ],
)
def test_symmetry_codes(ang_text, write, refused, code, laue):
    """EDAX numbers the rotations of a crystal's group; only cubic ones pass where these count."""
    path = write(ang_text(phases=[(1, "X", code)]), "map.ang")
    assert read_orientations(path).symmetry == laue
    if laue != "m-3m":
        assert laue in refused(path, symmetry="cubic")


def test_unknown_symmetry(ang_text, write, refused):
    assert "unknown symmetry '99'" in refused(write(ang_text(phases=[(1, "X", 99)]), "map.ang"))


def test_another_column_where_the_phase_should_be(ang_text, write, refused, same, truth):
    """Some versions write the fit there; the header may name the columns."""
    text = ang_text(phase=12 * [1.25])
    assert "where the phase stands" in refused(write(text, "map.ang"))
    named = "# COLUMN_HEADERS: phi1, PHI, phi2, x, y, IQ, CI, Fit, Phase index, SEM\n"
    read = read_orientations(write(named + text, "map.ang"))
    same(read.angles_rad, truth)
    assert set(read.phase_numbers) == {1}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t[: t.rindex("0.8")], "has 6 cells instead of 10"),
        (lambda t: t + "1 2 3 4 5 6 7 8 9 10 11 12\n", "has 12 cells"),
        (lambda t: t[: t.index("# OPERATOR")], "no points"),
        (lambda t: t.replace("100.0", "x", 1).replace("0.800", "high", 1), "'high'"),
        (lambda t: t.replace("YSTEP: 0.5", "YSTEP: half"), "YSTEP holds"),
        (lambda t: t.replace("# Phase 1\n", "# Phase 1\n# Phase 1\n"), "phase 1 twice"),
        (lambda t: "# COLUMN_HEADERS: phi1, PHI, x, y\n" + t, "lacks 'phi2'"),
    ],
)
def test_damaged_maps(ang_text, write, refused, change, said):
    assert said in refused(write(change(ang_text()), "map.ang"))


def test_too_few_columns(ang_text, write, refused):
    assert "have 5 columns" in refused(write(ang_text(columns=5), "map.ang"))
