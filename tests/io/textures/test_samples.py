"""Files after what people report of theirs: each is read right, or refused with its remedy."""

from pathlib import Path

import numpy as np
import pytest

from pspflow.io.textures import read_orientations

SAMPLES = Path(__file__).parents[4] / "shared/data/textures"

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="samples of textures are not here"),
]


@pytest.fixture
def encoded():
    return np.load(SAMPLES / "truth_bunge_rad.npy")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("degrees_in_ang.ang", {"unit": "degrees"}),
        ("eight_columns.ang", {}),
        ("hcp_symmetry_62.ang", {}),
        ("hexagonal_grid.ang", {}),
        ("mtex_weights.txt", {}),
        ("orientations_deg.csv", {}),
        ("orientations_no_unit.csv", {}),
        ("quaternions_scalar_last_unnormalised.csv", {}),
        ("tsl_one_phase_zero.ang", {}),
    ],
)
def test_all_points(encoded, same, name, options):
    same(read_orientations(SAMPLES / name, **options).angles_rad, encoded, 2e-5)


def test_points_not_indexed(encoded, same):
    """Phase -1 and CI -1 in `.ang`, phase 0 in `.ctf`."""
    lines = (SAMPLES / "not_indexed.ang").read_text().splitlines()
    cells = np.array([line.split() for line in lines if not line.startswith("#")], float)
    kept = (cells[:, 6] >= 0) & (cells[:, 7] >= 0)
    read = read_orientations(SAMPLES / "not_indexed.ang")
    same(read.angles_rad, encoded[kept], 2e-5)
    assert sum(read.left_out.values()) == (~kept).sum()
    lines = (SAMPLES / "channel5.ctf").read_text().splitlines()[15:]
    kept = np.array([line.split("\t")[0] != "0" for line in lines])
    read = read_orientations(SAMPLES / "channel5.ctf", symmetry="cubic")
    same(read.angles_rad, encoded[kept], 2e-5)
    assert read.left_out == {"not indexed (phase 0)": (~kept).sum()}


def test_refused(refused):
    """The remedy is in the sentence."""
    assert 'unit="degrees"' in refused(SAMPLES / "degrees_in_ang.ang")
    sentence = refused(SAMPLES / "hcp_symmetry_62.ang", symmetry="cubic")
    assert "1 (Titanium-alpha) is 6/mmm" in sentence
