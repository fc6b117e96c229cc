"""Training the networks: what a training writes, and that a killed one ends as an unbroken one."""

import inspect

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.io.weights import load_weights
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.networks import training
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.networks.options import EpochsOptions, NetworkOptions
from pspflow.studies.composite.networks.stages import train as stage
from pspflow.studies.composite.networks.stages.encode import encode
from pspflow.studies.composite.networks.stages.predict import predict
from pspflow.studies.composite.networks.stages.train import train
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.sets import DIMS, PHASE, phase_table
from pspflow.training.devices import chosen_device

ORIGIN = Provenance("test", {}, 0, {})
EDGE, COUNT = 9, 20
OPTIONS = NetworkOptions.model_validate(
    {
        **{"width": 2, "decoder_width": 1, "dense": 8, "batch_size": 5},
        **{key: {"all": 3} for key in ("max_epochs", "scheduled_epochs")},
    }
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Write a set of structures with made-up stiffness."""
    folder = tmp_path_factory.mktemp("set")
    rng = np.random.default_rng(0)
    voxels = np.stack([simulate_composite(EDGE, (1, 2, 1), 0.4, rng) for _ in range(COUNT)])
    with new_store(folder / "structures.zarr", ORIGIN) as group:
        put_array(group, PHASE, voxels, DIMS, "1")
    names = [f"s{place}" for place in range(COUNT)]
    values = pd.DataFrame(rng.uniform(5, 50, (COUNT, 6)), columns=list(NORMAL))
    write_table(folder / "stiffness.parquet", values.assign(structure=names), ORIGIN)
    write_table(folder / "phases.parquet", phase_table((2.4, 120.0), (0.3, 0.3)), ORIGIN)
    splits = ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    rows = pd.DataFrame({"run": 0, "structure": names, "split": splits})
    write_table(folder / "splits.parquet", rows, ORIGIN)
    return folder


def trained(data, out, network, **more):
    """Train a network into a folder."""
    files = {n: data / f"{n}.parquet" for n in ("phases", "stiffness", "splits")}
    files |= {"weights": out / "weights.safetensors", "history": out / "history.parquet"}
    files["options"] = OPTIONS.trained(network, "all")
    train(network=network, structures=data / "structures.zarr", **{**files, **more})
    return out


@pytest.mark.parametrize(
    ("network", "target"), [("cnn", "normal"), ("mixture", "c11"), ("mixture_statistics", "normal")]
)
@pytest.mark.fault(
    "a kill of a training of composite networks, at any step",
    "the same command goes on from the last epoch and ends with the same bytes",
    "the epoch that was running",
)
def test_a_killed_training_ends_as_an_unbroken_one(data, tmp_path, network, target, monkeypatch):
    """Stopped in its second epoch and started again, it leaves the same weights, bit by bit."""
    whole = trained(data, tmp_path / "whole", network, target=target)
    step = training.NetworkLoss.training

    def breaks(self, batch, epoch, number):
        if epoch == 1 and number == 1:
            raise KeyboardInterrupt
        return step(self, batch, epoch, number)

    monkeypatch.setattr(training.NetworkLoss, "training", breaks)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        trained(data, tmp_path / "broken", network, target=target)
    monkeypatch.undo()
    trained(data, tmp_path / "broken", network, target=target)
    one, two = (load_weights(tmp_path / n / "weights.safetensors")[0] for n in ("whole", "broken"))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert len(read_table(whole / "history.parquet")) == 3


def test_runs_and_seeds_share_no_stream(data, tmp_path, monkeypatch):
    """Weights, order of the data, noise, units and symmetries are those of each run and seed."""
    drawn = []
    for name in ("prepare", "shuffled", "_loss", "_refit", "generator"):
        monkeypatch.setattr(stage, name, recorded(getattr(stage, name), name, drawn))
    rows = read_table(data / "splits.parquet")
    write_table(tmp_path / "splits", pd.concat([rows, rows.assign(run=1)]), ORIGIN)
    weights = []
    for run, seed in ((0, 0), (1, 0), (0, 1)):
        out = tmp_path / f"{run} {seed}"
        files = {"run": run, "seed": seed, "splits": tmp_path / "splits"}
        trained(data, out, "mixture_statistics", target="c11", **files)
        weights.append(load_weights(out / "weights.safetensors")[0])
    assert len(drawn) == len(set(drawn)) == 3 * 6
    for other in weights[1:]:
        names = [name for name, tensor in other.items() if "weight" in name and tensor.numel() > 8]
        assert not any(torch.equal(weights[0][name], other[name]) for name in names)


def recorded(function, name, drawn):
    """Return a function that also notes seed and purpose of every call."""
    parameters = inspect.signature(function)

    def call(*args, **kwargs):
        given = parameters.bind(*args, **kwargs).arguments
        drawn.append((name, given["seed"], given.get("purpose")))
        return function(*args, **kwargs)

    return call


def test_predictions_and_latents_of_a_trained_network(data, tmp_path):
    """They are of every structure, with its split, and what the weights predict and encode."""
    out = trained(data, tmp_path, "gaussian", target="c11")
    first = read_table(data / "splits.parquet")
    splits = first.assign(run=1, split=first["split"].to_numpy()[::-1])
    write_table(tmp_path / "splits", pd.concat([first, splits]), ORIGIN)
    given = {
        "structures": data / "structures.zarr",
        "splits": tmp_path / "splits",
        "run": 1,
    }
    weights = out / "weights.safetensors"
    predictions = {"one": out / "predictions.parquet", "again": out / "again.parquet"}
    predict(**given, weights=dict.fromkeys(predictions, weights), predictions=predictions)
    assert read_table(predictions["again"]).equals(read_table(predictions["one"]))
    with pytest.raises(InputError, match="names other networks"):
        predict(**given, weights={"one": weights}, predictions=predictions)
    encode(**given, weights=weights, latents=out / "latents.parquet")
    predicted, latents = (read_table(out / f"{n}.parquet") for n in ("predictions", "latents"))
    assert list(predicted) == ["structure", "split", "c11_gpa", "c11_gpa_sd"]
    assert list(latents)[2:] == [f"z{place}" for place in range(16)]
    for table in (predicted, latents):
        pd.testing.assert_frame_equal(table[["structure", "split"]], splits.iloc[:, 1:])
    network, material = load_network(out / "weights.safetensors", chosen_device())
    voxels = read_values(open_store(data / "structures.zarr"), PHASE)
    means, spreads = network.predict(voxels)
    np.testing.assert_allclose(means[:, 0], predicted["c11_gpa"], rtol=1e-5)
    assert (spreads > 0).all()
    np.testing.assert_allclose(network.encode(voxels)[0], latents.iloc[:, 2:], atol=1e-5)
    known = read_table(data / "stiffness.parquet")["c11_gpa"][:12]
    assert material["ranges"]["c11_gpa"] == pytest.approx([known.min(), known.max()])
    assert network.prior(np.array([[20.0]])).means.shape == (1, 1, 16)


@pytest.mark.parametrize("long", range(3))
@pytest.mark.parametrize("count", [COUNT, 60])
def test_fibres_of_a_users_set_are_not_turned_in_training(tmp_path, monkeypatch, long, count):
    """The batches that a network learns from have every fibre along the axis of the set."""
    rng = np.random.default_rng(0)
    widths = tuple(4 if axis == long else 1 for axis in range(3))
    voxels = np.stack([simulate_composite(EDGE, widths, 0.4, rng) for _ in range(count)])
    given = Provenance("composite structures import-structures", {}, None, {})
    with new_store(tmp_path / "structures.zarr", given) as group:
        put_array(group, PHASE, voxels, DIMS, "1")
    names = [f"s{place}" for place in range(count)]
    values = pd.DataFrame(rng.uniform(5, 50, (count, 6)), columns=list(NORMAL))
    write_table(tmp_path / "stiffness.parquet", values.assign(structure=names), ORIGIN)
    write_table(tmp_path / "phases.parquet", phase_table((2.4, 120.0), (0.3, 0.3)), ORIGIN)
    splits = np.array(["train", "train", "train", "validation", "test"])[np.arange(count) % 5]
    rows = pd.DataFrame({"run": 0, "structure": names, "split": splits})
    write_table(tmp_path / "splits.parquet", rows, ORIGIN)
    seen = []
    losses = training.NetworkLoss.losses

    def watched(self, structures, properties, rng):
        if torch.is_grad_enabled():
            seen.extend(structures[:, 0].detach().cpu().numpy())
        return losses(self, structures, properties, rng)

    monkeypatch.setattr(training.NetworkLoss, "losses", watched)
    trained(tmp_path, tmp_path / "out", "cnn_augmented", target="c11")
    assert len(seen) >= 0.6 * count
    changes = [[np.mean(each != np.roll(each, 1, axis)) for axis in range(3)] for each in seen]
    assert (np.argmin(changes, axis=1) == long).all()
    said = table_provenance(tmp_path / "out/history.parquet")["options"]["symmetric_copies"]
    across = " and ".join(name for axis, name in enumerate("xyz") if axis != long)
    assert said.startswith("shifts")
    assert said.endswith(f"exchanges of {across}") == (count == 60)


def test_stiffness_is_found_by_name(data, tmp_path):
    """The order of its rows does not matter."""
    rows = read_table(data / "stiffness.parquet")
    write_table(tmp_path / "stiffness", rows.sample(frac=1, random_state=0), ORIGIN)
    first = trained(data, tmp_path / "first", "cnn", target="c11")
    files = {"stiffness": tmp_path / "stiffness"}
    second = trained(data, tmp_path / "second", "cnn", target="c11", **files)
    one, two = (load_weights(each / "weights.safetensors") for each in (first, second))
    assert all(torch.equal(one[0][name], two[0][name]) for name in one[0])
    assert one[1] == two[1]


@pytest.mark.parametrize(("name", "epochs"), [("all", 2), ("pair", 3)])
def test_a_training_is_as_long_as_that_of_its_set(data, tmp_path, name, epochs, monkeypatch):
    """Its epochs are those of the set, and so is the fall of the learning rate."""
    lengths = []
    made = stage.training_of

    def training_of(loss, train, validation, epochs, device):
        lengths.append(epochs)
        return made(loss, train, validation, epochs, device)

    monkeypatch.setattr(stage, "training_of", training_of)
    options = OPTIONS.model_copy(
        update=dict.fromkeys(("max_epochs", "scheduled_epochs"), EpochsOptions(all=2, pair=3))
    )
    given = {"options": options.trained("cnn", name), "target": "c11", "name": name}
    out = trained(data, tmp_path, "cnn", **given)
    assert lengths == [epochs]
    assert len(read_table(out / "history.parquet")) == epochs


def test_a_network_without_target_is_refused(data, tmp_path):
    """The sentence names what is missing."""
    with pytest.raises(InputError, match="give --target"):
        trained(data, tmp_path, "cnn")


def test_a_training_of_the_learning_curve_takes_spare_structures(data, tmp_path):
    """As many as wanted; a number that there is not is refused, with the remedy."""
    rows = read_table(data / "splits.parquet")
    rows.loc[rows.index[8:12], "split"] = "spare"
    write_table(tmp_path / "splits", rows, ORIGIN)
    options = OPTIONS.trained("cnn", "all")
    given = {"target": "c11", "splits": tmp_path / "splits"}
    known = read_table(data / "stiffness.parquet")["c11_gpa"]
    for count, few in ((None, 8), (12, 12)):
        chosen = options.model_copy(update={"training_structures": count})
        out = trained(data, tmp_path / str(count), "cnn", **{**given, "options": chosen})
        _, material = load_network(out / "weights.safetensors", chosen_device())
        span = [known[:few].min(), known[:few].max()]
        assert material["ranges"]["c11_gpa"] == pytest.approx(span)
    many = options.model_copy(update={"training_structures": 13})
    with pytest.raises(InputError, match="13 training structures are wanted, and there are 12"):
        trained(data, tmp_path / "many", "cnn", **{**given, "options": many})
