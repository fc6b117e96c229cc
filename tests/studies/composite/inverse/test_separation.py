"""Separation of morphologies by components: 1 where they belong together, 0 where they do not."""

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.composite.inverse.separation import (
    over_runs,
    real_fractions,
    resembled,
    separation,
)


def test_full_and_no_separation_are_one_and_zero(separated):
    """By every measure, over the targets that both morphologies reach."""
    (row,) = separation(*separated()).to_dict("records")
    assert (row["accuracy"], row["assigned"], row["forms"], row["targets"]) == (1, 1, 1, 2)
    assert row["fractions"] == pytest.approx(1)
    (row,) = separation(*separated(separate=False)).to_dict("records")
    assert (row["accuracy"], row["assigned"]) == (0.5, 0)
    assert (row["fractions"], row["forms"]) == (0, 0)


def test_the_order_of_components_has_no_meaning(separated):
    """A component stands for the morphology of which it has the larger share."""
    assignments, forms = separated()
    assignments["component"] = 1 - assignments["component"]
    assert separation(assignments, forms)["assigned"].tolist() == [1]


def test_runs_give_an_interval(separated):
    """Over equal runs it has no width; one run has none."""
    several = over_runs(separation(*separated(runs=3)))
    assert several["runs"].tolist() == [3] * 3
    np.testing.assert_allclose(several[["mean", "low", "high"]], 1)
    assert np.isinf(over_runs(separation(*separated()))["low"]).all()


def test_real_fractions_are_those_of_the_nearest_structures():
    """Fractions that are linear in C11 come back; beyond a morphology's range there is none."""
    values = np.linspace(10, 50, 81)
    training = pd.DataFrame(
        {
            "morphology": ["a"] * 81 + ["b"] * 41,
            "c11_gpa": [*values, *values[:41]],
            "volume_fraction": [*(values / 100), *(values[:41] / 50)],
        }
    )
    found = real_fractions(training, np.array([20.0, 40.0]))
    np.testing.assert_allclose(found, [[0.2, 0.4], [0.4, np.nan]])


def test_a_structure_resembles_the_morphology_of_its_curves():
    """The nearest mean curve decides."""
    training = np.stack([np.full((3, 4), 0.1), np.full((3, 4), 0.9)])
    curves = np.stack([np.full((3, 4), 0.4), np.full((3, 4), 0.6)])
    assert resembled(curves, training, np.array(["b", "a"])).tolist() == ["b", "a"]
