"""What active learning saves, on curves whose factor is known."""

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.texture.evaluation.curves import JUDGED, OWN
from pspflow.studies.texture.evaluation.efficiency import (
    AT_STOP,
    AT_THRESHOLD,
    MEAN,
    MOST,
    Curve,
    efficiency,
    mean_curve,
    needed,
    stop_of,
)

STEPS = {"active": (20, 30, 40, 60, 100), "random": (20, 40, 80, 160, 320, 640)}


def curves(factor, starts=3, scatter=0.0, own=True, **steps):
    """Make power laws of which active needs `factor` times fewer observations."""
    rng = np.random.default_rng(0)
    rows = []
    for arm, counts in (STEPS | steps).items():
        for start in range(starts):
            at = np.array(counts, float) * (1 if arm == "random" else factor)
            error = 300 / at * np.exp(scatter * rng.standard_normal(len(at)))
            rows.append(
                pd.DataFrame(
                    {
                        "arm": arm,
                        "start": start,
                        "observations": counts,
                        "own_error_mean": error,
                        "own_error_95": 2 * error,
                        "judged_error_mean": np.nan if own else error,
                        "judged_error_95": np.nan if own else 2 * error,
                    }
                )
            )
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize("factor", [1, 2.5, 5])
def test_the_factor_of_power_laws_is_found(factor):
    """At the stop and at every error on the way, with an interval of no width."""
    found = efficiency(curves(factor), 100, np.random.default_rng(0))
    assert set(found["judge"]) == {OWN}
    assert list(found["at"].unique()) == [AT_STOP, AT_THRESHOLD]
    for name in ("factor", "factor_low", "factor_high"):
        np.testing.assert_allclose(found[name], factor, rtol=1e-6)
    stop = found[found["at"] == AT_STOP].iloc[0]
    assert stop["observations"] == pytest.approx(100)
    assert stop["random_observations"] == pytest.approx(100 * factor)
    assert stop["error_percent"] == pytest.approx(3 / factor)
    most = found[(found["at"] == AT_STOP) & (found["measure"] == MOST)].iloc[0]
    assert most["error_percent"] == pytest.approx(6 / factor)


def test_scatter_widens_the_interval_around_the_factor():
    """The truth lies in it, and a single start has none."""
    many = efficiency(curves(2, 5, scatter=0.1), 200, np.random.default_rng(0)).iloc[0]
    assert 1 < many["factor_low"] < 2 < many["factor_high"] < 4
    alone = efficiency(curves(2, 1, scatter=0.1), 200, np.random.default_rng(0)).iloc[0]
    assert np.isnan(alone["factor_low"])
    assert np.isfinite(alone["factor"])


def test_what_random_does_not_reach_is_infinite():
    """So are the ends of its interval, and what it does reach is not."""
    found = efficiency(curves(20), 100, np.random.default_rng(0))
    found = found[found["measure"] == MEAN]
    stop, ways = found.iloc[0], found[found["at"] == AT_THRESHOLD]
    assert np.isinf([stop["random_observations"], stop["factor"], stop["factor_high"]]).all()
    assert stop["most_random"] == 640
    assert np.isfinite(ways["factor"].iloc[0])
    assert np.isinf(ways["factor"].iloc[-1])


def test_every_active_arm_and_judge_is_compared():
    """Variants too; with a judge, errors are judged twice."""
    found = efficiency(
        curves(2, own=False, active_warm=(20, 50, 100)), 100, np.random.default_rng(0)
    )
    pairs = set(zip(found["arm"], found["judge"], strict=True))
    assert pairs == {(arm, judge) for arm in ("active", "active_warm") for judge in (JUDGED, OWN)}


def test_a_curve_is_read_where_it_falls():
    """A bump does not count as progress; ends are the first number, and infinity."""
    curve = Curve(np.array([10.0, 20, 40, 80]), np.array([8.0, 2, 4, 1]))
    assert needed(curve, 9) == pytest.approx(10)
    # 2 and 4 become their geometric mean
    assert needed(curve, np.sqrt(8)) == pytest.approx(20)
    assert 40 < needed(curve, 2) < 80
    assert needed(curve, 1) == pytest.approx(80)
    assert needed(curve, 0.9) == np.inf


def test_starts_are_averaged_where_all_are_known():
    """Loops that stop at different numbers have a common part; the stop is their mean."""
    first = Curve(np.array([10.0, 100]), np.array([10.0, 1]))
    second = Curve(np.array([10.0, 1000]), np.array([40.0, 0.4]))
    both = mean_curve([first, second])
    np.testing.assert_allclose(both.observations, [10, 100])
    np.testing.assert_allclose(both.errors, [20, 2])
    stop = stop_of([first, second])
    assert stop.observations == pytest.approx(np.sqrt(100 * 1000))
    assert stop.error == pytest.approx(np.sqrt(0.4))
