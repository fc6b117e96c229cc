"""Distances by the units that count, and features that are computed once."""

import numpy as np
import pytest

from pspflow.evaluation.measures import KernelMeasure, MeanMeasure, mean_absolute
from pspflow.evaluation.resampling import Sample, resamples
from pspflow.studies.steel.generation import distances as far


@pytest.mark.parametrize("measure", [MeanMeasure(mean_absolute, "1"), KernelMeasure()])
def test_units_of_neither_sample_change_nothing(measure):
    """Their draws are left out, and every resample has the value that it has with them."""
    rng = np.random.default_rng(0)
    a = Sample(rng.normal(size=(9, 3)), np.repeat([7, 2, 4], 3))
    b = Sample(rng.normal(size=(6, 3)), np.repeat([2, 9], 3))
    draws = resamples(np.repeat([0, 1], 5), 20, rng)
    draws[:, [2, 9]] += 1
    expected = measure.compare(a, b, draws)
    np.testing.assert_allclose(far.compared(measure, a, b, draws), expected, rtol=1e-9)


def test_features_are_computed_once(monkeypatch):
    """Of the same array; of another one anew."""
    seen = []
    monkeypatch.setattr(far, "texture_features", lambda chips: seen.append(chips) or chips.sum())
    textures, chips = far.Remembered(), np.ones((1, 2, 2))
    assert textures(chips) == textures(chips) == 4
    assert textures(2 * chips) == 8
    assert len(seen) == 2
