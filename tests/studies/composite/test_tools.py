"""The two tools: what they say is what network and solver say, or one sentence of refusal."""

import json
import logging
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import zarr
from cyclopts import App
from PIL import Image

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, provenance_of, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import table_provenance
from pspflow.io.weights import load_weights, save_weights
from pspflow.mechanics import effective_stiffness
from pspflow.models.mixture import Mixture
from pspflow.studies.composite.designing import design, draw_latents
from pspflow.studies.composite.networks import Network, load_network
from pspflow.studies.composite.properties import C11, NORMAL
from pspflow.studies.composite.tools import design as design_command
from pspflow.studies.composite.tools import predict as predict_command

EDGE = 9
YOUNG, POISSON = [2.4, 120.0], [0.3, 0.2]
RANGE = [10.0, 60.0]
SIZES = {"components": 2, "latent": 4, "width": 4, "decoder_width": 2, "dense": 16}
MODULI = "phase,young_gpa,poisson\n7,120,0.2\n3,2.4,0.3\n"

app = App()
app.command(predict_command, name="predict")
app.command(design_command, name="design")


def run(*tokens):
    """Run a command in this process; what stops it is raised."""
    with suppress(SystemExit):
        app([str(token) for token in tokens], exit_on_error=False, print_error=False)


@pytest.fixture(scope="module")
def save(tmp_path_factory):
    """Return what saves an untrained network as a training does, and names its folder."""
    folder = tmp_path_factory.mktemp("networks")

    def saved(model="mixture_statistics", properties=C11):
        place = folder / model / str(len(properties))
        if not place.exists():
            torch.manual_seed(0)
            arguments = {"model": model, "edge": EDGE, "properties": list(properties), "log": True}
            arguments |= SIZES
            network = Network(**arguments)
            if properties:
                network.scale.fit(10 + 50 * torch.rand(64, len(properties)))
            ranges = dict.fromkeys(properties, RANGE)
            material = {"young_gpa": YOUNG, "poisson": POISSON, "ranges": ranges}
            origin = Provenance("composite test", {}, 0, {})
            stored = {**arguments, "material": material}
            save_weights(place / "weights.safetensors", network.state_dict(), stored, origin)
        return place

    return saved


@pytest.fixture(scope="module")
def voxels():
    """Return three structures, uint8 (3, 9, 9, 9), of 20, 50 and 80 % of phase 1."""
    draws = np.random.default_rng(0).random((3, EDGE, EDGE, EDGE))
    return (draws < np.array([0.2, 0.5, 0.8])[:, None, None, None]).astype(np.uint8)


def solved(structure):
    """Return the block of normal components by the solver itself, the six of NORMAL, in GPa."""
    block = effective_stiffness(structure, YOUNG, POISSON, load_cases=(0, 1, 2))
    return [block[0, 0], block[1, 1], block[2, 2], block[1, 0], block[2, 0], block[2, 1]]


def test_predictions_are_the_networks_and_the_solvers(tmp_path, save, voxels):
    """A row says what the network predicts of the structure, and what the solver finds."""
    np.save(tmp_path / "stack.npy", voxels)
    out = tmp_path / "made" / "table.csv"
    run("predict", tmp_path / "stack.npy", "--model", save(), "--out", out)
    table = pd.read_csv(out)
    network, _ = load_network(save() / "weights.safetensors")
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
def test_ids_of_ones_own_change_nothing(tmp_path, save, voxels, kind):
    """Structures with other ids and a table of them are predicted as those of ids 0 and 1."""
    np.save(tmp_path / "known.npy", voxels.astype(bool))
    known = [tmp_path / "known.npy", "--out", tmp_path / "a.parquet"]
    run("predict", *known, "--model", save(), "--no-solve")
    own = np.where(voxels == 1, 7, 3)
    stack = tmp_path / f"own.{kind}"
    if kind == "npy":
        np.save(stack, own)
    else:
        zarr.create_group(stack).create_array("volumes", data=own)
    (tmp_path / "phases.csv").write_text(MODULI)
    more = ["--phases", tmp_path / "phases.csv", "--array", "volumes", "--no-solve"]
    weights = save() / "weights.safetensors"
    run("predict", stack, "--model", weights, "--out", tmp_path / "b.parquet", *more)
    one, two = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in "ab")
    pd.testing.assert_frame_equal(one, two)
    assert list(one) == ["structure", "volume_fraction", "c11_gpa", "c11_gpa_sd"]
    told = table_provenance(tmp_path / "b.parquet")
    assert told["stage"] == "composite predict"
    assert set(told["inputs"]) == {"stack", "weights", "phases"}


