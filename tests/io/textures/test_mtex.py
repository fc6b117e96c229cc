"""Text that MTEX and VPSC write."""

import numpy as np
import pytest

from pspflow.io.textures import read_orientations
from pspflow.io.textures.mtex import write_orientations

HEADER = "% MTEX ODF\n% crystal symmetry: {}\n% specimen symmetry: {}\n% phi1 Phi phi2{}\n"


@pytest.fixture
def text(truth):
    """Return a function that writes orientations as MTEX does."""

    def written(symmetry='"m-3m"', specimen='"1"', weights=None, angles=None):
        angles = np.degrees(truth) if angles is None else angles
        lines = [HEADER.format(symmetry, specimen, "" if weights is None else " value")]
        for k, row in enumerate(angles):
            cells = [*row] if weights is None else [*row, weights[k]]
            lines.append(" ".join(f"{cell:10.5f}" for cell in cells) + "\n")
        return "".join(lines)

    return written


@pytest.mark.parametrize(
    ("symmetry", "laue"),
    [
        ('"m-3m"', "m-3m"),
        ("m-3m", "m-3m"),
        ("432", "m-3m"),
        ("cubic", "m-3m"),
        ("Nickel, m-3m", "m-3m"),
        ('"6/mmm", X||a*, Y||b, Z||c*', "6/mmm"),
        ("mmm", "mmm"),
    ],
)
def test_symmetries(text, write, same, truth, symmetry, laue):
    """The point group is found among names and axes."""
    read = read_orientations(write(text(symmetry), "o.txt"))
    same(read.angles_rad, truth)
    assert (read.source, read.symmetry) == ("mtex", laue)


def test_weights(text, write, same, truth):
    weights = np.arange(1.0, 13)
    read = read_orientations(write(text(weights=weights), "o.txt"), symmetry="cubic")
    same(read.angles_rad, truth)
    np.testing.assert_allclose(read.weights, weights / 78)


def test_other_crystals_and_unknown_ones(text, write, refused):
    path = write(text('"6/mmm"'), "o.txt")
    assert "6/mmm" in refused(path, symmetry="cubic")
    assert "'whatever' is unknown" in refused(write(text("whatever"), "o.txt"))


def test_a_specimen_symmetry_is_not_applied(text, write):
    read = read_orientations(write(text(specimen="mmm"), "o.txt"))
    assert any("specimen symmetry 'mmm' is not applied" in note for note in read.doubts)
    assert not any("specimen" in n for n in read_orientations(write(text(), "o.txt")).doubts)


def test_radians_are_refused_unless_told(text, write, refused, same, truth):
    """MTEX writes degrees unless it is told otherwise, and does not say which."""
    path = write(text(angles=truth), "o.txt")
    assert "should be degrees by the default of MTEX" in refused(path)
    same(read_orientations(path, unit="radians").angles_rad, truth)


def test_matthies_angles(text, write, refused):
    path = write(text().replace("phi1 Phi phi2", "alpha beta gamma"), "o.txt")
    assert "Matthies angles" in refused(path)


@pytest.mark.parametrize("kind", ["uniform component", "unimodal component:", "fibre component"])
def test_components_of_an_odf(text, write, refused, kind):
    """Kernels and weights stand in comments, which orientations have not."""
    path = write(text().replace("% phi1", f"%\n%% {kind}\n% weight: 0.5\n% phi1"), "odf.txt")
    assert "components of an ODF" in refused(path)


def test_maps_as_mtex_exports_them(write, same, truth):
    """Names without a comment sign, phase 0 not indexed and its angles NaN."""
    rows = [f"{a:.4f}  {b:.4f}  {c:.4f}  1  0.5  0.5" for a, b, c in np.degrees(truth)]
    rows[0] = "NaN  NaN  NaN  0  0.5  0.5"
    text = "\n".join(["phi1  Phi  phi2  phase  x  y", *rows])
    same(read_orientations(write(text, "ebsd.txt")).angles_rad, truth[1:])


VPSC = "strain = 0.0\nellipsoid axes\nellipsoid angles\n{} {}\n"


def vpsc(truth, letter="B", count=12):
    rows = "".join(f"{a:8.3f} {b:8.3f} {c:8.3f} 0.5\n" for a, b, c in np.degrees(truth))
    return VPSC.format(letter, count) + rows


def test_vpsc(write, same, truth):
    """B stands for Bunge; the angles are degrees."""
    read = read_orientations(write(vpsc(truth), "texture.tex"))
    same(read.angles_rad, truth)
    assert read.source == "vpsc"


@pytest.mark.parametrize(
    ("letter", "count", "said"),
    [("K", 12, "Kocks angles"), ("R", 12, "Roe angles"), ("B", 13, "13 grains, but 12 lines")],
)
def test_other_vpsc_files(write, refused, truth, letter, count, said):
    assert said in refused(write(vpsc(truth, letter, count), "texture.tex"))


def test_what_is_written_is_read_back(tmp_path, same, truth):
    """Degrees, cubic crystals and weights, with nothing to doubt."""
    weights = np.arange(1.0, 13) / 78
    write_orientations(tmp_path / "o.txt", truth, weights)
    read = read_orientations(tmp_path / "o.txt", symmetry="cubic")
    same(read.angles_rad, truth)
    np.testing.assert_allclose(read.weights, weights, rtol=1e-8)
    assert (read.source, read.symmetry, read.doubts) == ("mtex", "m-3m", ())
