"""The command predict: it says what network and solver say, or refuses in one sentence."""

import logging

import numpy as np
import pandas as pd
import pytest
import zarr

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import table_provenance
from pspflow.io.weights import load_weights, save_weights
from pspflow.studies.composite.forward import predictions
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.tools.predict import predict
from pspflow.training.devices import chosen_device


def test_predictions_are_the_networks_and_the_solvers(run, tmp_path, save, voxels, solved):
    """A row says what the network predicts of the structure, and what the solver finds."""
    np.save(tmp_path / "stack.npy", voxels)
    out = tmp_path / "made" / "table.csv"
    run(predict, tmp_path / "stack.npy", "--model", save(), "--out", out)
    table = pd.read_csv(out)
    network, _ = load_network(save() / "weights.safetensors", chosen_device())
    means, spreads = network.predict(voxels)
    true = np.array([solved(structure)[0] for structure in voxels])
    assert table["structure"].tolist() == [0, 1, 2]
    np.testing.assert_allclose(table["volume_fraction"], voxels.mean(axis=(1, 2, 3)))
    np.testing.assert_allclose(table["c11_gpa"], means[:, 0], rtol=1e-5)
    np.testing.assert_allclose(table["c11_gpa_sd"], spreads[:, 0], rtol=1e-5)
    np.testing.assert_allclose(table["c11_gpa_solved"], true, rtol=1e-4)
    np.testing.assert_allclose(
        table["c11_gpa_error_percent"], 100 * (means[:, 0] - true) / true, atol=0.05
    )
    assert [path.name for path in out.parent.iterdir()] == ["table.csv"]


@pytest.mark.parametrize("kind", ["npy", "zarr"])
def test_ids_of_the_users_phases_change_nothing(run, tmp_path, save, voxels, moduli, kind):
    """Structures with other ids and a table of them are predicted as those of ids 0 and 1."""
    np.save(tmp_path / "known.npy", voxels.astype(bool))
    known = [tmp_path / "known.npy", "--out", tmp_path / "a.parquet"]
    run(predict, *known, "--model", save(), "--no-solve")
    own = np.where(voxels == 1, 7, 3)
    stack = tmp_path / f"own.{kind}"
    if kind == "npy":
        np.save(stack, own)
    else:
        zarr.create_group(stack).create_array("volumes", data=own)
    (tmp_path / "phases.csv").write_text(moduli)
    more = ["--phases", tmp_path / "phases.csv", "--array", "volumes", "--no-solve"]
    weights = save() / "weights.safetensors"
    run(predict, stack, "--model", weights, "--out", tmp_path / "b.parquet", *more)
    one, two = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in "ab")
    pd.testing.assert_frame_equal(one, two)
    assert list(one) == ["structure", "volume_fraction", "c11_gpa", "c11_gpa_sd"]
    record = table_provenance(tmp_path / "b.parquet")
    assert record["stage"] == "composite predict"
    assert set(record["inputs"]) == {"stack", "weights", "phases"}


def test_a_network_without_deviations(run, tmp_path, save, voxels):
    """Regression alone gives no deviation, and the table has none."""
    np.save(tmp_path / "stack.npy", voxels)
    model, out = save("cnn", NORMAL), tmp_path / "table.csv"
    run(predict, tmp_path / "stack.npy", "--model", model, "--out", out, "--no-solve")
    table = pd.read_csv(out)
    assert table[list(NORMAL)].notna().all(axis=None)
    assert table[[f"{name}_sd" for name in NORMAL]].isna().all(axis=None)


def test_structures_outside_the_training_range_are_warned_of(run, tmp_path, save, voxels, caplog):
    """A warning names the range and the structures."""
    weights = tmp_path / "narrow.safetensors"
    tensors, arguments = load_weights(save() / "weights.safetensors")
    arguments["material"]["ranges"]["c11_gpa"] = [200.0, 300.0]
    save_weights(weights, tensors, arguments, Provenance("composite test", {}, 0, {}))
    np.save(tmp_path / "stack.npy", voxels)
    with caplog.at_level(logging.WARNING):
        stack, out = tmp_path / "stack.npy", tmp_path / "table.csv"
        run(predict, stack, "--model", weights, "--out", out, "--no-solve")
    assert "3 of 3 structures have a c11_gpa outside 200 to 300, the range of the training" in (
        caplog.text
    )
    assert caplog.text.rstrip().endswith("structures: 0, 1, 2")


