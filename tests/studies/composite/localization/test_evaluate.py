"""Evaluation of localization: accuracy with intervals over specimens, times and examples."""

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.evaluation.fields import measures, moments
from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.mechanics import ConvergenceError
from pspflow.studies.composite.localization import speed as speed_module
from pspflow.studies.composite.localization.accuracy import accuracy_of
from pspflow.studies.composite.localization.stages import evaluate as stage
from pspflow.studies.composite.localization.stages.evaluate import evaluate as evaluate_stage
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


def test_a_resample_counts_a_specimen_with_all_its_structures(fields):
    """The interval resamples specimens: its ends are the measures of drawn specimens."""
    true, predicted = fields
    sums, specimens = moments(true, predicted), np.array([0, 0, 1, 1, 2, 2])
    draws = np.array([[1, 1, 1], [3, 0, 0], [3, 0, 0]])
    row = accuracy_of(sums, specimens, draws)
    first = measures(sums[:2].sum(axis=0))
    assert row["structures"] == 6
    for name in ("squared_pearson", "r2", "error_percent"):
        assert row[name] == pytest.approx(float(measures(sums.sum(axis=0))[name]))
        assert row[f"{name}_low"] == pytest.approx(float(first[name]))


@pytest.fixture
def evaluated(composite, inputs, options, trained):
    """Return what evaluates the trained networks, and returns the tables that this makes."""

    def make(**given):
        made = {name: composite / f"{name}.parquet" for name in ("accuracy", "speed")}
        evaluate_stage(
            weights={name: path / "weights.safetensors" for name, path in trained.items()},
            phases=composite / "phases.parquet",
            examples=composite / "examples.zarr",
            options=options,
            **made,
            **inputs,
            **given,
        )
        return made

    return make


def test_the_solver_is_timed_as_the_run_has_it(evaluated, monkeypatch):
    """It gets the run's element and tolerance; where it finds nothing, a sentence says so."""

    def give_up(*_, element, tolerance, **__):
        assert (element, tolerance) == ("full", 1e-3)
        raise ConvergenceError(2000, 0.5, tolerance)

    monkeypatch.setattr(speed_module, "strain_field", give_up)
    with pytest.raises(InputError, match=r"Structure s04 or .*: no equilibrium .*solver.tolerance"):
        evaluated(solver=SolutionOptions(element="full", tolerance=1e-3))


def test_models_are_measured_on_test_structures_and_timed(composite, evaluated):
    """Every model is measured on the test structures alone, timed, and kept as examples."""
    made = evaluated()
    accuracy = read_table(made["accuracy"]).set_index("model")
    assert list(accuracy.index) == ["phase_mean", "mks", "cpnet3", "fno"]
    assert (accuracy["structures"] == 4).all()
    for name in ("squared_pearson", "r2", "error_percent"):
        assert (accuracy[f"{name}_low"] <= accuracy[f"{name}_high"]).all()
    # a convolution knows more than the phase at a voxel
    assert accuracy.loc["mks", "r2"] > accuracy.loc["phase_mean", "r2"] > 0

    speed = read_table(made["speed"])
    assert speed["model"].tolist() == [
        *("solver", "phase_mean", "mks", "fno", "cpnet7", "cpnet5", "cpnet3", "cpnet1")
    ]
    assert (speed["seconds_per_structure"] > 0).all()
    assert (speed["device"][:3] == "cpu").all()  # what is no network
    assert set(speed["device"][3:]) == {"cuda" if torch.cuda.is_available() else "cpu"}
    assert speed.set_index("model")["parameters"]["cpnet3"] == accuracy["parameters"]["cpnet3"]

    store = open_store(composite / "examples.zarr")
    assert store.attrs["structures"] == ["s20", "s21", "s22"]
    strains = read_values(open_store(composite / "strain.zarr"), "strain_11")
    np.testing.assert_array_equal(read_values(store, "true"), strains[16:19])  # of s20 to s22
    assert np.isin(read_values(store, "true_voxel"), strains[16:]).all()
    assert read_values(store, "predicted").shape == (4, 3, EDGE, EDGE, EDGE)


def test_intervals_resample_specimens_of_the_test_structures(
    composite, inputs, options, tmp_path, monkeypatch
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
    made = {name: tmp_path / name for name in ("accuracy", "examples", "speed")}
    with pytest.raises(InterruptedError):
        evaluate_stage(
            weights={},
            phases=composite / "phases.parquet",
            options=options,
            **made,
            **{**inputs, "table": tmp_path / "table"},
        )
    assert seen == [(4, [0, 0, 1, 1], (51, 2))]
