"""Density and coverage as distances: those of the plain functions, weighted as resamples are."""

import numpy as np
import pytest

from pspflow.evaluation.coverage import NEIGHBOURS, coverage, density, inside_balls
from pspflow.evaluation.coverage_measures import DensityGap, Uncovered
from pspflow.evaluation.resampling import Sample, resamples

SPECIMENS = 8
DRAWS = resamples(np.zeros(SPECIMENS, int), 60, np.random.default_rng(1))


def sample(seed, shift=0.0, spread=1.0, each=12):
    """Draw normal features of equally many chips of every specimen."""
    codes = np.repeat(np.arange(SPECIMENS), each)
    features = np.random.default_rng(seed).normal(shift, spread, (len(codes), 3))
    return Sample(features, codes)


REAL, MADE = sample(0), sample(2, shift=0.4)


def test_the_first_row_is_that_of_the_plain_functions():
    """All specimens once: 1 less coverage, and the difference of the density from 1."""
    inside = inside_balls(REAL.features, MADE.features)
    found = Uncovered().compare(MADE, REAL, DRAWS)[0]
    assert found == pytest.approx(1 - coverage(inside)[0])
    gap = DensityGap().compare(MADE, REAL, DRAWS)[0]
    assert gap == pytest.approx(abs(density(inside)[0] - 1), rel=1e-5)


@pytest.mark.parametrize("row", [1, 17, 60])
def test_resamples_repeat_and_leave_out_chips_of_both_sides(row):
    """Balls stay those of all real chips; which of them count, and what lies there, is drawn."""
    inside = inside_balls(REAL.features, MADE.features)
    real, made = (np.repeat(np.arange(96), DRAWS[row][each.specimens]) for each in (REAL, MADE))
    drawn = inside[np.ix_(real, made)]
    found = Uncovered().compare(MADE, REAL, DRAWS)[row]
    assert found == pytest.approx(1 - drawn.any(axis=1).mean())
    expected = abs(drawn.sum() / drawn.size * len(inside) / NEIGHBOURS - 1)
    gap = DensityGap().compare(MADE, REAL, DRAWS)[row]
    assert gap == pytest.approx(expected, rel=1e-5)


def test_one_kind_of_chip_leaves_real_ones_uncovered():
    """Chips like the mean chip have no distance of means, but cover few real ones."""
    middle = Sample(np.tile(REAL.features.mean(axis=0), (96, 1)), REAL.specimens)
    again = sample(5)
    for measure in (Uncovered(), DensityGap()):
        collapsed = measure.compare(middle, REAL, DRAWS)[0]
        assert collapsed > 2 * measure.compare(again, REAL, DRAWS)[0]


def test_chips_elsewhere_cover_nothing():
    """All real chips are uncovered, and the density is 0."""
    far = sample(3, shift=50.0)
    assert Uncovered().compare(far, REAL, DRAWS)[0] == 1
    assert DensityGap().compare(far, REAL, DRAWS)[0] == 1


def test_too_few_real_chips_have_no_balls():
    """Five have no five neighbours: nothing is measured, and nothing fails."""
    few = Sample(REAL.features[:5], REAL.specimens[:5])
    for measure in (Uncovered(), DensityGap()):
        assert np.isnan(measure.compare(MADE, few, DRAWS)).all()
