"""Orientations of equal weight compared with the texture that they stand for."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from pspflow.mechanics.texture.components import COMPONENTS, component_orientation
from pspflow.mechanics.texture.distances import coefficient_distance
from pspflow.mechanics.texture.gsh import coefficients
from pspflow.mechanics.texture.kernel import kernel_density
from pspflow.mechanics.texture.representatives import representative_orientations
from pspflow.mechanics.texture.sampling import random_orientations, scattered_orientations
from pspflow.mechanics.texture.symmetry import disorientation_angles

COUNT = 200
SEEDS = range(3)


@pytest.fixture(scope="module")
def rolled():
    """Return a weighted texture of five components, not orthorhombic, and a random rest."""
    rng = np.random.default_rng(0)
    centres = np.array([component_orientation(name) for name in COMPONENTS])
    spread = scattered_orientations(np.repeat(centres, 600, axis=0), np.deg2rad(9), rng)
    weights = rng.exponential(size=4000)
    angles = np.concatenate([spread, random_orientations(1000, rng)])
    return angles, weights / weights.sum()


@pytest.fixture(scope="module")
def samples(rolled):
    """Return samples of equal weight, chosen and drawn at random."""
    angles, weights = rolled
    chosen, drawn = [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        chosen.append(representative_orientations(angles, weights, COUNT, rng))
        drawn.append(angles[rng.choice(len(angles), COUNT, p=weights)])
    return chosen, drawn


def mean(measure, each):
    return float(np.mean([measure(sample) for sample in each]))


def test_coefficients_are_nearly_those_of_the_texture(rolled, samples):
    """They miss by less than a tenth of what random draws do."""
    chosen, drawn = samples

    def missed(sample):
        return float(coefficient_distance(coefficients(sample), coefficients(*rolled)))

    assert mean(missed, chosen) < mean(missed, drawn) / 10


def test_what_was_not_adjusted_is_nearer_too(rolled, samples):
    """Densities seen through a narrow spread hold degrees beyond 12, and any asymmetry."""
    angles, weights = rolled
    at = random_orientations(300, np.random.default_rng(9))

    def density(sample, shares):
        return kernel_density(disorientation_angles(at, sample), np.deg2rad(10)) @ shares

    def missed(sample):
        equal = np.full(COUNT, 1 / COUNT)
        return float(np.sqrt(np.mean((density(sample, equal) - density(angles, weights)) ** 2)))

    chosen, drawn = samples
    assert mean(missed, chosen) < mean(missed, drawn) / 2


def test_grains_need_to_turn_less(rolled, samples):
    """The transport distance to the texture is smaller than that of random draws."""
    angles, weights = rolled
    other = angles[np.random.default_rng(8).choice(len(angles), 3 * COUNT, p=weights)]

    def turned(sample):
        apart = np.repeat(disorientation_angles(sample, other), 3, axis=0)
        return float(apart[linear_sum_assignment(apart)].mean())

    chosen, drawn = samples
    assert mean(turned, chosen) < 0.97 * mean(turned, drawn)


def test_only_given_orientations_are_chosen(rolled, samples):
    """Rows are those that were given, and the same source of randomness chooses the same."""
    angles, weights = rolled
    given = {tuple(row) for row in angles}
    assert all(tuple(row) in given for row in samples[0][0])
    again = representative_orientations(angles, weights, COUNT, np.random.default_rng(0))
    np.testing.assert_array_equal(again, samples[0][0])


def test_few_heavy_orientations_are_copied():
    """Each comes as often as its weight says, to one; those of no weight never do."""
    angles = random_orientations(5, np.random.default_rng(0))
    weights = np.array([0.5, 0.0, 0.3, 0.155, 0.045])
    made = representative_orientations(angles, weights, 100, np.random.default_rng(1))
    times = np.array([(made == row).all(axis=1).sum() for row in angles])
    assert times.sum() == 100
    np.testing.assert_allclose(times, 100 * weights, atol=1)
    assert times[1] == 0


@pytest.mark.parametrize(("given", "count"), [(1, 1), (1, 7), (7, 7), (3, 1), (7, 70), (100, 24)])
def test_any_number_of_any_number(given, count):
    """There are as many as wanted, be there fewer or more; equal ones all come equally often."""
    angles = random_orientations(given, np.random.default_rng(0))
    made = representative_orientations(angles, None, count, np.random.default_rng(1))
    assert made.shape == (count, 3)
    if count % given == 0:
        times = [(made == row).all(axis=1).sum() for row in angles]
        assert times == [count // given] * given


def test_impossible_samples():
    """No count, weights that do not sum to 1 and degrees are refused."""
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        representative_orientations([[0, 0, 0]], None, 0, rng)
    with pytest.raises(ValueError, match="divide them by their sum"):
        representative_orientations([[0, 0, 0]], [2.0], 1, rng)
    with pytest.raises(ValueError, match="convert degrees"):
        representative_orientations([[0, 45, 0]], None, 1, rng)
