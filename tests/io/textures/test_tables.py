"""Tables of angles: names, units, separators and numbers as programs and people write them."""

import numpy as np
import pytest

from pspflow.io.textures import read_orientations


def table(names, rows, separator=",", digits=6):
    lines = [names] if isinstance(names, str) else [separator.join(names)]
    lines += [separator.join(f"{cell:.{digits}f}" for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


NAMES = [
    "phi1,Phi,phi2",
    "phi1,PHI,phi2",
    "PHI1,phi,PHI2",
    "phi_1,Phi,phi_2",
    "Phi1,Phi,Phi2",
    "φ1,Φ,φ2",
    "ϕ1,Φ,ϕ2",
    "φ₁,Φ,φ₂",
    "varphi1,Phi,varphi2",
    "phi_1,Capital Phi,phi_2",
    "\\varphi_1,\\Phi,\\varphi_2",
    "fi1,Fi,fi2",
    "Euler1,Euler2,Euler3",
    "euler_1,euler_2,euler_3",
    "Euler 1,Euler 2,Euler 3",
    "EULER1,EULER2,EULER3",
    "Eul1,Eul2,Eul3",
    "e1,e2,e3",
    "E1,E2,E3",
    "EulerAngles_0,EulerAngles_1,EulerAngles_2",
    "AvgEulerAngles_0,AvgEulerAngles_1,AvgEulerAngles_2",
    "EulerAngle1,EulerAngle2,EulerAngle3",
    "bunge_phi1,bunge_Phi,bunge_phi2",
    "Euler phi1,Euler Phi,Euler phi2",
    '"phi1","Phi","phi2"',
]


@pytest.mark.parametrize("names", NAMES)
def test_names(write, same, truth, names):
    """One spelling is as good as another; the unit comes from the argument."""
    path = write(table(names, truth))
    same(read_orientations(path, unit="radians").angles_rad, truth)


UNITS = ["{} (deg)", "{}_deg", "{}[°]", "{} / °", "{} [degrees]", "{}(Degree)", "{}deg", "{}, deg"]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("names", [("phi1", "Phi", "phi2"), ("Euler 1", "Euler 2", "Euler 3")])
def test_units_in_names(write, same, truth, refused, unit, names):
    """Degrees and radians are read from the names, and numbers that contradict are refused."""
    named = [f'"{unit.format(name)}"' for name in names]
    same(read_orientations(write(table(named, np.degrees(truth)))).angles_rad, truth)
    sentence = refused(write(table(named, truth)))
    assert "should be degrees by the names of the columns, but none is above 2π" in sentence
    in_radians = [name.replace("°", "rad") for name in named]
    for word in ("degrees", "Degree", "deg"):
        in_radians = [name.replace(word, "rad") for name in in_radians]
    same(read_orientations(write(table(in_radians, truth))).angles_rad, truth)
    path = write(table(in_radians, np.degrees(truth)))
    assert "should be radians by the names of the columns, at most 2π" in refused(path)
    same(read_orientations(path, unit="degrees").angles_rad, truth)


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("# angles in degrees\nphi1,Phi,phi2", "degrees"),
        ("# angles in radians\nphi1,Phi,phi2", "radians"),
        ("# rad\n# phi1,Phi,phi2", "radians"),
        ("% Euler angles (°)\n% phi1 Phi phi2", "degrees"),
        ("phi1,Phi,phi2\n°,°,°", "degrees"),
        ("phi1,Phi,phi2\n(rad),(rad),(rad)", "radians"),
        ("phi1,Phi,phi2\n[deg],[deg],[deg]", "degrees"),
    ],
)
def test_units_in_other_lines(write, same, truth, header, factor):
    """Comments and a line below the names tell the unit."""
    rows = np.degrees(truth) if factor == "degrees" else truth
    same(read_orientations(write(table(header, rows))).angles_rad, truth)


def test_no_unit(write, refused, same, truth):
    """Angles beyond 4π can only be degrees, which is said; others may be either."""
    read = read_orientations(write(table("phi1,Phi,phi2", np.degrees(truth))))
    same(read.angles_rad, truth)
    assert any("can only be degrees" in note for note in read.doubts)
    path = write(table("phi1,Phi,phi2", truth))
    assert "may be degrees or radians" in refused(path)
    same(read_orientations(path, unit="radians").angles_rad, truth)
    same(read_orientations(path, unit="degrees").angles_rad, np.radians(truth))
    assert "may be degrees or radians" in refused(write("phi1,Phi,phi2\n7,8,9\n"))
    faulty = write(table("phi1,Phi,phi2", np.vstack([truth, [[100, 1, 1]]])))
    assert "only 1 of 13 points have an angle above 2π" in refused(faulty)


