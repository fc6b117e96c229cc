"""PI-Net is trained, compared with exact images and described, on a small image set."""

import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.imagesets import Micrographs, put_micrograph, read_chips
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.io.weights import load_weights
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.microstructure.loader import cut_chips
from pspflow.report.section import Section
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.pinet.network import load_pinet
from pspflow.studies.temper.pinet.options import PINetOptions
from pspflow.studies.temper.pinet.stages import evaluate as evaluate_stage
from pspflow.studies.temper.pinet.stages import train as train_stage
from pspflow.studies.temper.pinet.stages.evaluate import evaluate
from pspflow.studies.temper.pinet.stages.section import section
from pspflow.studies.temper.pinet.stages.train import train
from pspflow.training.devices import chosen_device

EDGE, DOMAINS, HEADS = 16, {"raw": 60, "aged": 120}, ("pooled", "spatial")
IMAGING = Imaging(
    birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=100
)
OPTIONS = PINetOptions(channels=(3, 3), max_epochs=2, batch_size=4, chips_per_specimen=8)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Write micrographs, chips, persistence images and their grid."""
    origin = Provenance("test", {}, None, {})
    folder, rng, rows, pixels_of = tmp_path_factory.mktemp("set"), np.random.default_rng(0), [], {}
    names = {"micrographs": "zarr", "chips": "parquet", "persistence": "zarr", "grid": "parquet"}
    paths = {name: folder / f"{name}.{suffix}" for name, suffix in names.items()}
    region = {"row_start": 0, "row_stop": 48, "column_start": 0, "column_stop": 48}
    with new_store(paths["micrographs"], origin) as store:
        for domain, mean in DOMAINS.items():
            for split in ("train", "validation", "test"):
                name = f"{split} {domain}"
                image = {"micrograph": name, "specimen": split, "domain": domain, "image": name}
                pixels = rng.normal(mean, 20, (48, 48)).clip(0, 255).astype(np.uint8)
                pixels_of[name] = pixels
                put_micrograph(store, pd.Series({**image, "pixel_size_um": 0.1}), pixels)
                rows.append(chip_rows(grid_windows(region, EDGE, 8), EDGE, image, split))
    table = pd.concat(rows)
    write_table(paths["chips"], table, origin)
    write_table(paths["grid"], pi.imaging_row(IMAGING), origin)
    with new_store(paths["persistence"], origin) as group:
        group.attrs["chips"] = fingerprint(paths["chips"])
        images = pi.compute(cut_chips(pixels_of, table), IMAGING).astype(np.float32)
        put_array(group, pi.IMAGES, images, pi.DIMS, "1")
    return paths


def trained(inputs, folder, head, **changes):
    """Train and return weights and history."""
    given = {name: inputs[name] for name in ("micrographs", "chips", "persistence")}
    paths = {"weights": folder / head / "w.safetensors", "history": folder / head / "h.parquet"}
    train(head=head, **given, **paths, **{"options": OPTIONS, **changes})
    return load_weights(paths["weights"])[0], read_table(paths["history"])


@pytest.fixture(scope="module")
def artefacts(inputs, tmp_path_factory):
    """Train and evaluate both heads, and return the folder."""
    folder = tmp_path_factory.mktemp("pinet")
    for head in HEADS:
        trained(inputs, folder, head)
        evaluate(
            weights=folder / head / "w.safetensors",
            **inputs,
            predictions=folder / head / "predictions.zarr",
            errors=folder / head / "errors.parquet",
            speed=folder / head / "speed.parquet",
            chips_per_specimen=5,
        )
    return folder


def test_a_training_is_the_same_for_the_same_seed(inputs, artefacts, tmp_path):
    """Weights and losses follow from seed and options; its files name them."""
    first = load_weights(artefacts / "pooled/w.safetensors")[0]
    again, history = trained(inputs, tmp_path, "pooled")
    other, _ = trained(inputs, tmp_path / "other", "pooled", seed=1)
    assert all((first[name] == again[name]).all() for name in first)
    assert any((first[name] != other[name]).any() for name in first)
    assert history["epoch"].tolist() == [0, 1]
    assert np.isfinite(history[["training_loss", "validation_loss"]]).all(axis=None)
    record = table_provenance(artefacts / "pooled/h.parquet")
    assert (record["stage"], record["options"]["head"]) == ("temper pinet train", "pooled")
    assert not (tmp_path / "pooled/resume").exists()


@pytest.mark.parametrize("head", HEADS)
def test_predictions_are_those_of_the_network(inputs, artefacts, head):
    """Of training and test chips, at most as many as asked for of each specimen and domain."""
    store = open_store(artefacts / head / "predictions.zarr")
    positions = read_values(store, "position")
    rows = read_table(inputs["chips"]).iloc[positions]
    assert set(rows["split"]) == {"train", "test"}
    assert rows.groupby(["specimen", "domain"]).size().tolist() == [5] * 4
    micrographs = open_store(inputs["micrographs"])
    pixels = {name: read_values(micrographs, f"{name}/grey") for name in set(rows["micrograph"])}
    net = load_pinet(artefacts / head / "w.safetensors", chosen_device())
    expected = net.predict(cut_chips(pixels, rows))
    np.testing.assert_allclose(read_values(store, pi.IMAGES), expected, rtol=1e-4, atol=1e-5)
    errors = read_table(artefacts / head / "errors.parquet")
    assert errors[["split", "domain", "homology"]].drop_duplicates().shape[0] == len(errors) == 8
    speeds = read_table(artefacts / head / "speed.parquet")
    assert speeds["way"].tolist() == ["PI-Net", "exact images"]
    assert (speeds["seconds_per_1000_chips"] > 0).all()


def test_the_section_shows_errors_and_speed_of_both_heads(inputs, artefacts, tmp_path):
    """Its figure is in its folder; the verdict on each head is that of its table."""

    def named(name):
        return {head: artefacts / head / name for head in HEADS}

    section(
        predictions=named("predictions.zarr"),
        errors=named("errors.parquet"),
        speeds=named("speed.parquet"),
        histories=named("h.parquet"),
        chips=inputs["chips"],
        persistence=inputs["persistence"],
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        simulated=True,
        options=OPTIONS,
    )
    written = Section.model_validate_json(read_section(tmp_path / "section.json")[0])
    (figure,) = written.figures
    assert figure.png == (tmp_path / "figures/parity.png").read_bytes()
    (part,) = written.parts
    fell = [h for h in HEADS if read_table(artefacts / h / "h.parquet")["kept"].iloc[-1]]
    assert fell, "two epochs are too few"
    assert f"{fell[0]} head (2)" in part.text
    assert "may be undertrained" in part.text
    assert [len(table.cells) for table in part.tables] == [16, 2, 4]
    worst = {}
    for head in HEADS:
        errors = read_table(artefacts / head / "errors.parquet")
        worst[head] = errors[errors["split"] == "test"]["over_domain_mean"].max()
    first, last = sorted(worst, key=worst.get, reverse=True)
    for head, said in zip((first, last), written.findings, strict=True):
        assert f"PI-Net, {head} head" in said
        assert f"{worst[head]:.2f} times" in said
        assert ("cannot replace" in said) == (worst[head] >= 1)
    section(
        predictions=named("predictions.zarr"),
        errors=named("errors.parquet"),
        speeds=named("speed.parquet"),
        histories=named("h.parquet"),
        chips=inputs["chips"],
        persistence=inputs["persistence"],
        figures=tmp_path / "own figures",
        section=tmp_path / "own.json",
        options=OPTIONS,
    )
    own = Section.model_validate_json(read_section(tmp_path / "own.json")[0])
    assert not own.headline, "the paper has no value for a user's own domains"
    (row,) = written.headline
    assert row.verdict == "not comparable"
    assert "simulated specimens; chips of 16 pixels, not 128; a smaller network" in row.why


def pixels_of(inputs, rows):
    """Cut chips of the image set."""
    return cut_chips(Micrographs(inputs["micrographs"]), rows)


def test_every_chip_is_trained_on_with_its_own_image(inputs, tmp_path, monkeypatch):
    """Targets are the exact images of the chips, and both are of the split that they serve."""
    kept = []

    def noted(gathered, targets):
        kept.append((gathered(torch.arange(len(gathered))).numpy(), targets))
        if len(kept) == 2:
            raise InterruptedError
        return targets

    monkeypatch.setattr(train_stage, "ChipTargets", noted)
    with pytest.raises(InterruptedError):
        trained(inputs, tmp_path, "pooled")
    rows = read_chips(inputs["chips"])
    for split, (chips, targets) in zip(("train", "validation"), kept, strict=True):
        np.testing.assert_allclose(targets, pi.compute(chips, IMAGING), rtol=1e-5, atol=1e-6)
        known = {each.tobytes() for each in pixels_of(inputs, rows[rows["split"] == split])}
        assert {each.tobytes() for each in chips} <= known


def test_errors_are_of_the_chips_and_beside_means_of_training(artefacts, inputs, monkeypatch):
    """Exact images are those of the chips; the rulers are the mean images of training chips."""
    seen = []

    def noted(*given):
        seen.append(given)
        raise InterruptedError

    monkeypatch.setattr(evaluate_stage, "surrogate_errors", noted)
    outputs = {name: artefacts / f"none {name}" for name in ("predictions", "errors", "speed")}
    weights = artefacts / "pooled" / "w.safetensors"
    with pytest.raises(InterruptedError):
        evaluate(weights=weights, **inputs, **outputs, chips_per_specimen=5)
    ((predicted, exact, few, mean, means),) = seen
    pixels = pixels_of(inputs, few)
    assert set(few["split"]) == {"train", "test"}
    np.testing.assert_allclose(exact, pi.compute(pixels, IMAGING), rtol=1e-5, atol=1e-6)
    net = load_pinet(weights, chosen_device())
    np.testing.assert_allclose(predicted, net.predict(pixels), atol=1e-6)
    rows = read_chips(inputs["chips"])
    training = rows[rows["split"] == "train"]
    every = pi.compute(pixels_of(inputs, training), IMAGING)
    np.testing.assert_allclose(mean, every.mean(axis=0), rtol=1e-4, atol=1e-6)
    for domain in DOMAINS:
        own = every[(training["domain"] == domain).to_numpy()].mean(axis=0)
        np.testing.assert_allclose(means[domain], own, rtol=1e-4, atol=1e-6)


def started(inputs, folder):
    """Start the command that trains, for enough epochs that two processes meet."""
    options = OPTIONS.model_copy(update={"max_epochs": 30, "patience": 30})
    given = {name: inputs[name] for name in ("micrographs", "chips", "persistence")}
    flags = [item for name, path in given.items() for item in (f"--{name}", str(path))]
    command = [
        *(sys.executable, "-m", "pspflow", "temper", "pinet", "train", "--head", "pooled"),
        *(*flags, "--options", options.model_dump_json(), "--device", "cpu"),
        *("--weights", f"{folder}/w.safetensors", "--history", f"{folder}/h.parquet"),
    ]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def reached(process, words):
    """Wait until a training says something; return what it said before."""
    said = []
    for line in process.stderr:
        said.append(line)
        if words in line:
            return "".join(said)
    raise AssertionError("".join(said))


@pytest.mark.faults
@pytest.mark.xdist_group("faults")
@pytest.mark.fault(
    "an orphan of a training and its resubmission train at once, or one is killed with SIGKILL",
    "every one that is not killed ends well, and all make the same weights and history",
    "nothing",
)
@pytest.mark.parametrize("meeting", ["together", "later", "killed"])
def test_two_processes_train_the_same_network(inputs, tmp_path, meeting):
    """Whichever ends first removes the checkpoints under the other."""
    whole = started(inputs, tmp_path / "whole")
    said = whole.communicate()[1]
    assert whole.returncode == 0, said
    folder = tmp_path / "shared"
    first = started(inputs, folder)
    if meeting != "together":
        reached(first, "epoch 2 of 30:")
        first.send_signal(signal.SIGSTOP)
    second = started(inputs, folder)
    ends = {}
    if meeting == "killed":
        reached(second, "Going on from epoch")
        first.send_signal(signal.SIGKILL)
    elif meeting == "later":  # the second ends while the first is in an epoch
        ends[second] = second.communicate()[1]
        first.send_signal(signal.SIGCONT)
    for process in {first, second} - set(ends):
        ends[process] = process.communicate()[1]
    assert second.returncode == 0, ends[second]
    assert first.returncode == (-signal.SIGKILL if meeting == "killed" else 0), ends[first]
    for name in ("w.safetensors", "h.parquet"):
        assert (folder / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert {path.name for path in folder.iterdir()} == {"w.safetensors", "h.parquet"}
