"""Two-point and lineal-path functions agree with PoreSpy's (MIT), where it is installed."""

import numpy as np
import pytest

from pspflow.evaluation.features import two_point_curves
from pspflow.evaluation.lineal_path import phase_paths

pytest.importorskip("porespy", reason="porespy (a gigabyte with what it needs) is not installed")
from porespy.filters import apply_chords
from porespy.metrics import two_point_correlation
from skimage.measure import label

RNG = np.random.default_rng(0)


def blobs(rows, columns):
    """Make a two-phase image with a structure."""
    from scipy.ndimage import gaussian_filter

    field = gaussian_filter(RNG.standard_normal((rows, columns)), 2.0)
    return field > np.quantile(field, 0.6)


@pytest.mark.parametrize("shape", [(48, 48), (40, 56)])
def test_two_point_curves(shape):
    """The same mean over pairs at the same distances, for a chip less its mean."""
    chip = blobs(*shape).astype(np.uint8)
    reach = min(shape) // 2
    edges = np.arange(reach + 2) - 0.5
    edges[0] = -1.0
    both, neither = (
        two_point_correlation(each, bins=edges).probability_scaled for each in (chip, 1 - chip)
    )
    mean = chip.mean()
    # of two pixels x and y: (x - mean) (y - mean), with x + y = 1 + x y - (1 - x) (1 - y)
    theirs = both - mean * (1 + both - neither) + mean**2
    ours = two_point_curves(chip[None])[0]
    np.testing.assert_allclose(ours, theirs[: reach + 1], atol=1e-9)


def test_lineal_paths():
    """Chords of every row and column, as PoreSpy marks them, hold the segments that are counted."""
    phase = blobs(40, 40)
    counts = np.zeros(20)
    for axis in (0, 1):
        chords = apply_chords(phase, axis=axis, spacing=0, trim_edges=False)
        lines = chords if axis else chords.T
        for line in lines:
            for length in np.bincount(label(line, connectivity=1).ravel())[1:]:
                counts += np.maximum(length - np.arange(20), 0)
    every = 2 * 40 * (40 - np.arange(20))
    np.testing.assert_allclose(phase_paths(phase[None])[0], counts / every, atol=1e-12)
