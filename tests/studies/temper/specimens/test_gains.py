"""Gains over the untransferred source: known ones, and what other trainings add to chance."""

import numpy as np
import pandas as pd
import pytest

from pspflow.evaluation.calibration import holm
from pspflow.studies.temper.specimens.gains import gains
from pspflow.studies.temper.specimens.rulers import REAL, SOURCE

SPECIMENS = 24
TRUE = np.geomspace(0.1, 2, SPECIMENS)


def noisy(seed, noise):
    """Read the truth with an error."""
    return TRUE * np.random.default_rng(seed).lognormal(0, noise, SPECIMENS)


def judged(read, specimens=SPECIMENS):
    """Judge readings by flow, of one direction and two quantities."""
    rows = [
        {"target": "t5", "source": "raw", "quantity": quantity, "flow": flow}
        | {"specimen": f"s{i}", "read": values[i], "true": TRUE[i]}
        for quantity in ("size", "count")
        for flow, values in read.items()
        for i in range(specimens)
    ]
    return gains(pd.DataFrame(rows), 300, np.random.default_rng(0)).set_index(["kind", "quantity"])


def test_gains_are_means_over_trainings_less_the_source():
    """Rulers are no kinds; probabilities are adjusted for directions and quantities."""
    read = {SOURCE: noisy(0, 2.0), REAL: TRUE}
    read |= {"good/seed0": TRUE, "good/seed1": TRUE, "idle/seed0": noisy(0, 2.0)}
    table = judged(read)
    assert set(table.index) == {(k, q) for k in ("good", "idle") for q in ("size", "count")}
    good, idle = table.loc[("good", "size")], table.loc[("idle", "size")]
    assert good["rho"] == pytest.approx(1)
    assert good["trainings"] == 2
    assert good["p_adjusted"] < 0.05
    assert good["low"] > 0
    assert (idle["gain"], idle["p_value"]) == (0, 1)
    for _, rows in table.groupby("kind"):
        np.testing.assert_allclose(rows["p_adjusted"], holm(rows["p_value"].to_numpy()))


def test_trainings_that_disagree_are_not_sure():
    """One that reads all and one that reads nothing: the mean gain is no gain of others."""
    read = {SOURCE: noisy(0, 2.0), "good/seed0": TRUE, "good/seed1": noisy(3, 5.0)}
    row = judged(read).loc[("good", "size")]
    assert row["low"] < 0 < row["high"]


def test_few_specimens_have_no_interval():
    """Below 12 the gain stands alone."""
    row = judged({SOURCE: noisy(0, 2.0), "good/seed0": TRUE}, specimens=11).loc[("good", "size")]
    assert np.isfinite(row["gain"])
    assert row[["low", "high", "p_value", "p_adjusted"]].isna().all()
