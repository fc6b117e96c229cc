"""Sliced Wasserstein distances of diagrams, compared with persim, and of sets of diagrams."""

import numpy as np
import persim
import pytest

from pspflow.evaluation.diagrams import projected_diagrams, sliced_wasserstein
from pspflow.evaluation.measures import MeanMeasure
from pspflow.evaluation.resampling import Sample


def diagram(seed, pairs=60):
    """Make a diagram of whole grey levels, as of 8-bit images."""
    rng = np.random.default_rng(seed)
    return np.sort(rng.integers(0, 256, (pairs, 2)), axis=1).astype(np.float64)


def distances(firsts, seconds, directions=16, bin_width=0.5):
    """Return the distances of diagrams two by two."""
    rows = [projected_diagrams(each, directions, bin_width) for each in (firsts, seconds)]
    return sliced_wasserstein(directions, bin_width)(*rows)


@pytest.mark.parametrize("directions", [7, 16])
@pytest.mark.parametrize("pairs", [5, 60])
def test_equals_persim(directions, pairs):
    """Distances of pairs of diagrams equal persim's, within 0.5 % and a third of a bin."""
    firsts = [diagram(seed, pairs) for seed in range(5)]
    seconds = [diagram(seed, pairs + 3) for seed in range(10, 15)]
    expected = [
        persim.sliced_wasserstein(a, b, M=directions) for a, b in zip(firsts, seconds, strict=True)
    ]
    np.testing.assert_allclose(
        distances(firsts, seconds, directions), expected, rtol=0.005, atol=0.5 / 3
    )


def test_finer_bins_come_closer():
    """The difference from persim is due to the width of the bins."""
    a, b = diagram(0, 10), diagram(1, 10)
    expected = persim.sliced_wasserstein(a, b, M=16)
    coarse, fine = (abs(distances([a], [b], 16, width)[0] - expected) for width in (8.0, 0.05))
    assert fine < 1e-3 * expected
    assert fine < coarse


def test_one_point():
    """The distance of one pair from none is its way to the diagonal, averaged over directions."""
    theta = np.pi * (np.arange(16) / 16 - 0.5)
    expected = np.mean(
        np.abs(40 * np.cos(theta) + 90 * np.sin(theta) - 65 * (np.cos(theta) + np.sin(theta)))
    )
    actual = distances([np.array([[40.0, 90.0]])], [np.empty((0, 2))])
    np.testing.assert_allclose(actual, [expected], rtol=1e-3)


def test_rows_hold_no_mass():
    """Points and their nearest diagonal points cancel; pairs on the diagonal leave nothing."""
    rows = projected_diagrams([diagram(0), np.array([[9.0, 9.0], [255.0, 255.0]]), diagram(1)[:0]])
    np.testing.assert_allclose(rows.sum(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(rows[1:], 0, atol=1e-9)


def test_diagrams_are_independent():
    """A diagram's row depends neither on other diagrams nor on the order of its pairs."""
    several = [diagram(0), diagram(1, 3), np.empty((0, 2)), diagram(2)]
    rows = projected_diagrams(several)
    for each, row in zip(several, rows, strict=True):
        np.testing.assert_allclose(projected_diagrams([each[::-1]])[0], row, atol=1e-12)
    assert projected_diagrams([]).shape == (0, rows.shape[1])


def test_corners_of_the_grey_levels():
    """The extreme grey levels, on either side of the diagonal, lie within the bins."""
    corners = np.array([[0.0, 0.0], [0.0, 255.0], [255.0, 255.0], [255.0, 0.0]])
    for directions in (1, 4, 16, 37):
        for bin_width in (0.1, 0.5, 1.0, 255 * np.sqrt(2)):
            rows = projected_diagrams([corners[[at]] for at in range(4)], directions, bin_width)
            np.testing.assert_allclose(rows.sum(axis=1), 0, atol=1e-9)
    expected = persim.sliced_wasserstein(corners[[1]], np.empty((0, 2)), M=16)
    np.testing.assert_allclose(distances([corners[[1]]], [corners[:0]]), [expected], rtol=1e-3)


def test_sets_are_compared_by_their_mean_diagrams():
    """Sets of copies have the distance of the diagrams; sets of the same diagrams have 0."""
    a, b = diagram(0), diagram(1)
    measure = MeanMeasure(sliced_wasserstein(), "grey level")
    weights = np.ones((1, 1), int)

    def compare(*sets):
        return measure.compare(
            *(Sample(projected_diagrams(each), np.zeros(len(each), int)) for each in sets), weights
        )

    np.testing.assert_allclose(compare([a, a], [b, b, b]), distances([a], [b]), rtol=1e-9)
    np.testing.assert_allclose(compare([a, b], [b, a, a, b]), 0, atol=1e-9)
    # the mean of a and nothing is half a: halfway between them
    np.testing.assert_allclose(compare([a, a[:0]], [a]), distances([a], [a[:0]]) / 2, rtol=1e-9)


@pytest.mark.parametrize("bad", [np.inf, np.nan, -1.0, 256.0])
def test_refusals(bad):
    """An essential class that is not closed, or units other than grey levels, are refused."""
    with pytest.raises(ValueError, match="finite and within"):
        projected_diagrams([diagram(0), np.array([[3.0, bad]])])
