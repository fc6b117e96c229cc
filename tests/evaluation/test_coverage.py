"""Density and coverage: by their definition, and on toys whose values are known."""

import numpy as np
import pytest

from pspflow.evaluation.coverage import coverage, density, inside_balls

RNG = np.random.default_rng(0)
REAL, MADE = RNG.normal(size=(30, 3)), RNG.normal(0.5, 1, size=(20, 3))


def by_definition(real, made, k):
    """Write both out in loops: Naeem et al., equations 3 and 4."""
    radius = [sorted(np.linalg.norm(real - x, axis=1))[k] for x in real]
    hits = [[np.linalg.norm(x - y) <= r for y in made] for x, r in zip(real, radius, strict=True)]
    return np.sum(hits) / (k * len(made)), np.mean([any(row) for row in hits])


@pytest.mark.parametrize("k", [1, 5])
def test_values_are_those_of_the_definition(k):
    """Of random sets."""
    inside = inside_balls(REAL, MADE, k)
    expected = by_definition(REAL, MADE, k)
    assert (density(inside, neighbours=k)[0], coverage(inside)[0]) == pytest.approx(expected)


def test_one_mode_of_two_is_dense_and_covers_half():
    """Made samples that gather at one of two real clusters."""
    real = np.concatenate([RNG.normal(size=(40, 2)), RNG.normal(100, 1, size=(40, 2))])
    inside = inside_balls(real, np.zeros((40, 2)))
    assert density(inside)[0] > 0.5
    assert coverage(inside)[0] < 0.5
    far = inside_balls(real, np.full((9, 2), 1e4))
    assert density(far)[0] == coverage(far)[0] == 0


def test_equal_populations_have_density_one_and_the_expected_coverage():
    """Coverage is 1 - 2^-k where both sets are large and of the same number (lemma 2)."""
    real, made = RNG.normal(size=(2, 1500, 2))
    inside = inside_balls(real, made)
    assert density(inside)[0] == pytest.approx(1, abs=0.1)
    assert coverage(inside)[0] == pytest.approx(1 - 0.5**5, abs=0.02)


def test_weights_repeat_real_samples():
    """A weight of 2 counts a real sample twice; the balls themselves stay."""
    inside = inside_balls(REAL, MADE)
    weights = RNG.multinomial(30, np.full(30, 1 / 30), size=4)
    for row, near, covered in zip(
        weights, density(inside, weights), coverage(inside, weights), strict=True
    ):
        again = inside[np.repeat(np.arange(30), row)]
        assert near == pytest.approx(density(again)[0])
        assert covered == pytest.approx(coverage(again)[0])


def test_what_has_no_neighbours_is_refused():
    """As are features that are no numbers."""
    with pytest.raises(ValueError, match="5 real samples have no 5 neighbours"):
        inside_balls(REAL[:5], MADE)
    with pytest.raises(ValueError, match="finite"):
        inside_balls(REAL, MADE * np.nan)
