"""Evaluation of localization: accuracy, differences, statistics, times and examples."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.errors import InputError
from pspflow.evaluation.fields import measures, moments, part_moments
from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.mechanics import ConvergenceError
from pspflow.studies.composite.localization import speed as speed_module
from pspflow.studies.composite.localization.accuracy import (
    MEASURES,
    accuracy_of,
    differences_of,
)
from pspflow.studies.composite.localization.stages import evaluate as stage
from pspflow.studies.composite.localization.stages.evaluate import evaluate as evaluate_stage
from pspflow.studies.composite.localization.stages.measure_speed import measure_speed
from pspflow.studies.composite.structures.options import SolutionOptions

EDGE = 9
# both modules use the same trained networks
pytestmark = pytest.mark.xdist_group("localization")


@pytest.fixture
def fields():
    """Return true and predicted fields, (6, 4, 4, 4)."""
    rng = np.random.default_rng(0)
    true = 1 + rng.normal(size=(6, 4, 4, 4))
    return true, 0.3 + 0.8 * true + 0.2 * rng.normal(size=true.shape)


def sums_of(true, predicted):
    phases = (true > true.mean()).astype(np.uint8)
    return np.hstack([moments(true, predicted), part_moments(true, predicted, phases)])


def test_differences_are_paired_over_specimens_and_over_trainings(fields):
    """Models that err alike differ by nothing in any resample; trainings have an interval too."""
    true, predicted = fields
    specimens, draws = np.arange(6), np.ones((3, 6), int)
    draws[1:] = [[6, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 6]]
    one = np.stack([sums_of(true, predicted)])
    same = pd.DataFrame(differences_of(one, one, specimens, draws)).set_index("measure")
    assert list(same.index) == list(MEASURES)
    assert (same[["difference", "low", "high"]] == 0).all(axis=None)
    assert same[["runs_low", "runs_high"]].isna().all(axis=None)
    twice = np.stack([sums_of(true, predicted + off) for off in (0.1, 0.3)])
    row = pd.DataFrame(differences_of(twice, one, specimens, draws)).set_index("measure")
    found = row.loc["r2"]
    by_run = [measures(each[:, :7].sum(axis=0))["r2"] - found["other_value"] for each in twice]
    assert found["difference"] == pytest.approx(np.mean(by_run))
    assert found["difference"] == pytest.approx(found["value"] - found["other_value"])
    half = 12.706 * np.std(by_run, ddof=1) / np.sqrt(2)
    assert found["runs_high"] - found["difference"] == pytest.approx(half, rel=1e-3)


def test_a_resample_counts_a_specimen_with_all_its_structures(fields):
    """The interval resamples specimens: its ends are the measures of drawn specimens."""
    true, predicted = fields
    sums, specimens = sums_of(true, predicted), np.array([0, 0, 1, 1, 2, 2])
    draws = np.array([[1, 1, 1], [3, 0, 0], [3, 0, 0]])
    row = accuracy_of(sums, specimens, draws)
    first = measures(sums[:2, :7].sum(axis=0))
    assert row["structures"] == 6
    for name in ("squared_pearson", "r2", "error_percent"):
        assert row[name] == pytest.approx(float(measures(sums[:, :7].sum(axis=0))[name]))
        assert row[f"{name}_low"] == pytest.approx(float(first[name]))


@pytest.fixture(scope="module")
def evaluated(composite, inputs, options, trained):
    """Evaluate the trained networks; return the paths of what this makes."""
    names = ("accuracy", "differences", "statistics", "examples")
    made = {name: composite / f"evaluated-{name}" for name in names}
    weights = {name: path / "weights.safetensors" for name, path in trained.items()}
    evaluate_stage(weights=weights, options=options, **made, **inputs)
    return made


def test_models_are_measured_on_test_structures(evaluated):
    """Every model and training is measured on the test structures alone, for both fields."""
    accuracy = read_table(evaluated["accuracy"])
    assert accuracy[["field", "model", "run"]].agg(
        lambda row: "/".join(map(str, row)), axis=1
    ).tolist() == [
        *("strain/phase_mean/0", "strain/mks/0", "strain/cpnet3/0", "strain/cpnet3/1"),
        *("strain/fno/0", "stress/phase_mean/0", "stress/mks/0", "stress/fno/0"),
    ]
    assert (accuracy["structures"] == 4).all()
    assert (accuracy["training_structures"] == 12).all()
    for name in MEASURES:
        assert (accuracy[f"{name}_low"] <= accuracy[f"{name}_high"]).all()
    strain = accuracy[accuracy["field"] == "strain"].groupby("model")
    # a convolution knows more than the phase at a voxel
    assert strain["r2"].first()["mks"] > strain["r2"].first()["phase_mean"] > 0
    # these two have the macroscopic strain in every cell
    assert strain["mean_error_percent"].max()[["mks", "fno"]].max() < 1e-3


def test_networks_are_compared_with_the_filter(evaluated):
    """Each with the linear filter, by every measure; trainings are taken together."""
    rows = read_table(evaluated["differences"])
    pairs = rows[["field", "model", "other", "runs"]].drop_duplicates().to_numpy().tolist()
    assert pairs == [
        ["strain", "cpnet3", "mks", 2],
        ["strain", "fno", "mks", 1],
        ["stress", "fno", "mks", 1],
    ]
    for _, each in rows.groupby(["field", "model"]):
        assert tuple(each["measure"]) == MEASURES


def test_statistics_are_means_over_structures(composite, evaluated):
    """Of all structures with fields, beside those that the report prints."""
    rows = read_table(evaluated["statistics"]).set_index("quantity")
    assert (rows["structures"] == 20).all()
    stress = read_values(open_store(composite / "fields.zarr"), "stress_11").reshape(20, -1)
    assert rows.loc["stress mean", "here"] == pytest.approx(stress.mean(), rel=1e-5)
    assert rows.loc["stress deviation", "here"] == pytest.approx(
        stress.std(axis=1).mean(), rel=1e-5
    )
    assert rows.loc["strain mean", "here"] == pytest.approx(1e-3, rel=1e-4)
    assert rows.loc["strain mean", "report"] == pytest.approx(1e-3)


def test_examples_are_test_structures(composite, evaluated):
    """Fields of a few, and voxels of all, with the first training of each network."""
    for field, models in {"strain": 4, "stress": 3}.items():
        store = open_store(evaluated["examples"])[field]
        assert store.attrs["structures"] == ["s20", "s21", "s22"]
        fields = read_values(open_store(composite / "fields.zarr"), f"{field}_11")
        np.testing.assert_array_equal(read_values(store, "true"), fields[16:19])  # of s20 to s22
        assert np.isin(read_values(store, "true_voxel"), fields[16:]).all()
        assert read_values(store, "predicted").shape == (models, 3, EDGE, EDGE, EDGE)


@pytest.mark.parametrize("threads", [1, 2])
def test_all_ways_are_timed_with_the_same_threads(composite, inputs, options, threads):
    """With one thread, and with those of the run where they are more; rows say how many."""
    before, seen = torch.get_num_threads(), []
    solve = speed_module.strain_field

    def noted(*given, **named):
        seen.append(torch.get_num_threads())
        return solve(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speed_module, "strain_field", noted)
        made = {"speed": composite / "speed.parquet", "phases": composite / "phases.parquet"}
        measure_speed(**made, **inputs, options=options, threads=threads)
    torch.set_num_threads(before)
    speed = read_table(made["speed"])
    networks = ["fno", "cpnet7", "cpnet5", "cpnet3", "cpnet1"]
    expected = ["solver", "phase_mean", "mks", *networks]
    expected += ["solver", *networks] if threads > 1 else []
    assert speed["model"].tolist() == expected
    solver = speed[speed["model"] == "solver"]
    assert solver["threads"].tolist() == list(dict.fromkeys(seen)) == sorted({1, threads})
    assert (speed["seconds_per_structure"] > 0).all()
    assert (speed["edge_voxels"] == EDGE).all()
    assert set(speed["device"][1:3]) == {"cpu"}  # what is no network
    assert set(speed["device"][3:8]) == {"cuda" if torch.cuda.is_available() else "cpu"}


def test_the_solver_is_timed_as_the_run_has_it(composite, inputs, options, monkeypatch):
    """It gets the run's element and tolerance; where it finds nothing, a sentence says so."""

    def give_up(*_, element, tolerance, **__):
        assert (element, tolerance) == ("full", 1e-3)
        raise ConvergenceError(2000, 0.5, tolerance)

    monkeypatch.setattr(speed_module, "strain_field", give_up)
    made = {"speed": composite / "none.parquet", "phases": composite / "phases.parquet"}
    with pytest.raises(InputError, match=r"Structure s04 or .*: no equilibrium .*solver.tolerance"):
        measure_speed(
            **made,
            **inputs,
            options=options,
            solver=SolutionOptions(element="full", tolerance=1e-3),
        )


def test_intervals_resample_specimens_of_the_test_structures(
    inputs, options, tmp_path, monkeypatch
):
    """Structures of one specimen have one code, in the order of the test structures."""
    rows = read_table(inputs["table"])
    paired = rows.assign(specimen=[f"p{(23 - place) // 2}" for place in range(len(rows))])
    write_table(tmp_path / "table", paired, Provenance("test", {}, None, {}))
    seen = []

    def noted(sums, specimens, draws):
        seen.append((len(sums), specimens.tolist(), draws.shape))
        raise InterruptedError

    monkeypatch.setattr(stage, "accuracy_of", noted)
    made = {name: tmp_path / name for name in ("accuracy", "differences", "statistics", "examples")}
    with pytest.raises(InterruptedError):
        evaluate_stage(
            weights={},
            options=options,
            **made,
            **{**inputs, "table": tmp_path / "table"},
        )
    assert seen == [(4, [0, 0, 1, 1], (51, 2))]
