"""Start and end of a training stage: what it writes, and that a killed one is completed."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, table_provenance
from pspflow.io.weights import load_weights
from pspflow.training.session import prepare, train_and_save

ORIGIN = Provenance("test", {"width": 2, "rate": 0.1}, 0, {"chips": "same"})
SCRIPT = """
import logging, sys
from pathlib import Path
import torch
from torch import nn
from pspflow.io.artefacts import Provenance
from pspflow.training.data import Pairs, in_order, shuffled
from pspflow.training.devices import chosen_device
from pspflow.training.optimisers import Adam
from pspflow.training.session import prepare, train_and_save
from pspflow.training.supervised import Supervised

class Squares:
    def training(self, batch, epoch, number):
        return self.validation(batch, number)
    def validation(self, batch, number):
        return (net(batch[0]) - batch[1]).square().mean(), {}

logging.basicConfig(level=logging.INFO)
prepare(threads=1, seed=3)
net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
inputs = torch.randn(300, 2)
data = Pairs(inputs, inputs.prod(dim=1, keepdim=True))
optimiser = Adam(net.parameters(), 0.01)
batches = (shuffled(data, 8, 1), in_order(data, 64))
train_and_save(
    Supervised(net, Squares(), optimiser, *batches, chosen_device()),
    origin=Provenance("test", {}, 3, {}),
    weights=Path(sys.argv[1]) / "w.safetensors",
    history=Path(sys.argv[1]) / "h.parquet",
    model={"width": 16},
    epochs=6,
    score="validation_loss",
)
"""


def start(folder):
    """Start the training."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder)], stderr=subprocess.PIPE, text=True
    )


def test_a_killed_training_ends_in_the_same_weights(tmp_path):
    """SIGKILL in an epoch and a second start give what an unbroken run gives, bit by bit."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    process = start(broken)
    for line in process.stderr:
        if "epoch 2 of 6" in line:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (broken / "w.safetensors").exists()
    for folder, resumed in ((whole, False), (broken, True)):
        process = start(folder)
        _, said = process.communicate()
        assert process.returncode == 0, said
        assert ("Going on from" in said) == resumed
    one, two = (load_weights(folder / "w.safetensors")[0] for folder in (whole, broken))
    assert all(torch.equal(one[name], two[name]) for name in one)
    pd.testing.assert_frame_equal(*(read_table(each / "h.parquet") for each in (whole, broken)))
    assert not (broken / "resume").exists()


class Constant:
    """A trainable that changes nothing."""

    def state(self):
        """Return nothing."""
        return {}

    def load_state(self, state):
        """Load nothing."""

    def begin_epoch(self, epoch):
        """Announce one step."""
        return 1

    def step(self, index):
        """Return a loss."""
        return {"loss": torch.ones(())}

    def validate(self):
        """Return a score."""
        return {"score": 1.0}

    def weights(self):
        """Return one weight."""
        return {"weight": torch.full((2,), 2.0)}


def test_what_a_training_writes(tmp_path):
    """Finished weights with the model's arguments, which may be known only then, and a history."""
    origin = Provenance("test", {"width": 2}, 0, {})
    known = {}

    def finish(best):
        known["range"] = [float(best["weight"].min()), float(best["weight"].max())]
        return {"half": best["weight"] / 2}

    train_and_save(
        Constant(),
        origin=origin,
        weights=tmp_path / "w.safetensors",
        history=tmp_path / "h.parquet",
        model=lambda: known,
        epochs=5,
        score="score",
        patience=2,
        finish=finish,
    )
    tensors, model = load_weights(tmp_path / "w.safetensors")
    assert tensors["half"].tolist() == [1, 1]
    assert model == {"range": [2, 2]}
    history = read_table(tmp_path / "h.parquet")
    assert list(history) == ["epoch", "loss", "score", "kept"]
    assert history["kept"].tolist() == [True, False, False]
    assert table_provenance(tmp_path / "h.parquet") == origin.as_dict()
    assert {path.name for path in tmp_path.iterdir()} == {"w.safetensors", "h.parquet"}


