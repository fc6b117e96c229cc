"""Equation 10 of the paper."""

import numpy as np
import pytest

from pspflow.models.texture.stopping import mean_change, stopping_reason


def test_the_mean_of_the_last_changes():
    """Six values have five changes; earlier ones do not count."""
    values = [100.0, 1.0, 2.0, 4.0, 3.0, 3.5, 3.5]
    assert mean_change(values) == pytest.approx((1 + 2 + 1 + 0.5 + 0) / 5)
    assert mean_change(values[:5]) == np.inf
    assert mean_change(values, window=1) == 0


def test_a_settled_likelihood_ends_the_loop():
    """It ends with the first mean change below the tolerance, not before, and says why."""
    settling = np.concatenate([np.linspace(0, 5, 10), 5 + 1e-4 * np.arange(1, 5)])
    assert stopping_reason(settling, 100) is None
    reason = stopping_reason(np.append(settling, 5.0004), 100)
    assert "changed by 8e-05 on average over the last 5 iterations" in reason
    # changes of alternating sign do not cancel
    assert stopping_reason([0.0, 1.0] * 5, 100) is None


def test_the_limit_ends_the_loop():
    """The reason names the limit."""
    assert "limit of 3 iterations" in stopping_reason([1.0, 2.0, 3.0], 3)
    assert stopping_reason([1.0, 2.0], 3) is None
    assert stopping_reason([], 3) is None


def test_bad_likelihoods_are_refused():
    """A flow that did not train is named by its iteration."""
    with pytest.raises(ValueError, match="iteration 1 is nan"):
        stopping_reason([1.0, np.nan], 3)
    with pytest.raises(ValueError, match="window must be at least 1"):
        mean_change([1.0], window=0)