@pytest.mark.parametrize("word", ["grad", "gon", "mrad"])
def test_other_units(write, refused, truth, word):
    path = write(table([f"{name} [{word}]" for name in ("phi1", "Phi", "phi2")], truth))
    assert f"names the unit {word!r}" in refused(path)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("phi1_deg,Phi_rad,phi2_deg", "different units"),
        ("phi1,Phi,phi", "no line names"),
        ("phi1,Phi,phi2,PHI", "'Phi' and 'PHI' may both hold"),
        ("phi1,Phi,phi2,Phi1", "'phi1' and 'Phi1' may both hold"),
        ("phi1_deg,Phi_deg,phi2_deg,phi1_rad", "may both hold"),
        ("phi1,Phi,phi2,Euler1,Euler2,Euler3", "'phi1' and 'Euler1' may both hold"),
        ("psi,theta,phi", "Kocks or Roe angles"),
        ("Psi,Theta,Phi", "Kocks or Roe angles"),
        ("alpha,beta,gamma", "Matthies angles"),
        ("α,β,γ", "Matthies angles"),
        ("h,k,l,u,v,w", "Miller indices"),
        ("r1,r2,r3", "Rodrigues vectors"),
        ("g11,g12,g13,g21", "rotation matrices"),
        ("# Kocks angles\nphi1,Phi,phi2", "convention 'Kocks'"),
        ("# Roe convention\nphi1,Phi,phi2", "convention 'Roe'"),
        ("a1,a2,a3", "no line names"),
        ("phi1,phi2,phi3", "no line names"),
        ("angles,psi,phi", "no line names"),
    ],
)
def test_names_that_are_no_bunge_angles(write, refused, truth, names, said):
    width = len(names.splitlines()[-1].split(","))
    rows = np.degrees(np.tile(truth, (1, 3))[:, :width])
    assert said in refused(write(table(names, rows)))


def test_no_names(write, refused, truth):
    """Numbers alone do not tell what they are."""
    assert "no line of column names" in refused(write(table("", truth).lstrip()))
    assert "no line of column names" in refused(write(table("", np.tile(truth, 2)).lstrip()))


SEPARATORS = [",", ";", "\t", " ", "   ", ", ", "; ", "|", " \t"]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("comma", [False, True])
def test_separators_and_decimal_commas(write, refused, same, truth, separator, comma):
    """Decimal commas are read where they separate nothing."""
    text = table(("phi1", "Phi", "phi2"), np.degrees(truth), separator)
    path = write(text.replace(".", ",") if comma else text)
    if comma and separator.startswith(","):
        assert "decimal points, or with semicolons" in refused(path)
    else:
        same(read_orientations(path).angles_rad, truth)


@pytest.mark.parametrize(
    "names",
    [
        "Euler 1 Euler 2 Euler 3",
        '"Euler 1" "Euler 2" "Euler 3"',
        "Euler 1 (deg) Euler 2 (deg) Euler 3 (deg)",
        "Euler 1  Euler 2  Euler 3",
        "# Euler1 Euler2 Euler3",
    ],
)
def test_names_with_blanks_between_blanks(write, same, truth, names):
    same(read_orientations(write(table(names, np.degrees(truth), " "))).angles_rad, truth)


def test_prose_in_comments_names_no_columns(write, refused, same, truth):
    """A comment is the line of names only where it has as many names as there are columns."""
    prose = "# Column 2-4: average orientation (phi1, PHI, phi2) in degrees"
    numbered = np.column_stack([np.arange(12), np.degrees(truth)])
    assert "no line names the columns" in refused(write(table(prose, numbered, " ")))
    named = write(table(prose + "\nid phi1 PHI phi2", numbered, " "))
    same(read_orientations(named).angles_rad, truth)


def test_units_and_signs_in_cells(write, refused, same, truth):
    assert "'100°', which is no number" in refused(write("phi1,Phi,phi2\n100°,20°,30°\n"))
    read = read_orientations(write("phi1,Phi,phi2\n\u2212100,+20,30.\n"))
    same(read.angles_rad, np.radians([[260.0, 20, 30]]))


