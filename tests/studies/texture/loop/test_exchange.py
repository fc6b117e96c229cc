"""Loops whose ground truth is a table: they wait, go on, and go back where a value has changed."""

import logging

import numpy as np
import pandas as pd
import pytest

from pspflow.io.tables import read_table
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.studies.texture.loop.files import FILES
from pspflow.studies.texture.plasticity.exchange import AwaitingMeasurements
from pspflow.studies.texture.plasticity.options import PlasticityOptions

from .conftest import OPTIONS


@pytest.fixture
def laboratory(data, tmp_path):
    """Return a laboratory that measures what is wanted, and the options that name its folder."""
    folder = tmp_path / "exchange"
    known = read_table(data / "pool-parameters.parquet").set_index("name")

    def measure(change=""):
        path = folder / "measured.csv"
        before = pd.read_csv(path) if path.exists() else pd.DataFrame()
        if change:
            row = before["name"] == change
            assert row.any()
            other = known.iloc[0][list(PARAMETER_NAMES)].to_numpy(float)
            before.loc[row, list(PARAMETER_NAMES)] = other
        wanted = pd.read_csv(folder / "wanted.csv")["name"]
        wanted = wanted[~wanted.isin(before["name"])] if len(before) else wanted
        rows = known.loc[wanted, list(PARAMETER_NAMES)].reset_index()
        pd.concat([before, rows]).to_csv(path, index=False)

    truth = PlasticityOptions.model_validate({"source": "table", "table": {"folder": folder}})
    return measure, truth


def calls(looped, made, laboratory, arm="active_batch", most=20):
    """Run a loop until it ends, measuring what it waits for; return how often it waited."""
    measure, truth = laboratory
    for waited in range(most):
        try:
            looped(made, arm, truth=truth)
        except AwaitingMeasurements:
            measure()
        else:
            return waited
    raise AssertionError("the loop does not end")


def test_a_loop_goes_on_when_more_is_measured(looped, laboratory, tmp_path):
    """It asks for the textures of an iteration together, and ends as with answers at once."""
    waited = calls(looped, tmp_path / "made", laboratory)
    iterations = read_table(tmp_path / "made" / FILES["history"])
    assert waited == len(iterations)
    whole = looped(tmp_path / "whole", "active_batch")
    expected = read_table(whole / FILES["history"])
    numbers = [name for name in expected if name != "stopped"]
    np.testing.assert_allclose(iterations[numbers], expected[numbers], rtol=1e-6)
    seen = [read_table(folder / FILES["observed"]) for folder in (tmp_path / "made", whole)]
    assert seen[0]["texture"].tolist() == seen[1]["texture"].tolist()


def test_it_goes_back_to_before_a_value_that_has_changed(looped, laboratory, tmp_path, caplog):
    """A warning says so; the loop ends as if the last value had been there from the start."""
    measure, truth = laboratory
    for _ in range(3):
        with pytest.raises(AwaitingMeasurements):
            looped(tmp_path / "made", "active_batch", truth=truth)
        measure()
    known = pd.read_csv(truth.table.folder / "measured.csv")["name"]
    third = known[OPTIONS.first + 1]
    measure(change=third)
    with caplog.at_level(logging.WARNING):
        calls(looped, tmp_path / "made", laboratory)
    assert third in caplog.text
    assert "goes back to before it" in caplog.text
    once = looped(tmp_path / "once", "active_batch", truth=truth)
    for name in ("history", "observed"):
        one, two = (read_table(path / FILES[name]) for path in (tmp_path / "made", once))
        pd.testing.assert_frame_equal(one, two, check_exact=True)
