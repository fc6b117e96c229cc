"""Measures of forward predictions, their summary, and the stage that measures."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.studies.composite.forward.accuracy import errors_of, mape, summary
from pspflow.studies.composite.forward.stages.accuracy import accuracy as accuracy_stage

ORIGIN = Provenance("test", {}, None, {})


def points(count=2000, model="vae_gpr", sd=2.0, seed=0):
    """Make predictions that err by a normal deviate of 2 GPa."""
    rng = np.random.default_rng(seed)
    solved = rng.uniform(10, 90, count)
    return pd.DataFrame(
        {
            "structure": [f"s{i}" for i in range(count)],
            "model": model,
            "c11_gpa": solved + rng.normal(0, 2, count),
            "c11_gpa_sd": sd,
            "c11_gpa_solved": solved,
        }
    )


def measured(folder, paths):
    """Measure what the stored tables predict, and return the table."""
    accuracy_stage(
        predictions={f"c11/{model}/run0": paths[model] for model in ("cnn", "mixture")},
        baselines={"c11/run0": paths["vrh"]},
        stiffness=folder / "stiffness.parquet",
        accuracy=folder / "accuracy.parquet",
    )
    return read_table(folder / "accuracy.parquet")


def test_mape_is_relative_to_the_mean_and_not_to_each_value():
    """One GPa of error on values of 1 and 9 GPa is 20 % of their mean, as the paper counts."""
    solved, predicted = np.array([1.0, 9.0]), np.array([2.0, 8.0])
    assert mape(solved, predicted) == pytest.approx(20)
    part = points(2).assign(c11_gpa_solved=solved, c11_gpa=predicted)
    row = errors_of(part, "c11").iloc[0]
    assert row["mape"] == pytest.approx(20)
    assert row["mean_relative_error"] == pytest.approx(100 * (1 + 1 / 9) / 2)
    assert row["r2"] == pytest.approx(1 - 2 / 32)


def test_mape_of_a_negative_component():
    """The sign of the mean solved value does not change the error."""
    solved, predicted = np.array([-1.0, -9.0]), np.array([-2.0, -8.0])
    assert mape(solved, predicted) == pytest.approx(20)


def test_parts_without_stiffness_have_no_error_in_percent():
    """A structure that does not percolate is left out; alone, it leaves nothing to say."""
    part = points(4).assign(c11_gpa_solved=[40.0, 50.0, 1e-6, 0.0], c11_gpa=[44.0, 45.0, 1.0, 2.0])
    row = errors_of(part, "c11").iloc[0]
    assert row["mean_relative_error"] == pytest.approx(10)
    assert row["mape"] == pytest.approx(100 * 3 / 22.5)
    with_zeros = part.assign(c11_gpa_solved=0.0)
    assert np.isnan(errors_of(with_zeros.iloc[:1], "c11")["mean_relative_error"].iloc[0])


def test_structures_that_are_left_out_are_counted(stored, caplog):
    """The log says how many of how many, and of what."""
    folder, paths = stored
    known = read_table(folder / "stiffness.parquet")
    tests = read_table(paths["cnn"]).query("split == 'test'")["structure"]
    known.loc[known["structure"] == tests.iloc[0], "c11_gpa"] = 1e-6
    write_table(folder / "stiffness.parquet", known, ORIGIN)
    with caplog.at_level("WARNING"):
        table = measured(folder, paths)
    assert f"1 of {len(tests)} test structures have nearly no c11_gpa" in caplog.text
    assert table["mean_relative_error"].max() < 1000


@pytest.mark.parametrize(("sd", "expected"), [(2.0, 0.95), (1.0, 0.673), (np.nan, np.nan)])
def test_coverage_distinguishes_right_deviations_from_wrong_and_none(sd, expected):
    """95 % of the structures if the deviation is right, fewer if it is half of that."""
    row = errors_of(points(sd=sd), "c11").iloc[0]
    assert row["coverage_95"] == pytest.approx(expected, abs=0.02, nan_ok=True)


def test_summary_is_in_the_order_of_the_models_with_the_papers_values(accuracies):
    """Runs are averaged; a model that the paper lacks has no value beside it."""
    table = summary(accuracies(cnn=[3, 5], volume_fraction=[20], vrh=[40, 42]), "c11")
    assert list(table["model"]) == ["vrh", "volume_fraction", "cnn"]
    assert list(table["mape"]) == [41, 20, 4]
    assert list(table["runs"]) == [2, 1, 2]
    np.testing.assert_allclose(table["mape_sd"], [np.sqrt(2), np.nan, np.sqrt(2)])
    np.testing.assert_allclose(table["paper_mape"], [46.66, np.nan, 3.69])
    np.testing.assert_allclose(table["paper_r2"], [np.nan, np.nan, 0.99])


def test_stage_measures_test_structures_by_name(stored):
    """Order and other structures of the stiffness table do not matter."""
    table = measured(*stored).set_index("model")
    assert list(table.index) == ["cnn", "mixture", "vrh"]
    np.testing.assert_allclose(table["mape"], [0, 100 / 13, 200 / 13], atol=1e-9)
    assert table.loc["cnn", "r2"] == 1


def test_stage_measures_every_run_by_itself(stored):
    """The rows of a run are the errors of its own table, of networks and of baselines."""
    folder, paths = stored
    accuracy_stage(
        predictions={"c11/cnn/run0": paths["cnn"], "c11/cnn/run3": paths["mixture"]},
        baselines={"c11/run0": paths["vrh"], "c11/run12": paths["vrh"]},
        stiffness=folder / "stiffness.parquet",
        accuracy=folder / "accuracy.parquet",
    )
    table = read_table(folder / "accuracy.parquet").set_index(["model", "run"])["mape"]
    assert table.to_dict() == {
        ("cnn", 0): 0,
        ("cnn", 3): pytest.approx(100 / 13),
        ("vrh", 0): pytest.approx(200 / 13),
        ("vrh", 12): pytest.approx(200 / 13),
    }


def test_stage_records_each_prediction_by_its_name(stored):
    """The provenance tells which network, target and run each input is of."""
    measured(*stored)
    record = table_provenance(stored[0] / "accuracy.parquet")
    assert record["stage"] == "composite forward accuracy"
    assert set(record["inputs"]) == {
        *("predictions c11/cnn/run0", "predictions c11/mixture/run0"),
        *("baselines c11/run0", "stiffness"),
    }


def test_stage_names_what_is_missing(stored):
    """A structure without stiffness, or no test structure, ends in a sentence with the file."""
    folder, paths = stored
    table = read_table(paths["cnn"])
    write_table(paths["cnn"], table[table["split"] == "train"], ORIGIN)
    with pytest.raises(InputError, match=r"cnn\.parquet: column split has no test"):
        measured(folder, paths)
    write_table(paths["cnn"], table.assign(structure="s9"), ORIGIN)
    with pytest.raises(InputError, match=r"stiffness\.parquet: column structure lacks 's9'"):
        measured(folder, paths)


@pytest.mark.parametrize("name", ["cnn", "c11/cnn", "c12/cnn/run0", "c11/cnn/0", "c11/a/b/run0"])
def test_stage_refuses_names_of_another_form(stored, name):
    """A prediction is named by target, network and run."""
    folder, paths = stored
    with pytest.raises(InputError, match="name it TARGET/NETWORK/runN"):
        accuracy_stage(
            predictions={name: paths["cnn"]},
            baselines={},
            stiffness=folder / "stiffness.parquet",
            accuracy=folder / "accuracy.parquet",
        )
