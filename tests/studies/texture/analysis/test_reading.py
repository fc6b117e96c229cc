"""What is read of users' files: each kind right, or refused by a sentence that names a flag."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pspflow.errors import InputError
from pspflow.mechanics.texture import disorientation_angles
from pspflow.studies.texture.analysis.reading import check_rate_sensitivity, read_texture

MTEX = '% crystal symmetry: "{}"\n% specimen symmetry: "1"\n% phi1 Phi phi2 weight'
CTF = """Channel Text File
JobMode\tGrid
XCells\t20
YCells\t10
XStep\t0.5
YStep\t0.5
Euler angles refer to Sample Coordinate system (CS0)!
Phases\t1
4.05;4.05;4.05\t90;90;90\tAluminium\t11\t225
Phase\tX\tY\tBands\tError\tEuler1\tEuler2\tEuler3\tMAD\tBC\tBS
"""


@pytest.fixture(scope="module")
def kinds(angles, ang_text, csv_text):
    """Return files by kind: texts and bytes."""
    degrees = np.rad2deg(angles)
    units = Rotation.from_euler("ZXZ", angles).as_quat()
    first = units[:, [3, 0, 1, 2]]
    few = np.arange(len(angles)) < 50
    unindexed = np.where(few, -1, 0.8)
    points = [
        f"1\t{k % 20 * 0.5}\t{k // 20 * 0.5}\t8\t0\t" + "\t".join(f"{a:.5f}" for a in turn)
        for k, turn in enumerate(degrees)
    ]
    ctf = [f"{point}\t0.5\t120\t200" for point in points]
    names = "phi1_deg,Phi_deg,phi2_deg"
    weighted = np.column_stack([degrees, np.arange(1, len(angles) + 1)])
    return {
        "plain.ang": ang_text(angles),
        "zero.ang": ang_text(angles, phase=0),
        "eight.ang": ang_text(angles, columns=8),
        "hexagonal.ang": ang_text(angles, hexagonal=True),
        "unindexed.ang": ang_text(angles, ci=unindexed),
        "minus.ang": ang_text(angles, phase=np.where(few, -1, 1)),
        "full.ang": ang_text(np.where(few[:, None], 4 * np.pi, angles)),
        "degrees.ang": ang_text(degrees),
        "hcp.ang": ang_text(angles, symmetry=62),
        "two.ang": ang_text(angles, phase=np.where(few, 0, 1)),
        "one.ang": ang_text(angles[:1]),
        "none.ang": ang_text(angles, ci=np.full(len(angles), -1.0)),
        "empty.ang": "",
        "map.ctf": CTF + "\n".join(ctf) + "\n",
        "mtex.txt": csv_text(MTEX.format("m-3m"), weighted, " "),
        "mtex_hcp.txt": csv_text(MTEX.format("6/mmm"), weighted, " "),
        "degrees.csv": csv_text(names, degrees),
        "weights.csv": csv_text(names + ",weight", weighted),
        "negative.csv": csv_text(names + ",weight", weighted * (1, 1, 1, -1)),
        "silent.csv": csv_text("phi1,Phi,phi2", degrees),
        "unsaid.csv": csv_text("phi1,Phi,phi2", angles),
        "swapped.csv": csv_text(names, degrees[:, [1, 0, 2]]),
        "last.csv": csv_text("qx,qy,qz,qw", units * np.linspace(1, 3, len(units))[:, None]),
        "numbered.csv": csv_text("q0,q1,q2,q3", first),
        "passive.csv": csv_text("# passive\nqw,qx,qy,qz", first * (1, -1, -1, -1)),
        "binary.ang": bytes(range(256)) * 8,
    }


@pytest.fixture
def place(kinds, tmp_path):
    """Return what puts a file of a kind into a folder."""

    def make(name):
        path = tmp_path / name
        content = kinds.get(name)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            path.write_text(content, encoding="utf-8")
        return path

    return make


@pytest.mark.data(
    "textures",
    "read",
    ".ang of 7, 8 or more columns, phase 0 or 1, on a square or hexagonal grid",
)
@pytest.mark.data(
    "textures",
    "read",
    "points that are not indexed, as each format marks them: left out and counted",
)
@pytest.mark.data("textures", "read", ".ctf of HKL and Oxford, angles in degrees")
@pytest.mark.data("textures", "read", "text of MTEX, with weights or without")
@pytest.mark.data("textures", "read", "weights of any sum: they are divided by it, which is said")
@pytest.mark.data(
    "textures",
    "read",
    "angles in the unit that the names of the columns, a line of units or comments say",
)
@pytest.mark.data(
    "textures",
    "read",
    "quaternions w, x, y, z or x, y, z, w by name, of any norm: they are normalised, which is said",
)
@pytest.mark.data(
    "textures",
    "read",
    "numbered quaternions with --quaternion-order, passive ones with --quaternion-sense",
)
@pytest.mark.data(
    "textures", "warned", "a table that names no crystal symmetry: it is taken as cubic"
)
@pytest.mark.data("textures", "warned", "angles without a unit that can only be degrees")
@pytest.mark.parametrize(
    ("name", "words", "count"),
    [
        ("plain.ang", {}, 200),
        ("zero.ang", {}, 200),
        ("eight.ang", {}, 200),
        ("hexagonal.ang", {}, 200),
        ("unindexed.ang", {}, 150),
        ("minus.ang", {}, 150),
        ("full.ang", {}, 150),
        ("degrees.ang", {"unit": "degrees"}, 200),
        ("two.ang", {"phase": "1"}, 150),
        ("map.ctf", {}, 200),
        ("mtex.txt", {}, 200),
        ("degrees.csv", {}, 200),
        ("weights.csv", {}, 200),
        ("silent.csv", {}, 200),
        ("unsaid.csv", {"unit": "radians"}, 200),
        ("last.csv", {}, 200),
        ("numbered.csv", {"quaternion_order": "scalar_first"}, 200),
        ("passive.csv", {"quaternion_sense": "specimen_to_crystal"}, 200),
    ],
)
def test_kinds_are_read_right(place, angles, name, words, count):
    """Every file says the same orientations, however it says them."""
    read = read_texture(place(name), **words)
    assert len(read) == count
    apart = np.diag(disorientation_angles(read.angles_rad, angles[len(angles) - count :]))
    assert apart.max() < 2e-4
    assert read.weights.sum() == pytest.approx(1)
    if "weights" in name or "mtex" in name:
        np.testing.assert_allclose(read.weights, np.arange(1, 201) / 20100, rtol=1e-6)
    assert sum(read.left_out.values()) == 200 - count


@pytest.mark.data(
    "textures", "refused", "degrees in an .ang, radians in a .ctf or MTEX text: give --unit"
)
@pytest.mark.data("textures", "refused", "angles without a unit that may be either: give --unit")
@pytest.mark.data("textures", "refused", "angles out of range (Φ above 180°)")
@pytest.mark.data("textures", "refused", "points of several phases: give --phase")
@pytest.mark.data("textures", "refused", "hexagonal and other crystals that are not cubic")
@pytest.mark.data("textures", "refused", "weights that are negative, missing or all zero")
@pytest.mark.data("textures", "refused", "densities of an ODF on a grid instead of weights")
@pytest.mark.data("textures", "refused", "maps in which no point is indexed, or one")
@pytest.mark.data(
    "textures",
    "refused",
    "numbered quaternions, or a header that speaks of passive ones, without the flag",
)
@pytest.mark.data(
    "textures", "refused", "an empty file, a folder, an Excel workbook, HDF5 and other binary files"
)
@pytest.mark.data(
    "textures", "refused", "Kocks, Roe and Matthies angles, Rodrigues vectors, Miller indices"
)
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("degrees.ang", ", but should be radians by the .ang format, at most 2π; pass"),
        ("degrees.ang", "pass --unit degrees if these are degrees."),
        ("unsaid.csv", "pass --unit degrees or --unit radians, or name the columns"),
        ("numbered.csv", "pass --quaternion-order scalar_first or scalar_last, or name them"),
        ("passive.csv", "pass --quaternion-sense specimen_to_crystal if they turn specimen"),
        ("hcp.ang", "the crystal symmetry of phase 1 (Aluminium) is 6/mmm, but only cubic"),
        ("hcp.ang", "choose a cubic phase with --phase, or another file."),
        ("mtex_hcp.txt", "the crystal symmetry is 6/mmm, but only cubic crystals"),
        ("two.ang", "points belong to several phases: 0 with 50 points, 1 (Aluminium) with 150"),
        ("two.ang", "choose one, for example --phase 1."),
        ("one.ang", "only one point has an orientation to use, and one is no texture; name a"),
        ("none.ang", "no point has an orientation to use (200 not indexed (CI below 0)); choose"),
        ("empty.ang", "the file is empty; export the orientations again."),
        ("negative.csv", "line 2: column 'weight' holds -1, but a weight must be zero or more;"),
        ("swapped.csv", "which is not between 0 and 180°; correct the order or the unit of the"),
        ("binary.ang", "the file holds zero bytes and is no text; export it as text or CSV."),
        ("missing.ang", "there is no such file; correct the path."),
        ("", "the file cannot be opened (Is a directory); name a readable text file."),
    ],
)
def test_others_are_refused(place, name, sentence):
    """One sentence names the file, the fault and the flag that helps."""
    path = place(name)
    with pytest.raises(InputError) as raised:
        read_texture(path)
    said = str(raised.value)
    assert sentence in said
    assert said.startswith(f"{path}: ")
    assert len(said.splitlines()) == 1


def test_flags_leave_the_path_alone(tmp_path):
    """A folder may be called as an argument is."""
    path = tmp_path / "phase=2" / 'unit="degrees"' / "lost.ang"
    with pytest.raises(InputError) as raised:
        read_texture(path)
    assert str(raised.value).startswith(f"{path}: there is no such file")


@pytest.mark.parametrize("value", [0, -0.05, 0.03, 2, 0.001, float("nan")])
def test_rate_sensitivity(value):
    """It is 1 over a whole number."""
    check_rate_sensitivity(0.05)
    with pytest.raises(InputError, match="--rate-sensitivity: rate_sensitivity must be 1 divided"):
        check_rate_sensitivity(value)
