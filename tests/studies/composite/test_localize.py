"""The stages of localization, from structures and strains to figures."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.io.weights import load_weights
from pspflow.mechanics import ConvergenceError, strain_field
from pspflow.options import validated
from pspflow.simulate import simulate_composite
from pspflow.studies.composite import localize_judge
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.local_data import StrainSet
from pspflow.studies.composite.local_training import LocalTraining
from pspflow.studies.composite.localization_options import LocalizationOptions
from pspflow.studies.composite.localization_show import localization_figures
from pspflow.studies.composite.localize import train_localizer
from pspflow.studies.composite.localize_judge import evaluate_localizers
from pspflow.studies.composite.localizers import load_localizer

EDGE, COUNT, FIELDS = 9, 24, 20
ORIGIN = Provenance("test", {}, None, {})
OPTIONS = validated(
    LocalizationOptions,
    {
        "cpnet": {"epochs": 2, "windows": 32},
        "fno": {"width": 4, "modes": 3, "blocks": 2, "epochs": 6},
        "resamples": 50,
    },
)


@pytest.fixture(scope="module")
def composite(tmp_path_factory):
    """Make a small set of structures, strain fields of all but four at its start, and a split."""
    folder = tmp_path_factory.mktemp("composite")
    rng = np.random.default_rng(0)
    sigmas = [(1, 2, 3), (3, 1, 1)]
    phases = np.stack(
        [simulate_composite(EDGE, sigmas[i % 2], rng.uniform(0.3, 0.7), rng) for i in range(COUNT)]
    )
    macro = [1e-3, 0, 0, 0, 0, 0]
    strains = [strain_field(p, [2.4, 120], [0.3, 0.3], macro)[0] for p in phases[-FIELDS:]]
    names = [f"s{i:02}" for i in range(COUNT)]
    dims = ("structure", "x", "y", "z")
    with new_store(folder / "structures.zarr", ORIGIN) as group:
        put_array(group, "phase", phases, dims, "1")
    with new_store(folder / "strain.zarr", ORIGIN) as group:
        put_array(group, "strain_11", np.stack(strains).astype(np.float32), dims, "1")
        group["strain_11"].attrs["macro_strain_11"] = 1e-3
        group.attrs["structures"] = names[-FIELDS:]
    rows = {"structure": names, "specimen": names, "morphology": ["1-2-3", "3-1-1"] * 12}
    write_table(folder / "structures.parquet", pd.DataFrame(rows), ORIGIN)
    moduli = {"phase": [0, 1], "young_gpa": [2.4, 120.0], "poisson": [0.3, 0.3]}
    write_table(folder / "phases.parquet", pd.DataFrame(moduli), ORIGIN)
    split = ["train"] * 16 + ["validation"] * 4 + ["test"] * 4
    drawn = [
        pd.DataFrame({"run": run, "structure": names, "split": split[::step]})
        for run, step in ((0, 1), (1, -1))
    ]
    write_table(folder / "splits.parquet", pd.concat(drawn), ORIGIN)
    return folder


def inputs(folder):
    """Name what both stages read."""
    names = {"structures": "structures.zarr", "strain": "strain.zarr"}
    names |= {"table": "structures.parquet", "splits": "splits.parquet"}
    return {name: folder / file for name, file in names.items()}


def train(folder, model, where):
    """Train into a folder of its own, and return it."""
    target = folder / where
    train_localizer(
        model=model,
        weights=target / "weights.safetensors",
        history=target / "history.parquet",
        options=OPTIONS,
        **inputs(folder),
    )
    return target


@pytest.fixture(scope="module")
def trained(composite):
    """Train a network of each kind."""
    return {model: train(composite, model, model) for model in ("cpnet3", "fno")}


def test_fields_are_found_by_the_ids_of_their_structures(composite):
    """Phase ids are those that the strains were solved for, wherever they stand in the set."""
    fields = StrainSet.open(**inputs(composite))
    assert fields.rows["structure"].tolist() == [f"s{i:02}" for i in range(4, COUNT)]
    ids, strains = fields.read(np.array([9, 2]))
    for phases, strain in zip(ids, strains, strict=True):
        solved = strain_field(phases, [2.4, 120], [0.3, 0.3], [1e-3, 0, 0, 0, 0, 0])[0]
        np.testing.assert_allclose(strain, solved, rtol=1e-5, atol=1e-9)


def test_training_learns_from_training_structures(composite, trained):
    """The operator's loss falls, and what standardises its inputs is of the training split."""
    history = read_table(trained["fno"] / "history.parquet")
    assert history["epoch"].tolist() == list(range(6))
    assert history["validation_loss"].min() < 0.9 * history["validation_loss"].iloc[0]
    fitted = load_localizer(trained["fno"] / "weights.safetensors")
    strains = read_values(open_store(composite / "strain.zarr"), "strain_11")[:12]
    expected = [strains.mean(), strains.reshape(12, -1).std(axis=1).mean()]
    np.testing.assert_allclose(fitted.strain.cpu(), expected, rtol=1e-4)


