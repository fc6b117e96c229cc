"""Fitting the grid of persistence images."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.topology import PersistenceImager
from pspflow.topology.fitting import count_outside, fit_grid, outside_share


def diagram(seed, count=200):
    """Make a diagram of many short pairs and some long ones."""
    rng = np.random.default_rng(seed)
    births = rng.uniform(40, 120, count)
    return np.stack([births, births + rng.exponential(10, count)], axis=1)


@given(st.integers(0, 1000), st.sampled_from([1e-3, 1e-2, 0.1]))
def test_grid_holds_all_but_the_tails(seed, tail):
    """At most a tail at each of three ends lies outside, and a tail of 0 leaves nothing out."""
    pairs = diagram(seed)
    grid = fit_grid([pairs], tail)
    assert outside_share(pairs, grid.birth_range, grid.persistence_range) <= 3 * tail + 0.05
    whole = fit_grid([pairs], 0.0)
    assert outside_share(pairs, whole.birth_range, whole.persistence_range) == 0


def test_pairs_weigh_by_their_persistence():
    """Thousands of pairs of noise do not push one long pair out of the grid."""
    noise = np.stack([np.full(5000, 80.0), np.full(5000, 80.01)], axis=1)
    grid = fit_grid([noise, np.array([[20.0, 220.0]])])
    assert grid.birth_range[0] <= 20
    assert grid.persistence_range == (0, 200)
    assert grid.unit_persistence == 200


def test_grid_is_never_empty():
    """One pair, or births that are all equal, still give a grid to draw on."""
    grid = fit_grid([np.array([[50.0, 60.0]])])
    assert grid.birth_range == (49.5, 50.5)
    assert grid.persistence_range == (0, 10)


def test_nothing_to_fit_is_an_error():
    """A grid cannot be fitted to chips without persistence pairs."""
    with pytest.raises(ValueError, match="no pair"):
        fit_grid([np.empty((0, 2)), np.array([[5.0, 5.0]])])


def test_share_outside_by_hand():
    """Of persistences 10 and 30 the longer is outside: three quarters of the weight."""
    pairs = np.array([[0.0, 10.0], [100.0, 130.0]])
    assert outside_share(pairs, (0, 50), (0, 50)) == pytest.approx(0.75)
    assert outside_share(pairs, (0, 100), (0, 20)) == pytest.approx(0.75)
    assert outside_share(np.empty((0, 2)), (0, 1), (0, 1)) == 0


def test_a_grid_of_fractions_keeps_their_scale():
    """On 0 to 1 equal births get a grid of 1/256 of the span, not one of a whole grey level."""
    grey = fit_grid([np.array([[50.0, 60.0], [50.0, 70.0]])])
    assert grey.birth_range == (49.5, 50.5)
    grid = fit_grid([np.array([[0.25, 0.5], [0.25, 0.75]])])
    assert grid.birth_range == (0.25 - 0.5 / 512, 0.25 + 0.5 / 512)
    spread = fit_grid([np.array([[0.125, 0.5], [0.25, 0.75]])], tail=0.0)
    assert spread.birth_range == (0.125, 0.25)


@given(st.integers(0, 1000), st.sampled_from([1 / 255, 257.0, 100.0]))
def test_a_grid_used_on_another_scale_is_counted(seed, scale):
    """Pairs of another scale than the grid's are counted, and carry the weight that is said."""
    pairs = diagram(seed)
    grid = fit_grid([pairs])
    ranges = grid.birth_range, grid.persistence_range
    outside = [count_outside(pairs, *ranges), count_outside(scale * pairs, *ranges)]
    assert outside[0] <= 0.1 * len(pairs)
    assert outside[1] == len(pairs)
    assert outside_share(scale * pairs, *ranges) == pytest.approx(1)


MASKED = np.ma.masked_greater(np.array([[5.0, 6.0], [5.0, 200.0]]), 100)
BAD_PAIRS = [
    ([[5.0, np.nan]], "finite"),
    ([[5.0, np.inf]], "finite"),
    ([[9.0, 5.0]], "die below"),
    ([5.0, 6.0], "shape"),
    ([[5.0, 5.0, 6.0], [6.0, 7.0, 8.0]], "shape"),
    (MASKED, "1 of 4 elements are masked"),
]


@pytest.mark.parametrize(("pairs", "message"), BAD_PAIRS)
@pytest.mark.parametrize(
    "function",
    [
        lambda pairs: fit_grid([pairs]),
        lambda pairs: outside_share(pairs, (0, 1), (0, 1)),
        lambda pairs: count_outside(pairs, (0, 1), (0, 1)),
        PersistenceImager(4, (0, 9), (0, 9), 1.0).transform,
    ],
)
def test_what_is_no_diagram_is_refused(function, pairs, message):
    """Exchanged axes, exchanged columns, masks and infinite deaths give an error, no weight."""
    with pytest.raises(ValueError, match=message):
        function(pairs)


@pytest.mark.parametrize("tail", [-0.1, 0.5, 0.6, np.nan])
def test_tails_that_leave_nothing_are_refused(tail):
    """Half of the weight from each end leaves none: both ends of the ranges would be exchanged."""
    with pytest.raises(ValueError, match="tail must be from 0"):
        fit_grid([np.array([[0.0, 1.0], [1.0, 3.0], [5.0, 6.0]])], tail)