def test_refine_solves_on_the_doubled_grid(run, tmp_path, save, voxels, solved, caplog):
    """With --refine the table has the solution of every voxel divided into eight, and a word."""
    np.save(tmp_path / "stack.npy", voxels)
    out = tmp_path / "table.csv"
    words = ["--model", save("cnn", NORMAL), "--out", out, "--refine"]
    with caplog.at_level(logging.INFO):
        run(predict, tmp_path / "stack.npy", *words)
    table = pd.read_csv(out)
    fine = np.array([solved(np.kron(one, np.ones((2, 2, 2), np.uint8))) for one in voxels])
    for place, name in enumerate(NORMAL):
        true = table[f"{name}_solved"]
        np.testing.assert_allclose(table[f"{name}_refined"], fine[:, place], rtol=1e-4)
        np.testing.assert_allclose(
            table[f"{name}_refined_percent"], 100 * (fine[:, place] - true) / true, atol=0.05
        )
        assert table[f"{name}_refined_percent"].lt(0).all()
        assert f"{name}: on the doubled grid the solver finds -" in caplog.text
    worst = table["c11_gpa_refined_percent"]
    assert f"{worst.min():+.2g} % at most (structure {worst.argmin()})" in caplog.text


@pytest.mark.data("structures", "warned", "structures whose stiff parts do not hang together")
def test_structures_of_hardly_any_stiffness_are_named(run, tmp_path, save, voxels, caplog):
    """Where the truth is near zero, there is no percentage, and a warning names the rows."""
    loose = np.zeros_like(voxels[0])
    loose[4, 4, 4] = 1
    np.save(tmp_path / "stack.npy", np.stack([1 - loose, loose, 1 - loose, loose]))
    weights = tmp_path / "pores.safetensors"
    tensors, arguments = load_weights(save() / "weights.safetensors")
    arguments["material"]["young_gpa"] = [1e-6, 120.0]
    save_weights(weights, tensors, arguments, Provenance("composite test", {}, 0, {}))
    with caplog.at_level(logging.WARNING):
        out = tmp_path / "table.csv"
        run(predict, tmp_path / "stack.npy", "--model", weights, "--out", out)
    assert "2 of 4 structures have nearly no c11_gpa" in caplog.text
    assert caplog.text.rstrip().endswith("in GPa: 1, 3")


def test_parts_without_stiffness_have_no_error_in_percent(untrained, caplog, monkeypatch):
    """Next to nothing as what is solved has no percentage, however far the network is off."""
    network = untrained("mixture", ("c11_gpa",))
    voxels = np.random.default_rng(0).integers(0, 2, (3, 9, 9, 9), dtype=np.uint8)
    solved = np.full((3, 6), 30.0)
    solved[1] = 1e-5
    monkeypatch.setattr(predictions, "solve_candidates", lambda *_: solved)
    table = predictions.predict_table(network, {"ranges": {"c11_gpa": [1e-5, 60]}}, voxels)
    assert table["c11_gpa_error_percent"].isna().tolist() == [False, True, False]
    assert table["c11_gpa_solved"].tolist() == [30, 1e-5, 30]


FAULTS = {
    "no stack": (["lost.npy"], "lost.npy: there is no such file or folder; correct the path"),
    "one phase": (["solid.npy"], "solid.npy structure 1: phases must hold at least two phases"),
    "unknown id": (["foreign.npy"], "foreign.npy structure 2: it holds phase 2, which is neither"),
    "ids of a table": (["one.npy", "--phases", "phases.csv"], "phase 0, which is neither 3 (soft"),
    "numbers": (["holed.npy"], "holed.npy structure 0: phases must be integers"),
    "no cube": (["oblong.npy"], "structure 0: phases must be a cube, got shape (9, 9, 8): cut"),
    "edge": (
        ["small.npy"],
        "small.npy: its structures have 8 voxels per edge, the model's 9; name",
    ),
    "axes": (["single.npy"], "single.npy: its shape is (9, 9, 9); give 4 axes"),
    "empty": (["none.npy"], "none.npy: its shape is (0, 9, 9, 9); give 4 axes"),
    "material": (["good.npy", "--phases", "steel.csv"], "is 2.4 and 210, the model's 2.4 and 120"),
    "suffix": (["good.npy", "--out", "table.txt"], "table.txt: the table is CSV or Parquet; name"),
    "input": (
        ["good.npy", "--phases", "phases.csv", "--out", "phases.csv"],
        "phases.csv: this is the table of the phases; name another file",
    ),
    "refine alone": (["good.npy", "--refine", "--no-solve"], "--no-solve makes none; leave one"),
    "no model": (["good.npy", "--model", "full"], "weights.safetensors: there is no such file"),
    "no weights": (["good.npy", "--model", "text.safetensors"], "no file of weights that pspflow"),
    "no properties": (["good.npy", "--model", "vae"], "vae predicts no properties; name one that"),
}
MODELS = {"vae": ("vae", ())}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_input_is_refused(refuse, save, fault):
    """The error is one sentence with a remedy; nothing is written."""
    words, sentence = FAULTS[fault]
    words = [save(*MODELS[word]) if word in MODELS else word for word in words]
    refuse(predict, words, sentence)