@pytest.mark.parametrize("deterministic", [True, False])
def test_preparation_makes_draws_repeatable(monkeypatch, deterministic):
    """Every global generator starts from the seed; only wanted restrictions are set."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "unset")
    threads = torch.get_num_threads()
    try:
        drawn = []
        for _ in range(2):
            prepare(1, 7, deterministic=deterministic)
            drawn.append((np.random.rand(), float(torch.rand(()))))  # noqa: NPY002
        assert torch.get_num_threads() == 1
        assert torch.are_deterministic_algorithms_enabled() == deterministic
        assert (os.environ["CUBLAS_WORKSPACE_CONFIG"] == "unset") != deterministic
    finally:
        torch.set_deterministic_debug_mode("default")
        torch.set_num_threads(threads)
    assert drawn[0] == drawn[1]


class Steps(Constant):
    """A trainable whose weight counts its steps, in place; its scores are given."""

    def __init__(self, scores, fail_at=None):
        self.count, self.scores, self.fail_at, self.begun = torch.zeros(2), scores, fail_at, []

    def state(self):
        """Return the count."""
        return {"count": self.count}

    def load_state(self, state):
        """Load the count."""
        self.count.copy_(state["count"])

    def begin_epoch(self, epoch):
        """Store the epoch, and fail where it was asked for."""
        if epoch == self.fail_at:
            raise KeyboardInterrupt
        self.begun.append(epoch)
        return 1

    def step(self, index):
        """Count."""
        self.count += 1
        return {"loss": torch.ones(())}

    def validate(self):
        """Return the epoch's score."""
        return {"score": self.scores[self.begun[-1]]}

    def weights(self):
        """Return the count."""
        return {"weight": self.count}


def finish_training(trainable, folder, origin=ORIGIN, **options):
    """Train four epochs and write what is kept."""
    paths = {"weights": folder / "w.safetensors", "history": folder / "h.parquet"}
    train_and_save(trainable, origin=origin, **paths, model={}, epochs=4, score="score", **options)
    return load_weights(paths["weights"])[0]["weight"], read_table(paths["history"])


@pytest.mark.parametrize("scores", [[3, 1, 2, 4], [1, 2, 3, 4], [4, 3, 2, 1]])
@pytest.mark.parametrize("finished", [False, True])
def test_the_weights_of_the_best_epoch_are_written(tmp_path, scores, finished):
    """Not the last epoch's, which the network has at the end; the history marks the same epoch."""
    finish = (lambda best: {"weight": 10 * best["weight"]}) if finished else None
    weights, history = finish_training(Steps(scores), tmp_path, finish=finish)
    best = scores.index(1)
    assert weights.tolist() == [(10 if finished else 1) * (best + 1)] * 2
    assert history["kept"].tolist() == [epoch == best for epoch in range(4)]


@pytest.mark.parametrize(
    "change",
    [
        {"options": {"width": 3, "rate": 0.1}},
        {"options": {"width": 2, "rate": 0.2}},
        {"seed": 1},
        {"inputs": {"chips": "other"}},
        {"inputs": {"chips": "same", "grid": "new"}},
        {"stage": "test other"},
        {"version": "0"},
    ],
    ids=lambda change: " ".join(f"{key} {value}" for key, value in change.items()),
)
def test_another_training_starts_anew(tmp_path, change):
    """A checkpoint is of one record: other options, seed or inputs do not go on from it."""
    with pytest.raises(KeyboardInterrupt):
        finish_training(Steps([4, 3, 2, 1], fail_at=2), tmp_path)
    other = Steps([1, 2, 3, 4])
    weights, _ = finish_training(other, tmp_path, replace(ORIGIN, **change))
    assert other.begun == [0, 1, 2, 3]
    assert weights.tolist() == [1, 1]


def test_the_same_training_goes_on(tmp_path):
    """Whatever the order in which options and inputs are named."""
    with pytest.raises(KeyboardInterrupt):
        finish_training(Steps([4, 3, 2, 1], fail_at=2), tmp_path)
    again = Steps([4, 3, 2, 1])
    turned = {"rate": 0.1, "width": 2}
    weights, _ = finish_training(again, tmp_path, replace(ORIGIN, options=turned))
    assert again.begun == [2, 3]
    assert weights.tolist() == [4, 4]


def test_a_finished_training_leaves_no_checkpoint(tmp_path):
    """Started again, with its weights in place, it trains from the first epoch."""
    for _ in range(2):
        trainable = Steps([4, 3, 2, 1])
        finish_training(trainable, tmp_path)
        assert trainable.begun == [0, 1, 2, 3]
    assert {path.name for path in tmp_path.iterdir()} == {"w.safetensors", "h.parquet"}
