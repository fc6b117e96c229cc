"""Readings against the truth: known orders, slopes and gains, and intervals over specimens."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from pspflow.studies.temper.specimens.agreement import LIMITS, MEASURES, agreement
from pspflow.studies.temper.specimens.rulers import SOURCE

COUNT = 20


def readings(flows, specimens=COUNT, true=None):
    """Lay what flows read of specimens, by their name, beside the truth."""
    true = np.geomspace(0.1, 2, specimens) if true is None else true
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "target": "t5",
                    "source": "raw",
                    "quantity": "size",
                    "flow": flow,
                    "specimen": [f"s{i}" for i in range(specimens)],
                    "read": read(true),
                    "true": true,
                }
            )
            for flow, read in flows.items()
        ],
        ignore_index=True,
    )


def judged(flows, **more):
    """Judge readings; index by flow."""
    table = agreement(readings(flows, **more), 200, np.random.default_rng(0))
    return table.set_index("flow")


def test_a_power_of_the_truth_agrees_in_order_and_has_its_exponent_as_slope():
    """Whatever its unit; the opposite order has -1."""
    found = judged({"half": lambda t: 7 * t**0.5, "inverse": lambda t: 1 / t})
    assert found.loc["half", ["rho", "slope"]].tolist() == pytest.approx([1, 0.5])
    assert found.loc["inverse", ["rho", "slope"]].tolist() == pytest.approx([-1, -1])
    assert found["specimens"].eq(COUNT).all()


def test_rank_correlation_is_that_of_scipy():
    """With ties in what was read."""
    noisy = np.random.default_rng(1).integers(1, 5, COUNT).astype(float)
    found = judged({"noisy": lambda t: noisy * t**0.1})
    true = np.geomspace(0.1, 2, COUNT)
    expected = spearmanr(noisy * true**0.1, true).statistic
    assert found.loc["noisy", "rho"] == pytest.approx(expected)
    assert found.loc["noisy", "rho_low"] < expected < found.loc["noisy", "rho_high"]


def test_gain_is_over_the_source_on_the_same_resamples():
    """A flow that reads as the source does gains nothing, with no width; the source has no gain."""
    noisy = np.random.default_rng(2).lognormal(0, 1, COUNT)

    def source(true):
        return true * noisy

    found = judged({SOURCE: source, "same": source, "better": lambda t: t})
    assert found.loc["same", ["gain", "gain_low", "gain_high"]].tolist() == [0, 0, 0]
    assert found.loc["better", "gain"] == pytest.approx(1 - found.loc[SOURCE, "rho"])
    assert found.loc["better", "gain_low"] > 0
    assert found.loc[SOURCE, ["gain", "gain_low", "gain_high"]].isna().all()


def test_few_specimens_have_no_interval_and_fewer_nothing():
    """Below 12 the value stands alone; below 3 there is none."""
    found = judged({"one": lambda t: t}, specimens=11)
    assert found.loc["one", "rho"] == pytest.approx(1)
    assert found[list(LIMITS)].isna().all(axis=None)
    fewer = judged({SOURCE: lambda t: t, "one": lambda t: t}, specimens=2)
    assert fewer[list(MEASURES)].isna().all(axis=None)
    assert fewer["specimens"].eq(2).all()


def test_what_is_constant_has_no_correlation():
    """A flow that makes every specimen alike: NaN, and no warning."""
    found = judged({SOURCE: lambda t: t, "constant": np.ones_like})
    assert np.isnan(found.loc["constant", "rho"])
    assert found.loc["constant", "slope"] == pytest.approx(0)
