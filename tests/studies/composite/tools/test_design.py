"""The command design: structures are solved and ranked, or the wish is refused in one sentence."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pspflow.io.arrays import open_store, provenance_of, read_values
from pspflow.io.tables import read_table
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.structures.properties import C11, NORMAL
from pspflow.studies.composite.tools.design import design
from pspflow.training.devices import chosen_device


def test_designs_are_solved_and_ranked(run, tmp_path, save, solved, capsys):
    """The stiffness in candidates.csv is that of the stored structures; the best is first."""
    out = tmp_path / "designs"
    words = [design, "--model", save(), "--c11-gpa", 30, "--count", 3, "--out", out]
    words += ["--options.draws", 3, "--no-refine"]
    run(*words)
    printed = capsys.readouterr().out.splitlines()
    table = pd.read_csv(out / "candidates.csv")
    store = open_store(out / "structures.zarr")
    phases = read_values(store, "phase")
    true = np.array([solved(structure) for structure in phases])
    np.testing.assert_allclose(table[list(NORMAL)], true, rtol=1e-4)
    np.testing.assert_allclose(
        table["error_percent"], 100 * np.abs(table["c11_gpa"] - 30) / 30, rtol=1e-6
    )
    assert table["rank"].tolist() == [1, 2, 3]
    assert table["error_percent"].is_monotonic_increasing
    assert len(np.unique(phases.reshape(3, -1), axis=0)) == 3
    network, _ = load_network(save() / "weights.safetensors", chosen_device())
    means, spreads = network.predict(phases)
    np.testing.assert_allclose(table["predicted_c11_gpa"], means[:, 0], rtol=1e-5)
    np.testing.assert_allclose(table["predicted_c11_gpa_sd"], spreads[:, 0], rtol=1e-5)
    np.testing.assert_allclose(table["volume_fraction"], phases.mean(axis=(1, 2, 3)))
    assert printed[4:6] == ["", "Certificate of the best:"]
    assert printed[0].split()[:3] == ["rank", "error_percent", "c11_gpa"]
    record = provenance_of(store)
    assert (record["stage"], record["seed"]) == ("composite design", 0)
    assert record["options"]["c11_gpa"] == 30
    with Image.open(out / "picture.png") as picture:
        assert json.loads(picture.text["pspflow"]) == record
    run(*words)  # an earlier design is replaced, by the same one
    pd.testing.assert_frame_equal(pd.read_csv(out / "candidates.csv"), table)
    np.testing.assert_array_equal(read_values(open_store(out / "structures.zarr"), "phase"), phases)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["designs"]


def test_the_solver_moves_designs_to_what_is_wanted(run, tmp_path, save, solved, capsys):
    """Stored are the refined structures, in their order; the network's own error stands beside."""
    out = tmp_path / "designs"
    run(design, "--model", save(), "--c11-gpa", 30, "--count", 2, "--out", out)
    table = pd.read_csv(out / "candidates.csv")
    phases = read_values(open_store(out / "structures.zarr"), "phase")
    true = np.array([solved(structure) for structure in phases])
    np.testing.assert_allclose(table[[f"refined_{name}" for name in NORMAL]], true, rtol=1e-4)
    np.testing.assert_allclose(
        table["refined_error_percent"], 100 * np.abs(true[:, 0] - 30) / 30, atol=1e-2
    )
    assert table["refined_error_percent"].is_monotonic_increasing
    assert (table["refined_error_percent"] <= table["decoded_error_percent"]).all()
    assert (table["decoded_error_percent"] <= table["error_percent"] + 1e-9).all()
    assert table["rank"].tolist() == [1, 2]
    printed = capsys.readouterr().out
    assert "refined_error_percent" in printed
    assert "Voigt and Reuss's bounds" in printed
    assert printed.rstrip().endswith("name the folder of their set by --reference.")
    (row,) = pd.read_csv(out / "certificate.csv").to_dict("records")
    assert "copy_of" not in row
    assert row["claim_percent"] < 0.1
    assert row["c11_gpa"] == pytest.approx(true[0, 0], rel=1e-4)


@pytest.mark.parametrize("named", [True, False])
def test_training_structures_are_those_of_the_run_or_named(
    run, tmp_path, save, pair_set, capsys, named
):
    """Beside the weights in the folder of a run, or by --reference: the certificate names one."""
    weights, words = save(), []
    if named:
        words = ["--reference", pair_set]
    else:
        place = tmp_path / "composite/networks/pair/c11/mixture_statistics/run0"
        shutil.copytree(weights, place)
        shutil.copytree(pair_set, tmp_path / "composite/structures/pair")
        weights = place
    out = tmp_path / "designs"
    words += ["--c11-gpa", 30, "--count", 1, "--no-refine", "--out", out]
    run(design, "--model", weights, *words)
    (row,) = pd.read_csv(out / "certificate.csv").to_dict("records")
    splits = read_table(pair_set / "splits.parquet").set_index("structure")["split"]
    assert splits[row["copy_of"]] == "train"
    assert "of a training structure: the most alike one" in capsys.readouterr().out


FAULTS = {
    "nothing wanted": ([], "no c11_gpa is wanted, but the network predicts c11_gpa; give that"),
    "too much": (["--c11-gpa", 30, "--c22-gpa", 30], "c22_gpa is wanted, but the network predicts"),
    "too little": (["--model", "normal", "--c11-gpa", 30], "no c22_gpa is wanted, but the network"),
    "negative": (["--c11-gpa", -3], "c11_gpa is -3; give a stiffness above 0 in GPa."),
    "zero": (["--c11-gpa", 0], "c11_gpa is 0; give a stiffness above 0 in GPa."),
    "nan": (["--c11-gpa", "nan"], "c11_gpa is nan; give a stiffness above 0 in GPa."),
    "none": (["--c11-gpa", 30, "--count", 0], "count is 0; give at least 1."),
    "no reference": (
        ["--c11-gpa", 30, "--reference", "full"],
        "structures.zarr: there is no such file; let --reference name the folder of a set",
    ),
    "cnn": (["--c11-gpa", 30, "--model", "cnn"], "cnn has no latent space, so it cannot design"),
    "vae": (["--c11-gpa", 30, "--model", "vae"], "vae has no prior that depends on properties, so"),
    "folder": (
        ["--c11-gpa", 30, "--out", "full"],
        "full: the folder holds mine.txt and is not an earlier design",
    ),
    "file": (["--c11-gpa", 30, "--out", "phases.csv"], "phases.csv: this is a file; name a folder"),
    "no model": (
        ["--c11-gpa", 30, "--model", "full"],
        "weights.safetensors: there is no such file",
    ),
}
MODELS = {"vae": ("vae", ()), "cnn": ("cnn", C11), "normal": ("mixture", NORMAL)}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_input_is_refused(refuse, save, fault):
    """The error is one sentence with a remedy; nothing is written."""
    words, sentence = FAULTS[fault]
    words = [save(*MODELS[word]) if word in MODELS else word for word in words]
    refuse(design, words, sentence)
