"""Errors relative to what is wanted."""

import numpy as np

from pspflow.studies.composite.inverse.errors import relative_errors


def test_errors_of_components_that_are_nearly_zero():
    """They are relative to the wanted value, or to 1 % of the largest component if that is more."""
    wanted = np.array([[50.0, -20.0, 0.0], [0.001, 40.0, 100.0]])
    found = relative_errors(wanted + np.array([5.0, 5.0, 0.1]), wanted)
    np.testing.assert_allclose(found, [[0.1, 0.25, 0.2], [5.0, 0.125, 0.001]])
    np.testing.assert_allclose(relative_errors(np.array([33.0]), np.array([30.0])), [0.1])
