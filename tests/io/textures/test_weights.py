"""Weights are positive and sum to 1, and the densities of an ODF are none."""

import numpy as np
import pytest

from pspflow.io.textures import read_orientations

NAMES = ["weight", "Weight", "weights", "w", "value", "volume fraction", "Volume_Fraction [%]"]
NAMES += ["vol_frac", "vf", "intensity", "fraction"]


def text(name, weights, angles):
    rows = [
        f"{','.join(f'{a:.6f}' for a in row)},{w}" for row, w in zip(angles, weights, strict=True)
    ]
    return "\n".join([f"phi1,Phi,phi2,{name}", *rows, ""])


@pytest.fixture
def angles(truth):
    return np.degrees(truth)


@pytest.mark.parametrize("name", NAMES)
def test_names(write, angles, name):
    weights = np.arange(1.0, 13)
    read = read_orientations(write(text(name, weights, angles)))
    np.testing.assert_allclose(read.weights, weights / weights.sum())
    assert any("sum to 78, made 1" in note for note in read.notes)


def test_weights_that_sum_to_one_need_no_word(write, angles):
    read = read_orientations(write(text("weight", np.full(12, 1 / 12), angles)))
    assert not any("sum" in note for note in read.notes)


def test_weights_follow_their_points(write, angles):
    """Points that are left out take their weights along; those of weight zero are left out."""
    weights = np.arange(12.0)
    lines = text("weight", weights, angles).splitlines()
    lines[3] = ",,,2.0"
    read = read_orientations(write("\n".join(lines)))
    kept = np.delete(weights, [0, 2])
    np.testing.assert_allclose(read.weights, kept / kept.sum())
    assert read.left_out["of weight zero"] == 1


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_extreme_weights(write, angles, scale):
    read = read_orientations(write(text("weight", np.arange(1, 13) * scale, angles)))
    np.testing.assert_allclose(read.weights, np.arange(1, 13) / 78)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (-0.1, "line 4: column 'weight' holds -0.1"),
        ("", "line 4: column 'weight' holds nan"),
        ("NaN", "holds nan"),
        ("inf", "holds inf"),
        ("heavy", "'heavy', which is no number"),
    ],
)
def test_faulty_weights(write, refused, angles, weight, said):
    weights = [1.0] * 12
    weights[2] = weight
    assert said in refused(write(text("weight", weights, angles)))


def test_zero_weights(write, refused, angles):
    assert "every weight in column 'weight' is zero" in refused(
        write(text("weight", [0] * 12, angles))
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [("area", "'area' may be a weight"), ("weight,volume", "'weight', 'volume' may all be")],
)
def test_columns_that_may_be_weights(write, refused, angles, name, said):
    weights = ["1"] * 12 if "," not in name else ["1,2"] * 12
    assert said in refused(write(text(name, weights, angles)))


def test_an_area_beside_weights_is_not_used(write, angles):
    read = read_orientations(write(text("weight,area", ["1,5"] * 12, angles)))
    np.testing.assert_allclose(read.weights, 1 / 12)


def test_densities_of_an_odf_are_no_weights(write, refused):
    """On a regular grid cells near Φ = 0 are small, which a density does not know."""
    steps = [np.arange(0, 360, 45.0), np.arange(0, 91, 45.0), np.arange(0, 90, 30.0)]
    grid = np.stack(np.meshgrid(*steps, indexing="ij"), -1).reshape(-1, 3)
    header = "% MTEX ODF\n% crystal symmetry: m-3m\n% specimen symmetry: 1\n"
    path = write(header + text("value", np.ones(len(grid)), grid).replace(",", " "), "odf.txt")
    assert "densities of an ODF" in refused(path)
    named = path.read_text().replace("value", "weight")
    assert len(read_orientations(write(named, "odf.txt"))) == len(grid)
