"""Simulated composites have the required fraction, periodicity and anisotropy."""

import numpy as np
import pytest

from pspflow.simulate import MORPHOLOGIES, simulate_composite


def structure(edge=21, sigma=(1, 1, 1), fraction=0.5, seed=0):
    return simulate_composite(edge, sigma, fraction, np.random.default_rng(seed))


def boundary_shares(phases):
    """Return how often neighbours differ along each axis, and how often across the cell's end."""
    inside = [np.mean(np.diff(phases, axis=k) != 0) for k in range(3)]
    across = [np.mean(phases.take(0, k) != phases.take(-1, k)) for k in range(3)]
    return np.array(inside), np.array(across)


@pytest.mark.parametrize("edge", [1, 2, 5, 20, 21])
@pytest.mark.parametrize("fraction", [0, 0.25, 0.5, 0.613, 0.75, 1])
def test_volume_fraction(edge, fraction):
    """The share of phase 1 is met to half a voxel at any edge length."""
    phases = structure(edge, (1, 3, 5), fraction)
    assert phases.shape == (edge,) * 3
    assert phases.dtype == np.uint8
    assert set(np.unique(phases)) <= {0, 1}
    assert abs(phases.sum() - fraction * edge**3) <= 0.5


def test_same_seed_same_voxels():
    """A structure is a function of its arguments and of the generator's seed."""
    np.testing.assert_array_equal(structure(), structure())
    assert not np.array_equal(structure(), structure(seed=1))


def test_fractions_are_nested():
    """With the same noise, a larger fraction adds voxels and removes none."""
    small, large = structure(fraction=0.3), structure(fraction=0.4)
    assert np.all(large[small == 1] == 1)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_grains_are_long_where_the_width_is_large(axis):
    """Neighbours differ less often along a wider Gaussian, and alike along equal ones."""
    sigma = np.ones(3)
    sigma[axis] = 5
    shares = np.mean([boundary_shares(structure(25, sigma, 0.5, k))[0] for k in range(4)], axis=0)
    others = np.delete(shares, axis)
    assert shares[axis] < 0.3 * others.min()
    assert others.max() < 1.1 * others.min()


def test_boundaries_follow_the_gaussian_law():
    """In a field cut at its median, neighbours differ with probability arccos(ρ) / π.

    ρ is the correlation of the smoothed noise one voxel apart, exp(-1 / 4σ²).
    """
    for sigma in (1.0, 2.0, 3.0):
        shares = [boundary_shares(structure(32, (sigma,) * 3, 0.5, k))[0] for k in range(4)]
        expected = np.arccos(np.exp(-1 / (4 * sigma**2))) / np.pi
        assert np.mean(shares) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("sigma", [(1, 1, 1), (1, 3, 7), (7, 7, 7)])
def test_periodic(sigma):
    """Opposite faces differ as often as neighbours within do: the cell has no seam."""
    shares = [boundary_shares(structure(21, sigma, 0.5, seed)) for seed in range(12)]
    inside, across = np.mean(shares, axis=0)
    assert across.mean() == pytest.approx(inside.mean(), rel=0.2)
    np.testing.assert_allclose(across, inside, rtol=0.4)


def test_paper_morphologies():
    """The paper's widths make 64 morphologies, all of which fit in a small cell too."""
    assert len(set(MORPHOLOGIES)) == 64
    for sigma in MORPHOLOGIES[::9]:
        assert structure(11, sigma, 0.25).sum() == round(0.25 * 11**3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, (1, 1, 1), 0.5), "edge must be at least 1"),
        ((5, (1, 1), 0.5), "sigma_voxels must be three numbers"),
        ((5, (1, 1, -1), 0.5), "sigma_voxels must be three numbers"),
        ((5, (1, 1, np.nan), 0.5), "sigma_voxels must be three numbers"),
        ((5, (1, 1, 1), 1.5), "volume_fraction must be from 0 to 1"),
        ((5, (1, 1, 1), np.nan), "volume_fraction must be from 0 to 1"),
    ],
)
def test_rejects(arguments, message):
    """Arguments out of range are named."""
    with pytest.raises(ValueError, match=message):
        simulate_composite(*arguments, np.random.default_rng(0))