def test_a_network_without_deviations(tmp_path, save, voxels):
    """Of regression alone, which gives no deviation, none is made up."""
    np.save(tmp_path / "stack.npy", voxels)
    model, out = save("cnn", NORMAL), tmp_path / "table.csv"
    run("predict", tmp_path / "stack.npy", "--model", model, "--out", out, "--no-solve")
    table = pd.read_csv(out)
    assert table[list(NORMAL)].notna().all(axis=None)
    assert table[[f"{name}_sd" for name in NORMAL]].isna().all(axis=None)


def test_predictions_outside_the_training_are_told(tmp_path, save, voxels, caplog):
    """A warning names the range and the structures."""
    weights = tmp_path / "narrow.safetensors"
    tensors, arguments = load_weights(save() / "weights.safetensors")
    arguments["material"]["ranges"]["c11_gpa"] = [200.0, 300.0]
    save_weights(weights, tensors, arguments, Provenance("composite test", {}, 0, {}))
    np.save(tmp_path / "stack.npy", voxels)
    with caplog.at_level(logging.WARNING):
        stack, out = tmp_path / "stack.npy", tmp_path / "table.csv"
        run("predict", stack, "--model", weights, "--out", out, "--no-solve")
    assert "3 of 3 structures have a c11_gpa outside 200 to 300, the range of the training" in (
        caplog.text
    )
    assert caplog.text.rstrip().endswith("structures: 0, 1, 2")


def test_designs_are_solved_and_ranked(tmp_path, save, capsys):
    """What candidates.csv says of each stored structure is what the solver says; best first."""
    out = tmp_path / "designs"
    words = ["design", "--model", save(), "--c11-gpa", 30, "--count", 3, "--draws", 3, "--out", out]
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
    network, _ = load_network(save() / "weights.safetensors")
    means, spreads = network.predict(phases)
    np.testing.assert_allclose(table["told_c11_gpa"], means[:, 0], rtol=1e-5)
    np.testing.assert_allclose(table["told_c11_gpa_sd"], spreads[:, 0], rtol=1e-5)
    np.testing.assert_allclose(table["volume_fraction"], phases.mean(axis=(1, 2, 3)))
    assert len(printed) == 4
    assert printed[0].split()[:3] == ["rank", "error_percent", "c11_gpa"]
    told = provenance_of(store)
    assert (told["stage"], told["seed"]) == ("composite design", 0)
    assert told["options"]["wanted_gpa"] == {"c11_gpa": 30}
    with Image.open(out / "picture.png") as picture:
        assert json.loads(picture.text["pspflow"]) == told
    run(*words)  # one's own designs are replaced, by the same
    pd.testing.assert_frame_equal(pd.read_csv(out / "candidates.csv"), table)
    np.testing.assert_array_equal(read_values(open_store(out / "structures.zarr"), "phase"), phases)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["designs"]


def test_vectors_and_seeds_from_python(save):
    """Six wanted components count alike; another seed gives other structures, each prior works."""
    network, material = load_network(save("mixture", NORMAL) / "weights.safetensors")
    wanted = dict(zip(NORMAL, (30.0, 28.0, 26.0, 12.0, 11.0, 10.0), strict=True))
    one = design(network, material, wanted, 2, seed=1)
    two = design(network, material, wanted, 2, seed=2, prior="joint")
    assert one.phases.shape == (2, EDGE, EDGE, EDGE)
    assert not np.array_equal(one.phases, two.phases)
    values = one.table[list(NORMAL)].to_numpy()
    expected = 100 * np.mean(np.abs(values / list(wanted.values()) - 1), axis=1)
    np.testing.assert_allclose(one.table["error_percent"], expected)


def test_components_get_their_shares():
    """Of n draws a component of weight w gets n w, to one draw; latents lie about its mean."""
    weights = torch.tensor([[0.15, 0.6, 0.25]])
    means = torch.tensor([-50.0, 0.0, 50.0])[None, :, None].expand(1, 3, 4)
    prior = Mixture(weights.log(), means, torch.zeros(1, 3, 4))
    for count in (1, 7, 40):
        latents, components = draw_latents(prior, count, np.random.default_rng(count))
        shares = np.bincount(components, minlength=3)
        assert (np.abs(shares - count * weights[0].numpy()) <= 1).all()
        np.testing.assert_allclose(latents.mean(axis=1), 50 * (components - 1), atol=4)


