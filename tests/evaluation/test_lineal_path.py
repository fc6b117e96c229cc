"""Lineal-path curves: counted one segment at a time, and known for stripes."""

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from pspflow.evaluation.lineal_path import lineal_path_curves


def counted(chip, phase):
    """Count segments in loops."""
    light = chip > threshold_otsu(chip)
    member = light if phase == "light" else ~light
    curve = []
    for length in range(1, min(chip.shape) // 2 + 1):
        hits = []
        for lines in (member, member.T):
            for line in lines:
                hits += [line[i : i + length].all() for i in range(len(line) - length + 1)]
        curve.append(np.mean(hits))
    return curve


@pytest.mark.parametrize("phase", ["light", "dark"])
def test_curves_are_those_counted(phase):
    """Every segment of every length, of chips that are not square."""
    chips = np.random.default_rng(0).integers(0, 256, (3, 8, 11)).astype(np.uint8)
    expected = [counted(chip, phase) for chip in chips]
    np.testing.assert_allclose(lineal_path_curves(chips, phase=phase), expected, rtol=1e-12)


def test_stripes_have_segments_along_them_of_any_length():
    """Light stripes of 2 px, 2 px apart: half of those along them, few across."""
    chip = np.tile(np.repeat([0, 255], 2), 4)[None].repeat(16, axis=0).astype(np.uint8)
    curve = lineal_path_curves(chip[None])[0]
    assert curve[0] == pytest.approx(0.5)
    np.testing.assert_allclose(curve[2:], 0.25, rtol=1e-12)


def test_chips_without_two_phases_are_refused():
    """Otsu's threshold divides nothing there."""
    with pytest.raises(ValueError, match="chip 1 has one grey level"):
        lineal_path_curves(np.stack([np.eye(8, dtype=np.uint8), np.full((8, 8), 7, np.uint8)]))
    with pytest.raises(ValueError, match="uint8"):
        lineal_path_curves(np.zeros((1, 8, 8)))


def test_no_chips_have_no_curves():
    """An empty set keeps its lengths."""
    assert lineal_path_curves(np.zeros((0, 8, 8), np.uint8)).shape == (0, 4)
