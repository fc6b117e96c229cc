"""Moments of resampled chips, against numpy."""

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.steel.generation.moments import (
    REAL,
    Measured,
    limits,
    named_conditions,
    resampled,
)
from pspflow.studies.steel.morphology.moments import quantities_of


def measures(values, micrographs):
    """Tabulate chips of which one could not be measured."""
    path = np.arange(1.0, len(values) + 1)
    table = pd.DataFrame({"ferrite_fraction": values, "mean_free_path_um": path})
    table["micrograph"], table["failure"] = micrographs, ""
    table.loc[0, ["ferrite_fraction", "mean_free_path_um"]] = np.nan
    table.loc[0, "failure"] = "one phase"
    return table


def test_chips_without_measures_are_left_out():
    """The mean is of the others, in per cent."""
    table = measures([9, 0.4, 0.6, 0.5], list("aabb"))
    found = resampled(Measured(REAL, table), quantities_of(table), 50, np.random.default_rng(0))
    assert found["ferrite fraction", "mean"][0] == pytest.approx(50)
    assert found["mean free path", "mean"][0] == pytest.approx(3)


def test_intervals_are_of_micrographs():
    """Chips of a micrograph are drawn together: two micrographs have three resamples."""
    table = measures([0, 0.2, 0.2, 0.8, 0.8], list("aaabb"))
    found = resampled(Measured(REAL, table), quantities_of(table), 200, np.random.default_rng(0))
    means = found["ferrite fraction", "mean"].round(9)
    assert set(means) == {20, 50, 80}


def test_a_single_micrograph_has_no_interval():
    """Nor has what is compared with it."""
    one, two = measures([0, 0.2, 0.3], list("aaa")), measures([0, 0.2, 0.3], list("aab"))
    values = np.arange(5.0)
    assert np.isnan(limits(values, two, one[1:])[1:]).all()
    assert np.isfinite(limits(values, two[1:])).all()
    assert np.isnan(limits(values * np.nan, two)).all()


def test_paths_are_in_pixels_where_the_pixel_size_is_unknown():
    """One unit for all sets of a run."""
    table = pd.DataFrame({"mean_free_path_um": [np.nan], "mean_free_path_px": [4.0]})
    _, path = quantities_of(table)
    assert (path.unit, path.of(table).tolist()) == ("px", [4.0])
    assert path.unit_of("variance") == "px²"


def test_conditions_are_named():
    """One by its value, several by name and value."""
    assert named_conditions(["rate"], [6.5]) == "6.5"
    assert named_conditions(["rate", "carbon"], [1, 0.2]) == "rate 1, carbon 0.2"
