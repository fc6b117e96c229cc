"""Targets by a rule, and what is drawn for them."""

import numpy as np

from pspflow.mechanics.texture import texture_index
from pspflow.studies.texture.evaluation.posteriors import Posteriors, choose


def test_targets_follow_from_index_and_error():
    """Least index; of the sharp quarter, the least and the largest error."""
    coefficients = np.zeros((12, 36))
    coefficients[:, 0] = np.arange(12)[::-1] * 0.1
    errors = np.arange(12.0)
    errors[0] = 9
    index = texture_index(coefficients)
    assert index.argmin() == 11
    # the three sharpest are 0, 1, 2, of errors 9, 1, 2
    np.testing.assert_array_equal(choose(coefficients, errors), [11, 1, 0])
    errors[0] = np.nan
    np.testing.assert_array_equal(choose(coefficients, errors), [11, 1, 2])


def test_the_most_probable_is_of_the_largest_density():
    """Of each target on its own."""
    samples = np.arange(2 * 3 * 4 * 36, dtype=np.float32).reshape(2, 3, 4, 36)
    densities = np.zeros((2, 3, 4), np.float32)
    densities[1, [0, 1, 2], [3, 0, 2]] = 1
    found = Posteriors(["a", "b"], [], [], np.zeros((3, 36)), samples, densities)
    best = found.most_probable("b")
    np.testing.assert_array_equal(best, samples[1, [0, 1, 2], [3, 0, 2]])