def test_wishes_outside_the_training_are_told(save, caplog):
    """A stiffness that no training structure had is designed for, with a warning of the range."""
    network, material = load_network(save() / "weights.safetensors")
    with caplog.at_level(logging.WARNING):
        design(network, material, {"c11_gpa": 90.0}, 1, draws=1)
    assert "c11_gpa of 90" in caplog.text
    assert "10 to 60 GPa" in caplog.text
    assert "% (median) on these candidates: it knows few structures" in caplog.text


def files(folder, voxels):
    """Write stacks and tables that one thing is wrong with."""
    spoilt = voxels.copy()
    spoilt[1] = 1
    foreign = voxels.copy()
    foreign[2, 0, 0, 0] = 2
    holed = voxels.astype(float)
    holed[1, 0, 0, 0] = np.nan
    stacks = {"good": voxels, "solid": spoilt, "foreign": foreign, "holed": holed}
    stacks |= {"oblong": voxels[..., :-1], "small": voxels[:, :8, :8, :8], "single": voxels[0]}
    for name, values in {**stacks, "one": voxels[:1], "none": voxels[:0]}.items():
        np.save(folder / f"{name}.npy", values)
    (folder / "phases.csv").write_text(MODULI)
    (folder / "steel.csv").write_text(MODULI.replace("120", "210"))
    (folder / "text.safetensors").write_text("no weights")
    (folder / "full").mkdir()
    (folder / "full" / "mine.txt").write_text("")


PREDICT = {
    "no stack": (["lost.npy"], "lost.npy: there is no such file or folder; mend the path"),
    "one phase": (["solid.npy"], "solid.npy structure 1: phases must hold at least two phases"),
    "unknown id": (["foreign.npy"], "foreign.npy structure 2: it holds phase 2, which is neither"),
    "ids of a table": (["one.npy", "--phases", "phases.csv"], "phase 0, which is neither 3 (soft"),
    "numbers": (["holed.npy"], "holed.npy structure 0: phases must be integers"),
    "no cube": (["oblong.npy"], "structure 0: phases must be a cube, got shape (9, 9, 8): cut"),
    "edge": (["small.npy"], "small.npy: its structures have 8 voxels an edge, the model's 9; name"),
    "axes": (["single.npy"], "single.npy: its shape is (9, 9, 9); give 4 axes"),
    "empty": (["none.npy"], "none.npy: its shape is (0, 9, 9, 9); give 4 axes"),
    "material": (["good.npy", "--phases", "steel.csv"], "is 2.4 and 210, the model's 2.4 and 120"),
    "suffix": (["good.npy", "--out", "table.txt"], "table.txt: the table is CSV or Parquet; name"),
    "input": (
        ["good.npy", "--phases", "phases.csv", "--out", "phases.csv"],
        "phases.csv: this is the table of the phases; name another file",
    ),
    "no model": (["good.npy", "--model", "full"], "weights.safetensors: there is no such file"),
    "no weights": (["good.npy", "--model", "text.safetensors"], "no weights of a network of"),
    "no properties": (["good.npy", "--model", "vae"], "vae predicts no properties; name one that"),
}
DESIGN = {
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
        "full: the folder holds mine.txt and no earlier",
    ),
    "file": (["--c11-gpa", 30, "--out", "phases.csv"], "phases.csv: this is a file; name a folder"),
    "no model": (
        ["--c11-gpa", 30, "--model", "full"],
        "weights.safetensors: there is no such file",
    ),
}
REFUSED = [("predict", fault) for fault in PREDICT] + [("design", fault) for fault in DESIGN]


@pytest.mark.parametrize(("command", "fault"), REFUSED)
def test_refusals(tmp_path, monkeypatch, save, voxels, command, fault):
    """What cannot be done is refused in one sentence with a remedy; nothing is written."""
    monkeypatch.chdir(tmp_path)
    files(Path(), voxels)
    models = {"vae": ("vae", ()), "cnn": ("cnn", C11), "normal": ("mixture", NORMAL)}
    words, sentence = (PREDICT if command == "predict" else DESIGN)[fault]
    words = [str(save(*models[word])) if word in models else word for word in words]
    if "--model" not in words:
        words += ["--model", save()]
    if "--out" not in words:
        words += ["--out", "out.csv"]
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(InputError) as raised:
        run(command, *words)
    assert sentence in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
