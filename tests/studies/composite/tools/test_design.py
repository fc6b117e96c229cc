"""The command design: structures are solved and ranked, or the wish is refused in one sentence."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pspflow.io.arrays import open_store, provenance_of, read_values
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.structures.properties import C11, NORMAL
from pspflow.studies.composite.tools.design import design
from pspflow.training.devices import chosen_device


def test_designs_are_solved_and_ranked(run, tmp_path, save, solved, capsys):
    """The stiffness in candidates.csv is that of the stored structures; the best is first."""
    out = tmp_path / "designs"
    words = [design, "--model", save(), "--c11-gpa", 30, "--count", 3, "--draws", 3, "--out", out]
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
    assert len(printed) == 4
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


FAULTS = {
    "nothing wanted": ([], "no c11_gpa is wanted, but the network predicts c11_gpa; give that"),
    "too much": (["--c11-gpa", 30, "--c22-gpa", 30], "c22_gpa is wanted, but the network predicts"),
    "too little": (["--model", "normal", "--c11-gpa", 30], "no c22_gpa is wanted, but the network"),
    "negative": (["--c11-gpa", -3], "c11_gpa is -3; give a stiffness above 0 in GPa."),
    "zero": (["--c11-gpa", 0], "c11_gpa is 0; give a stiffness above 0 in GPa."),
    "nan": (["--c11-gpa", "nan"], "c11_gpa is nan; give a stiffness above 0 in GPa."),
    "none": (["--c11-gpa", 30, "--count", 0], "count is 0; give at least 1."),
    "no draw": (["--c11-gpa", 30, "--draws", 0], "draws is 0; give at least 1."),
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
