"""Flows are trained on a small image set of three domains."""

import random
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.imagesets import Micrographs, put_micrograph, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.io.weights import load_weights, save_weights
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.microstructure.loader import cut_chips
from pspflow.models.multiflow import directions
from pspflow.models.pinet import PINet
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.flows import training
from pspflow.studies.temper.flows.stages import train as stage
from pspflow.studies.temper.flows.trained import load_flow, transfer
from pspflow.studies.temper.flows.training_options import FlowTraining, TopologyWeights
from pspflow.training.devices import chosen_device

ORIGIN = Provenance("test", {}, None, {})
EDGE = 16
DOMAINS = {"raw": (60, 4), "aged": (90, 12), "over aged": (120, 25)}
IMAGING = Imaging(
    birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=100
)
OPTIONS = FlowTraining(
    width=4,
    couplings=1,
    discriminator=(4, 4),
    epochs=4,
    steps_per_epoch=12,
    batch_size=4,
    likelihood_share=0.25,
    pool_size=6,
)


def build(folder, domains=DOMAINS, validation=DOMAINS):
    """Write micrographs, chips, persistence images and their grid."""
    rng = np.random.default_rng(0)
    rows, cuts = [], []
    with new_store(folder / "micrographs.zarr", ORIGIN) as store:
        store.attrs["grey_range"] = [0.0, 255.0]
        for domain, (mean, spread) in domains.items():
            for split in ("train", "validation", "test"):
                if split == "validation" and domain not in validation:
                    continue
                pixels = rng.normal(mean, spread, (48, 48)).clip(0, 255).astype(np.uint8)
                name = f"{split} {domain}"
                image = {"micrograph": name, "specimen": split, "domain": domain, "image": name}
                put_micrograph(store, pd.Series({**image, "pixel_size_um": 0.1}), pixels)
                region = {"row_start": 0, "row_stop": 48, "column_start": 0, "column_stop": 48}
                table = chip_rows(grid_windows(region, EDGE, 8), EDGE, image, split)
                rows.append(table)
                cuts += [
                    pixels[r.row : r.row + EDGE, r.column : r.column + EDGE]
                    for r in table.itertuples()
                ]
    write_table(folder / "chips.parquet", pd.concat(rows), ORIGIN)
    write_table(folder / "grid.parquet", pi.imaging_row(IMAGING), ORIGIN)
    with new_store(folder / "persistence.zarr", ORIGIN) as group:
        group.attrs["chips"] = fingerprint(folder / "chips.parquet")
        images = pi.compute(np.stack(cuts), IMAGING).astype(np.float32)
        put_array(group, pi.IMAGES, images, pi.DIMS, "1")
    torch.manual_seed(0)
    net = PINet("pooled", (3, 3))
    torch.nn.init.normal_(net.head[4].weight, std=0.01)
    model = {"head": "pooled", "channels": [3, 3], "resolution": 10}
    save_weights(folder / "pinet.safetensors", net.state_dict(), model, ORIGIN)
    return folder


@pytest.fixture(scope="module")
def image_set(tmp_path_factory):
    """Give one image set to all tests."""
    return build(tmp_path_factory.mktemp("set"))


def inputs(folder):
    """Return the stage's inputs."""
    return {
        "micrographs": folder / "micrographs.zarr",
        "chips": folder / "chips.parquet",
        "persistence": folder / "persistence.zarr",
        "grid": folder / "grid.parquet",
    }


def train(folder, out, regularisation="none", **changes):
    """Train with options that differ from the tests' by `changes`."""
    options = {"regularisation": regularisation, "replicate": 0, **changes}
    options.setdefault("options", OPTIONS)
    weights, history = out / "weights.safetensors", out / "history.parquet"
    if regularisation == "pinet":
        options["pinet"] = folder / "pinet.safetensors"
    stage.train(**inputs(folder), weights=weights, history=history, **options)
    return load_weights(weights)[0], read_table(history)


def test_an_epoch_is_scored_against_the_target(image_set, monkeypatch):
    """Transfers of validation chips of the source are compared with real ones of the target."""
    rows = read_chips(image_set / "chips.parquet")
    store = Micrographs(image_set / "micrographs.zarr")
    chips = {
        name: cut_chips(store, rows[(rows["split"] == "validation") & (rows["domain"] == name)])
        for name in DOMAINS
    }
    grey = {name: float(each.mean()) for name, each in chips.items()}
    shift = {way: 1.5 * i + 2 for i, way in enumerate(directions(list(DOMAINS)))}
    monkeypatch.setattr(training, "VALIDATION_CHIPS_PER_SPECIMEN", 1000)
    monkeypatch.setattr(training, "signal_to_noise_db", lambda each: each.mean(axis=(1, 2)))
    monkeypatch.setattr(training, "transfer", lambda _, each, a, b: each + shift[a, b])
    found = training.validation_of(rows, store, list(DOMAINS), 3)(None)
    gaps = [abs(grey[a] + by - grey[b]) for (a, b), by in shift.items()]
    assert found[training.GAP] == pytest.approx(np.mean(gaps))
    assert found["snr_db"] == pytest.approx(np.mean([grey[a] + by for (a, _), by in shift.items()]))


