"""The training structure that a design is most like, in every position and orientation."""

import numpy as np
import pytest

from pspflow.simulate.composites import simulate_composite
from pspflow.studies.composite.certificates import copy_search
from pspflow.studies.composite.certificates.copy_search import most_alike, spectra_of

from .cases import FIBRES, NOISE, real, simulated


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 1, 0)])
@pytest.mark.parametrize("steps", [(1, 1, 1), (-1, 1, 1), (-1, -1, -1), (1, 1, -1)])
def test_moved_copies_are_found(order, steps):
    """A structure that is shifted, mirrored and turned has a correlation of 1 with itself."""
    moved = np.roll(real()[7], (3, 8, 1), (0, 1, 2)).transpose(order)
    found = most_alike(moved[tuple(slice(None, None, step) for step in steps)], spectra_of(real()))
    assert found.position == 7
    assert found.correlation == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("edge", [17, 20])
def test_long_waves_find_copies_of_noise(edge):
    """Copies are found where most of a structure is in waves that the first look leaves out."""
    rng = np.random.default_rng(0)
    stack = np.stack([simulate_composite(edge, NOISE, 0.5, rng) for _ in range(5)])
    moved = np.roll(stack[3], (1, 2, 3), (0, 1, 2))[::-1].transpose(2, 0, 1)
    found = most_alike(moved, spectra_of(stack))
    assert found.position == 3
    assert found.correlation == pytest.approx(1, abs=1e-5)


def test_correlation_is_that_of_phases():
    """The correlation is Pearson's, at the best of all shifts and orientations: by enumeration."""
    first, second = simulated(FIBRES, 2, 5)[:, :5, :5, :5]
    best = -1.0
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
        for flips in np.ndindex(2, 2, 2):
            turned = first.transpose(order)[tuple(slice(None, None, 1 - 2 * f) for f in flips)]
            for shift in np.ndindex(5, 5, 5):
                moved = np.roll(turned, shift, (0, 1, 2))
                best = max(best, np.corrcoef(moved.ravel(), second.ravel())[0, 1])
    assert most_alike(first, spectra_of(second[None])).correlation == pytest.approx(best, abs=1e-5)


def test_the_first_look_changes_little(monkeypatch):
    """What the first look at long waves finds is what all waves would have found."""
    rng = np.random.default_rng(1)
    stack = np.stack([simulate_composite(17, FIBRES, 0.4, rng) for _ in range(6)])
    found = most_alike(stack[0], spectra_of(stack[1:]))
    monkeypatch.setattr(copy_search, "GRID", 17)
    exact = most_alike(stack[0], spectra_of(stack[1:]))
    assert found.correlation == pytest.approx(exact.correlation, rel=0.02)


def test_one_phase_alone_is_like_nothing():
    """A homogeneous structure correlates with no other."""
    assert most_alike(np.zeros((11, 11, 11), np.uint8), spectra_of(real())).correlation == 0
