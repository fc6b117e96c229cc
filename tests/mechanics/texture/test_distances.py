"""Distances between textures."""

import numpy as np
import pytest

from pspflow.mechanics.texture.distances import (
    coefficient_distance,
    sampling_distances,
    specimen_asymmetry,
    texture_distances,
    transport_distance,
)
from pspflow.mechanics.texture.gsh import coefficients, texture_index
from pspflow.mechanics.texture.sampling import (
    random_orientations,
    scattered_orientations,
)
from pspflow.mechanics.texture.symmetry import equivalent_orientations, symmetrise


def rng(seed=0):
    return np.random.default_rng(seed)


def test_two_crystals():
    """Grains of one crystal must turn by the angle to the other."""
    angle = np.deg2rad(12)
    found = texture_distances([[0, 0, 0]], [[angle, 0, 0]], rng(), draws=20)
    # half turns of the specimen take a crystal at +12° to -12°, 24° from itself: 12° is the least
    assert found.transport_rad == pytest.approx(angle)


def test_distance_from_random_is_the_index():
    """The mean square of an ODF's difference from 1 is the texture index less 1."""
    texture = coefficients(random_orientations(5, rng()))
    distance = coefficient_distance(texture, np.zeros(36))
    assert distance**2 == pytest.approx(texture_index(texture) - 1)
    assert coefficient_distance(np.stack([texture] * 3), texture).tolist() == [0, 0, 0]


def test_equivalent_textures_are_one():
    """Neither measure sees which of the equivalent orientations a grain is given by."""
    angles = random_orientations(30, rng())
    every = equivalent_orientations(angles)
    other = every[np.arange(30), rng(1).integers(0, 96, 30)]
    found = texture_distances(angles, other, rng(), draws=800)
    assert found.coefficients < 1e-10
    # both samples hold each grain equally often, but for the scatter of draws
    assert found.transport_rad < 0.1


def test_the_ruler_separates_textures():
    """Draws from one texture lie nearer than those from two, and nearer the more there are."""
    centre = random_orientations(1, rng())
    narrow, wide = (
        scattered_orientations(np.repeat(centre, 2000, 0), np.deg2rad(w), rng(w)) for w in (8, 14)
    )
    rulers = [sampling_distances(narrow, rng(), draws=n) for n in (100, 400)]
    assert rulers[1].transport_rad < rulers[0].transport_rad
    assert rulers[1].coefficients < rulers[0].coefficients
    apart = texture_distances(narrow, wide, rng(), draws=400)
    assert apart.transport_rad > 1.5 * rulers[1].transport_rad
    assert apart.coefficients > 1.5 * rulers[1].coefficients
    same = texture_distances(narrow, narrow, rng(5), draws=400)
    assert same.transport_rad == pytest.approx(rulers[1].transport_rad, rel=0.2)


def test_weights_count():
    """Grains are drawn as often as they weigh."""
    pair = np.array([[0, 0, 0], [0, np.pi / 4, 0]])
    heavy = texture_distances(pair, pair, rng(), [0.8, 0.2], [0.5, 0.5], draws=1000)
    # three tenths of the grains turn by 45° about one axis; four standard errors of the draws
    error = 4 * np.sqrt((0.8 * 0.2 + 0.5 * 0.5) / 1000)
    assert heavy.transport_rad == pytest.approx(0.3 * np.pi / 4, abs=error * np.pi / 4)


def test_asymmetry():
    """A crystal without specimen symmetry is far from its variants, a symmetrised one is not."""
    crystal = np.tile([np.deg2rad(10), 0, 0], (400, 1))
    found = specimen_asymmetry(crystal, rng(), draws=400)
    # half of the variants lie 20° away, and the crystal itself must spread over all
    error = 4 * np.sqrt(0.25 / 400)
    assert found.transport_rad == pytest.approx(np.deg2rad(20) / 2, abs=error * np.deg2rad(20))
    assert found.ruler_rad < np.sqrt(2) * error * np.deg2rad(20)
    spread = scattered_orientations(crystal, np.deg2rad(5), rng(1))
    seen = specimen_asymmetry(spread, rng(), draws=100)
    assert seen.transport_rad > 1.5 * seen.ruler_rad
    again = specimen_asymmetry(symmetrise(spread)[0], rng(), draws=100)
    assert again.transport_rad == pytest.approx(again.ruler_rad, rel=0.5)


def test_few_grains_are_not_called_asymmetric():
    """Chance makes 20 grains asymmetric; the ruler knows, in 19 of 20 cases."""
    seen = [
        each.transport_rad > each.ruler_rad
        for each in (
            specimen_asymmetry(random_orientations(20, rng(seed)), rng(seed)) for seed in range(60)
        )
    ]
    assert np.mean(seen) < 0.15


def test_no_draws():
    """At least one grain must be drawn."""
    with pytest.raises(ValueError, match="draws must be at least 1, got 0"):
        sampling_distances(random_orientations(3, rng()), rng(), draws=0)


def test_transport_between_unequal_numbers():
    """They cannot be paired; equally many grains, turned and in any order, are no distance."""
    some = random_orientations(6, rng())
    assert transport_distance(some, some[::-1]) == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="equally many orientations, got 3 and 2"):
        transport_distance(some[:3], some[:2])
