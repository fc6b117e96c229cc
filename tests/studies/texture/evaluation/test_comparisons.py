"""Arms at equal observations: differences that are known, start by start."""

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.texture.evaluation.comparisons import along, at_stop, measures, value_at


def curves(**arms):
    """Make curves of two starts: errors FACTOR / n, likelihoods log(n) + FACTOR."""
    rows = []
    for arm, (factor, steps) in arms.items():
        for start in range(2):
            at = np.array(steps, float)
            error = factor * 300 / at * (1 + start)
            values = {
                "observations": at,
                **dict.fromkeys(("own_error_mean", "own_error_95"), error),
                "judged_error_mean": np.nan,
                "judged_error_95": np.nan,
                "test_per_dimension": np.log(at) + factor,
            }
            rows.append(pd.DataFrame({"arm": arm, "start": start, **values}))
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize("compared", [at_stop, along])
def test_known_differences_are_found(compared):
    """Errors as logarithms of their ratio, on steps that are not the same."""
    table = curves(active=(1, (10, 20, 40)), random=(3, (10, 25, 50, 100)))
    found = compared(table, "active", "random")
    assert (
        list(found) == measures(table) == ["own_error_mean", "own_error_95", "test_per_dimension"]
    )
    for name in found:
        assert found[name].runs == 2
        wanted = -2 if name == "test_per_dimension" else -np.log(3)
        assert found[name].mean == pytest.approx(wanted)
        assert found[name].high - found[name].low == pytest.approx(0, abs=1e-9)


def test_beyond_a_curve_nothing_is_known():
    """A loop that ended earlier than the stop is not compared there."""
    table = curves(active=(1, (10, 20, 40)), random=(3, (10, 20)))
    assert not at_stop(table, "active", "random")
    assert np.isnan(value_at(table.iloc[:3], "own_error_mean", 41))


def test_arms_without_a_common_start_are_not_compared():
    """Nothing can be said of an arm that is not there."""
    assert not along(curves(active=(1, (10, 20))), "active_warm", "active")


def test_errors_that_are_none_are_passed_over():
    """A training whose draws have no parameters has no error: its neighbours are read."""
    rows = curves(active=(1, (10, 20, 40))).iloc[:3].copy()
    rows.loc[1, "own_error_mean"] = np.nan
    assert value_at(rows, "own_error_mean", 20) == pytest.approx(np.log(15))