def same(first, second):
    """Return whether two state dicts are equal bit by bit."""
    return all(torch.equal(first[name], second[name]) for name in first)


def command(folder, name):
    """Return the command that trains."""
    flags = [item for key, path in inputs(folder).items() for item in (f"--{key}", str(path))]
    return [
        *(sys.executable, "-m", "pspflow", "temper", "flows", "train"),
        *("--regularisation", "exact"),
        *("--replicate", "0", *flags, "--options", OPTIONS.model_dump_json()),
        *("--weights", f"{folder}/{name}/w.safetensors"),
        *("--history", f"{folder}/{name}/h.parquet"),
    ]


@pytest.mark.faults
@pytest.mark.fault(
    "SIGKILL of a training of flows, at any step",
    "the same command goes on from the last epoch and ends with the same bytes",
    "the epoch that was running",
)
def test_a_killed_training_ends_in_the_same_weights(image_set):
    """After SIGKILL at any step, a second start gives the weights of an unbroken run bit by bit."""
    whole, broken = "whole", "broken"
    assert subprocess.run(command(image_set, whole), check=False).returncode == 0
    process = subprocess.Popen(command(image_set, broken), stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "epoch 2 of 4" in line:
            break
    time.sleep(random.uniform(0, 0.2))  # wherever in an epoch that is
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (image_set / broken / "w.safetensors").exists()
    again = subprocess.run(command(image_set, broken), check=False, capture_output=True, text=True)
    assert "Going on from" in again.stderr
    first, second = (
        load_weights(image_set / name / "w.safetensors")[0] for name in (whole, broken)
    )
    assert same(first, second)
    pd.testing.assert_frame_equal(
        *(read_table(image_set / name / "h.parquet") for name in (whole, broken))
    )
    assert not (image_set / broken / "resume").exists()


def test_cores_do_not_change_the_weights(image_set, tmp_path):
    """The options have the number of threads: what a job is given decides nothing."""
    made = {}
    for cores in (1, 2):
        weights, history = tmp_path / f"{cores}.safetensors", tmp_path / f"{cores}.parquet"
        torch.set_num_threads(cores)
        short = OPTIONS.model_copy(update={"epochs": 2})
        stage.train(
            **inputs(image_set),
            regularisation="exact",
            replicate=0,
            weights=weights,
            history=history,
            options=short,
        )
        assert torch.get_num_threads() == short.threads == 1
        made[cores] = weights.read_bytes()
    assert made[1] == made[2]


@pytest.mark.parametrize("regularisation", ["none", "pinet", "exact"])
def test_every_regularisation_trains(image_set, tmp_path, regularisation):
    """The losses are those of the method, and all are numbers."""
    _, history = train(image_set, tmp_path, regularisation)
    terms = {"likelihood", "realism", "image discriminators"}
    if regularisation != "none":
        terms |= {"topological realism", "topology discriminators"}
    assert terms == set(history.columns) - {"epoch", "snr_db", "snr_gap_db", "kept"}
    assert history[list(terms)].iloc[1:].notna().all(axis=None)
    assert history["kept"].sum() == 1


def test_the_paper_s_choice_keeps_the_epoch_of_the_highest_ratio(image_set, tmp_path):
    """Whatever its gap to real chips."""
    options = OPTIONS.model_copy(update={"chosen_epoch": "highest", "likelihood_share": 0.0})
    _, history = train(image_set, tmp_path, options=options)
    kept = history[history["kept"]]
    assert float(kept["snr_db"].iloc[0]) == history["snr_db"].max()
    assert (history["negative_snr_db"] == -history["snr_db"]).all()


def test_the_topological_weight_changes_the_flow(image_set, tmp_path):
    """Its weight changes the weights of the flow; seed and replicate decide everything else."""
    trained = {
        name: train(image_set, tmp_path / name, **changes)[0]
        for name, changes in {
            "exact": {"regularisation": "exact"},
            "again": {"regularisation": "exact"},
            "weaker": {
                "regularisation": "exact",
                "options": OPTIONS.model_copy(
                    update={"topology_weight": TopologyWeights(exact=0.01)}
                ),
            },
            "replicate": {"regularisation": "exact", "replicate": 1},
        }.items()
    }
    assert same(trained["exact"], trained["again"])
    assert not same(trained["exact"], trained["weaker"])
    assert not same(trained["exact"], trained["replicate"])


def test_replicates_and_seeds_share_no_stream(image_set, tmp_path, monkeypatch):
    """Weights and data order are drawn anew; validation chips are the same for every replicate."""
    drawn, validated = [], []
    prepare, validation_of = stage.prepare, stage.validation_of

    class Noted(stage.TransferTraining):
        def __init__(self, *args, **kwargs):
            drawn.append(("training", args[5]))
            super().__init__(*args, **kwargs)

    def prepared(threads, seed, **more):
        drawn.append(("prepare", seed))
        return prepare(threads, seed, **more)

    def validating(rows, store, domains, seed, *more):
        validated.append(seed)
        return validation_of(rows, store, domains, seed, *more)

    monkeypatch.setattr(stage, "TransferTraining", Noted)
    monkeypatch.setattr(stage, "prepare", prepared)
    monkeypatch.setattr(stage, "validation_of", validating)
    one = OPTIONS.model_copy(update={"epochs": 1, "steps_per_epoch": 1, "likelihood_share": 0.0})
    for replicate, seed in ((0, 0), (1, 0), (0, 1)):
        out = tmp_path / f"{replicate} {seed}"
        train(image_set, out, replicate=replicate, seed=seed, options=one)
    assert len(drawn) == len(set(drawn)) == 6
    assert validated == [0, 0, 1]


def test_an_epoch_is_chosen_among_those_with_discriminators(image_set, tmp_path, monkeypatch):
    """By the gap of the ratios or the highest, and over as many epochs as the options say."""
    given: dict = {}
    monkeypatch.setattr(stage, "train_and_save", lambda *_, **more: given.update(more))
    options = OPTIONS.model_copy(update={"epochs": 7, "likelihood_share": 0.3})
    paths = {"weights": tmp_path / "weights", "history": tmp_path / "history"}
    stage.train(
        **inputs(image_set), **paths, regularisation="none", replicate=0, options=options, seed=0
    )
    assert given["eligible_from"] == 3
    assert given["score"] == "snr_gap_db"
    assert given["epochs"] == 7
    highest = options.model_copy(update={"chosen_epoch": "highest"})
    stage.train(
        **inputs(image_set), **paths, regularisation="none", replicate=0, options=highest, seed=0
    )
    assert given["score"] == "negative_snr_db"
    assert {name: given[name] for name in paths} == paths


def test_numbers_are_float32_unless_bfloat16_is_asked_for(image_set, tmp_path, monkeypatch):
    """The option alone decides, and a GPU does nothing of itself."""
    mixed = []

    class Noted(stage.TransferTraining):
        def __init__(self, *args, **kwargs):
            mixed.append(kwargs["mixed"])
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(stage, "TransferTraining", Noted)
    monkeypatch.setattr(stage, "train_and_save", lambda *_, **__: None)
    paths = {"weights": tmp_path / "weights", "history": tmp_path / "history"}
    for changes in ({}, {"precision": "float32"}, {"precision": "bfloat16"}):
        options = OPTIONS.model_copy(update=changes)
        stage.train(
            **inputs(image_set), **paths, regularisation="none", replicate=0, options=options
        )
    assert mixed == [False, False, True]


def test_transfer_goes_towards_the_target(image_set, tmp_path):
    """After some training, transferred chips have the grey levels of the target."""
    train(image_set, tmp_path, options=OPTIONS.model_copy(update={"steps_per_epoch": 60}))
    flow = load_flow(tmp_path / "weights.safetensors", chosen_device())
    rows = read_chips(image_set / "chips.parquet")
    rows = rows[(rows["domain"] == "raw") & (rows["split"] == "test")]
    pixels = cut_chips(Micrographs(image_set / "micrographs.zarr"), rows)
    made = transfer(flow, pixels, "raw", "over aged")
    mean, spread = DOMAINS["over aged"]
    assert made.mean() == pytest.approx(mean, abs=12)
    assert made.std() == pytest.approx(spread, rel=0.4)


def test_flows_of_two_domains_are_trained(tmp_path):
    """The number of domains is not fixed."""
    two = {name: DOMAINS[name] for name in ("raw", "aged")}
    build(tmp_path, two, two)
    weights, _ = train(tmp_path, tmp_path / "out", "exact")
    assert {name.split(".")[1] for name in weights} == {"domain raw", "domain aged"}


@pytest.mark.parametrize(("regularisation", "flag"), [("pinet", "--pinet"), ("exact", "--grid")])
def test_a_missing_input_of_a_regularisation_is_named(image_set, tmp_path, regularisation, flag):
    """A missing input is named; nothing is used silently in its place."""
    kinds = {"regularisation": regularisation, "replicate": 0, "options": OPTIONS}
    needed = {name: inputs(image_set)[name] for name in ("micrographs", "chips")}
    out = {"weights": tmp_path / "w.safetensors", "history": tmp_path / "h.parquet"}
    with pytest.raises(InputError, match=f"'{regularisation}' needs {flag}"):
        stage.train(**kinds, **needed, **out)


def test_divergence_through_the_exact_layer_is_reported(image_set, tmp_path):
    """A NaN gives a sentence, and no traceback of the layer."""
    wild = OPTIONS.model_copy(update={"learning_rate": 1e6, "gradient_clip": None})
    with pytest.raises(InputError, match="diverged in epoch"):
        train(image_set, tmp_path, "exact", options=wild)


def test_a_domain_without_validation_chips_is_refused(tmp_path):
    """The epoch could not be chosen; a sentence says what to do."""
    build(tmp_path, DOMAINS, {"raw": None, "aged": None})
    with pytest.raises(InputError, match=r"'over aged' has no validation chip.*split.validation"):
        train(tmp_path, tmp_path / "out")