def test_quoted_decimal_commas(write, same, truth):
    """Excel quotes them where commas separate."""
    rows = "\n".join(",".join(f'"{a:.4f}"'.replace(".", ",") for a in r) for r in np.degrees(truth))
    same(read_orientations(write(f"phi1,Phi,phi2\n{rows}\n")).angles_rad, truth)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n", ",,\n"),
        lambda text: "sep=,\n" + text,
        lambda text: "My texture\n\n" + text,
        lambda text: "12\n" + text,
        lambda text: "# made by me, phi1 first, phi1 in degrees\n" + text,
        lambda text: "// note\n! note\n" + text,
        lambda text: text + ",,\n\n",
        lambda text: text + "# end\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.replace(",", " ,  "),
    ],
)
def test_spellings_of_one_table(write, same, truth, change):
    """Line ends, empty columns and rows, comments and lines before the names change nothing."""
    text = change(table("phi1,Phi,phi2", np.degrees(truth)))
    same(read_orientations(write(text)).angles_rad, truth)


def test_a_title_may_name_unit_and_convention(write, refused, same, truth):
    """A title is a comment without a sign."""
    text = table("Angles in radians\n\nphi1,Phi,phi2", truth)
    same(read_orientations(write(text)).angles_rad, truth)
    assert "'Kocks'" in refused(write(text.replace("Angles", "Kocks angles")))


def test_every_decision_is_logged(write, caplog, truth):
    """With the file's name; what should be checked is a warning."""
    caplog.set_level("INFO", "pspflow")
    path = write(table("phi1,Phi,phi2,weight", np.c_[np.degrees(truth), np.arange(12)]))
    read = read_orientations(path)
    said = [record.getMessage() for record in caplog.records]
    assert [record.levelname for record in caplog.records] == ["WARNING", *3 * ["INFO"]]
    assert said == [
        *(f"{path}: {doubt}" for doubt in read.doubts),
        *(f"{path}: {note}" for note in read.notes),
        f"{path}: left out: 1 of weight zero",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(write, same, truth, encoding):
    text = table(("phi1 [°]", "Phi [°]", "phi2 [°]"), np.degrees(truth))
    same(read_orientations(write(text, encoding=encoding)).angles_rad, truth)


def test_columns_in_any_order_and_others_between(write, same, truth):
    """Positions are kept, other columns are named as unused."""
    names = "id,x,phi2_deg,IQ,Phi_deg,y,phi1_deg,MAD"
    ids = np.arange(12.0)
    angles = np.degrees(truth)
    columns = [ids, ids / 2, angles[:, 2], ids, angles[:, 1], ids / 4, angles[:, 0], ids]
    read = read_orientations(write(table(names, np.column_stack(columns))))
    same(read.angles_rad, truth)
    np.testing.assert_allclose(read.positions[:, 1], ids / 4)
    assert "columns 'id', 'MAD' are not used" in read.notes


def test_missing_and_not_indexed_points(write, same, truth):
    """Empty and NaN cells, 4π or 720, CI below 0 and columns that say so."""
    rows = [",".join(f"{a:.5f}" for a in row) + ",0.5,TRUE" for row in np.degrees(truth)]
    rows[0] = ",,,0.5,TRUE"
    rows[1] = "NaN,nan,NaN,0.5,TRUE"
    rows[2] = "720,720,720.0,0.5,TRUE"
    rows[3] = rows[3].replace("0.5,TRUE", "-1,TRUE")
    rows[4] = rows[4].replace("TRUE", "FALSE")
    read = read_orientations(write("\n".join(["phi1,Phi,phi2,CI,indexed", *rows])))
    same(read.angles_rad, truth[5:])
    assert sum(read.left_out.values()) == 5


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("10,200,30", "line 3: column 'Phi' holds 200, which is not between 0 and 180°"),
        ("10,-5,30", "column 'Phi' holds -5"),
        ("400,20,30", "column 'phi1' holds 400"),
        ("10,20,-361", "column 'phi2' holds -361"),
        ("10,,30", "line 3: column 'Phi' has no number"),
        ("10,inf,30", "infinite"),
        ("10,20°,30", "'20°', which is no number"),
        ("10,a,30", "line 3: column 'Phi' holds 'a'"),
        ("10,20", "line 3 has 2 cells instead of 3"),
        ("10,20,30,40", "line 3 has 4 cells"),
        ("1.234,5,20,30", "line 3 has 4 cells"),
    ],
)
def test_faulty_rows(write, refused, row, said):
    """The line is named."""
    assert said in refused(write(f"phi1,Phi,phi2\n100,20,30\n{row}\n"))


