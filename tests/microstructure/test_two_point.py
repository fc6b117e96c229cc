"""Two-point statistics in three dimensions."""

from itertools import product

import numpy as np
import pytest

from pspflow.microstructure.two_point import two_point_statistics


def structures(count, shape, seed=0):
    """Draw structures of random voxels."""
    return np.random.default_rng(seed).integers(0, 2, (count, *shape), dtype=np.uint8)


@pytest.mark.parametrize("shape", [(4, 5, 6), (5, 5, 5)])
def test_statistics_are_shares_counted_by_hand(shape):
    """Each value is the mean, over mirrored displacements, of the product of both ends."""
    phases = structures(2, shape)
    statistics = two_point_statistics(phases)
    assert statistics.shape == (2, *(edge // 2 + 1 for edge in shape))
    for at in [(0, 0, 0), (1, 0, 2), (2, 1, 1), tuple(edge // 2 for edge in shape)]:
        ways = [np.multiply(at, signs) for signs in product((1, -1), repeat=3)]
        both = [phases & np.roll(phases, -way, axis=(1, 2, 3)) for way in ways]
        expected = np.mean(both, axis=(0, 2, 3, 4))
        np.testing.assert_allclose(statistics[:, *at], expected, atol=1e-6)


def test_displacement_of_none_is_the_volume_fraction():
    """The first value is the share of phase 1, and no other is larger."""
    phases = structures(3, (6, 6, 6))
    statistics = two_point_statistics(phases)
    np.testing.assert_allclose(statistics[:, 0, 0, 0], phases.mean((1, 2, 3)), atol=1e-6)
    assert (statistics <= statistics[:, :1, :1, :1] + 1e-6).all()


def test_shifts_and_mirrors_change_nothing_and_turns_do():
    """Shifts and mirrors change neither the normal block of the stiffness nor the statistics."""
    phases = structures(1, (7, 7, 7))
    own = two_point_statistics(phases)
    for same in (
        np.roll(phases, (1, 2, 3), axis=(1, 2, 3)),
        phases[:, ::-1],
        phases[:, :, :, ::-1],
    ):
        np.testing.assert_allclose(two_point_statistics(same), own, atol=1e-6)
    turned = two_point_statistics(phases.swapaxes(1, 3))
    np.testing.assert_allclose(turned, own.swapaxes(1, 3), atol=1e-6)
    assert np.abs(turned - own).max() > 0.01


def test_anything_but_stored_phases_is_refused():
    """A single structure, or another type, is an error of the caller."""
    for wrong in (structures(1, (4, 4, 4))[0], structures(1, (4, 4, 4)).astype(float)):
        with pytest.raises(ValueError, match="uint8"):
            two_point_statistics(wrong)


@pytest.mark.parametrize("top", [2, 255])
def test_phases_are_0_and_1(top):
    """Images of 0 and 255, or of three phases, would give products, not probabilities."""
    phases = np.zeros((1, 4, 4, 4), np.uint8)
    phases[0, 0, 0, 0] = top
    with pytest.raises(ValueError, match=f"must be 0 and 1, but they hold {top}"):
        two_point_statistics(phases)
    assert two_point_statistics(np.zeros((0, 4, 4, 4), np.uint8)).shape == (0, 3, 3, 3)