@pytest.mark.parametrize("model", ["cpnet3", "fno"])
def test_a_broken_training_ends_in_the_same_weights(composite, trained, model, monkeypatch):
    """Stopped in its second epoch and started again, it ends bit by bit as an unbroken one."""

    def stop(module):
        if module.current_epoch == 1:
            raise RuntimeError("killed")

    monkeypatch.setattr(LocalTraining, "on_train_epoch_start", stop)
    with pytest.raises(RuntimeError, match="killed"):
        train(composite, model, f"broken-{model}")
    monkeypatch.undo()
    folder = composite / f"broken-{model}"
    assert not (folder / "weights.safetensors").exists()
    assert list(folder.glob("resume/*/last.ckpt"))
    train(composite, model, f"broken-{model}")
    one, _ = load_weights(trained[model] / "weights.safetensors")
    two, _ = load_weights(folder / "weights.safetensors")
    for name in one:
        assert torch.equal(one[name], two[name]), name
    assert not (folder / "resume").exists()


def evaluate(folder, trained, **given):
    """Judge the trained networks, and return the tables that this makes."""
    made = {name: folder / f"{name}.parquet" for name in ("accuracy", "speed")}
    evaluate_localizers(
        models=tuple(trained),
        weights=tuple(path / "weights.safetensors" for path in trained.values()),
        phases=folder / "phases.parquet",
        examples=folder / "examples.zarr",
        options=OPTIONS,
        **made,
        **inputs(folder),
        **given,
    )
    return made


def test_the_solver_is_timed_as_the_run_has_it(composite, trained, monkeypatch):
    """It gets the run's element and tolerance; where it finds nothing, a sentence says so."""

    def give_up(*_, element, tolerance, **__):
        assert (element, tolerance) == ("full", 1e-3)
        raise ConvergenceError(2000, 0.5, tolerance)

    monkeypatch.setattr(localize_judge, "strain_field", give_up)
    with pytest.raises(InputError, match=r"Structure s04 or .*: no equilibrium .*solver.tolerance"):
        evaluate(composite, trained, solver=SolutionOptions(element="full", tolerance=1e-3))


def test_evaluation_and_figures(composite, trained):
    """Every model is judged on the test structures alone, timed, and drawn."""
    made = evaluate(composite, trained)
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

    figures = {f"{n}_figure": composite / f"{n}.png" for n in ("slice", "parity", "speed")}
    localization_figures(**made, examples=composite / "examples.zarr", **figures, simulated=True)
    assert all(path.stat().st_size > 10_000 for path in figures.values())


def test_unfit_inputs_are_named(composite):
    """A centre that no structure holds, and a split without fields, are told with a remedy."""
    small = composite / "small"
    dims = ("structure", "x", "y", "z")
    with new_store(small / "structures.zarr", ORIGIN) as group:
        put_array(group, "phase", np.zeros((COUNT, 5, 5, 5), np.uint8), dims, "1")
    with new_store(small / "strain.zarr", ORIGIN) as group:
        put_array(group, "strain_11", np.zeros((FIELDS, 5, 5, 5), np.float32), dims, "1")
        group.attrs["structures"] = [f"s{i:02}" for i in range(4, COUNT)]
    out = {"weights": small / "w.safetensors", "history": small / "h.parquet"}
    files = {**inputs(composite), **out}
    stores = {name: small / files[name].name for name in ("structures", "strain")}
    with pytest.raises(InputError, match=r"localization\.models has cpnet7"):
        train_localizer(model="cpnet7", **{**files, **stores})
    with pytest.raises(InputError, match=r"array strain_11 is .* delete it"):
        train_localizer(model="fno", **{**files, "strain": stores["strain"]})
    with new_store(small / "unnamed.zarr", ORIGIN) as group:
        put_array(group, "strain_11", np.zeros((FIELDS, 5, 5, 5), np.float32), dims, "1")
    unnamed = {"structures": stores["structures"], "strain": small / "unnamed.zarr"}
    with pytest.raises(InputError, match=r"array strain_11 is .* delete it"):
        train_localizer(model="fno", **{**files, **unnamed})
    few = read_table(composite / "splits.parquet")
    few = few[(few["run"] == 0) & (few["split"] != "validation")]
    write_table(small / "splits.parquet", few, ORIGIN)
    with pytest.raises(InputError, match="none of its 20 structures is of split 'validation'"):
        train_localizer(model="fno", **{**files, "splits": small / "splits.parquet"})