def test_negative_angles_are_angles(write, same, truth):
    shifted = np.degrees(truth) - [360, 0, 360]
    same(read_orientations(write(table("phi1,Phi,phi2", shifted))).angles_rad, truth)


def test_rounded_full_turns_are_in_range(write, same):
    """360.0, 180.04 and 6.2832 are full and half turns that were rounded."""
    read = read_orientations(write("phi1,Phi,phi2\n360.0,180.04,360\n"))
    same(read.angles_rad, np.array([[0, np.pi, 0]]), 2e-3)
    read = read_orientations(write("phi1_rad,Phi_rad,phi2_rad\n6.2832,3.1416,6.2832\n"))
    same(read.angles_rad, np.array([[0, np.pi, 0]]), 2e-3)


def test_one_point(write, same):
    read = read_orientations(write("phi1_deg,Phi_deg,phi2_deg\n35,45,90\n"))
    same(read.angles_rad, np.radians([[35.0, 45, 90]]))
    assert read.weights.tolist() == [1.0]


def test_phases_by_name_in_a_table(write, refused, same, truth):
    angles = np.degrees(truth)
    names = ["Not Indexed", *5 * ["Iron bcc"], *6 * ["Iron fcc"]]
    rows = [
        f"{name},{','.join(f'{a:.5f}' for a in row)}"
        for name, row in zip(names, angles, strict=True)
    ]
    path = write("\n".join(["Phase,Euler 1,Euler 2,Euler 3", *rows]))
    assert "1 (Iron bcc) with 5 points, 2 (Iron fcc) with 6 points" in refused(path)
    read = read_orientations(path, phase="iron BCC")
    same(read.angles_rad, truth[1:6])
    assert read.phase.name == "Iron bcc"


@pytest.mark.parametrize(
    ("comment", "laue"),
    [
        ("# crystal symmetry: 6/mmm", "6/mmm"),
        ("# Symmetry 62", "6/mmm"),
        ("# symmetry = hexagonal", "6/mmm"),
        ("# point group: m-3m", "m-3m"),
        ("Laue class: 4/mmm", "4/mmm"),
        ("# sample symmetry: mmm", None),
        ("# symmetry was not used", None),
    ],
)
def test_symmetries_in_comments(write, refused, comment, laue):
    path = write(f"{comment}\nphi1,Phi,phi2\n100,20,30\n")
    assert read_orientations(path).symmetry == laue
    if laue not in (None, "m-3m"):
        assert laue in refused(path, symmetry="cubic")


def test_what_is_no_text(write, refused, tmp_path):
    """The remedy names a format that can be read."""
    assert "Excel workbook" in refused(write(b"PK\x03\x04rest", "t.xlsx"))
    assert "Excel workbook" in refused(write(b"\xd0\xcf\x11\xe0rest", "t.xls"))
    assert "HDF5" in refused(write(b"\x89HDF\r\n", "t.h5"))
    assert "compressed" in refused(write(b"\x1f\x8b\x08", "t.ang.gz"))
    assert "no text" in refused(write(b"a\0b", "t.osc"))
    assert ".cpr files cannot be read" in refused(write("[General]\nVersion=5\n", "t.cpr"))
    assert "empty" in refused(write("", "t.ang"))
    assert "empty" in refused(write(" \r\n \n", "t.csv"))
    assert "no such file" in refused(tmp_path / "missing.csv")
    assert "cannot be opened" in refused(tmp_path)
    assert "a header but no points" in refused(write("phi1,Phi,phi2\n", "t.csv"))
    assert "no line holds three numbers" in refused(write("just words\nand more\n", "t.txt"))


@pytest.mark.parametrize(
    "option",
    [{"unit": "deg"}, {"quaternion_order": "last"}, {"symmetry": "hexagonal"}],
)
def test_wrong_arguments(write, option):
    with pytest.raises(ValueError, match="must be one of"):
        read_orientations(write("phi1,Phi,phi2\n10,20,30\n"), **option)
