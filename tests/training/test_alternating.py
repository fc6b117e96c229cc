"""The loop of games: the epoch that is kept, divergence, resume."""

import numpy as np
import pytest
import torch
from lightning.fabric import Fabric

from pspflow.errors import InputError
from pspflow.training.alternating import play


class Counter:
    """A game whose only weight counts its steps, and whose score is given."""

    def __init__(self, scores, fail_at=None, steps=3):
        self.count, self.scores, self.fail_at = torch.zeros(()), scores, fail_at
        self.epoch, self.steps = -1, steps

    def state(self):
        """Return the count."""
        return {"count": self.count}

    def load_state(self, state):
        """Take the count up."""
        self.count = state["count"]

    def begin_epoch(self, epoch):
        """Remember the epoch."""
        self.epoch = epoch
        return self.steps

    def step(self, index):
        """Count."""
        self.count = self.count + 1
        value = np.nan if self.epoch == self.fail_at else float(index)
        return {"loss": torch.tensor(value)}

    def validate(self):
        """Give the epoch's score, as NumPy gives numbers."""
        return {"score": np.float64(self.scores[self.epoch])}

    def weights(self):
        """Return the count."""
        return {"count": self.count}


def run(game, folder, epochs, eligible_from=0):
    """Play on the CPU."""
    return play(game, Fabric(accelerator="cpu", devices=1), epochs, folder, "score", eligible_from)


def test_the_best_epoch_is_kept(tmp_path):
    """Its weights are returned and it is marked, the first of equals."""
    history, weights = run(Counter([3, 1, 2, 1]), tmp_path, 4)
    assert history["kept"].tolist() == [False, True, False, False]
    assert weights["count"] == 6
    assert history["loss"].tolist() == [1.0] * 4


def test_early_epochs_cannot_be_kept(tmp_path):
    """Not before the first eligible one."""
    history, weights = run(Counter([0, 1, 3, 2]), tmp_path, 4, eligible_from=2)
    assert history["kept"].tolist() == [False, False, False, True]
    assert weights["count"] == 12


def test_only_epoch(tmp_path):
    """A training too short to have an eligible epoch keeps its last."""
    history, weights = run(Counter([2, 1]), tmp_path, 2, eligible_from=5)
    assert history["kept"].tolist() == [False, True]
    assert weights["count"] == 6


def test_divergence_says_so_and_keeps_the_checkpoint(tmp_path):
    """One sentence with epoch, loss and remedy; the last good checkpoint can be gone on from."""
    with pytest.raises(InputError, match=r"diverged in epoch 3: loss .* Lower the learning rate"):
        run(Counter([1] * 4, fail_at=2), tmp_path, 4)
    assert not list(tmp_path.glob("*.partial"))
    history, weights = run(Counter([1] * 4), tmp_path, 4)
    assert len(history) == 4
    assert weights["count"] == 3
    assert torch.load(tmp_path / "last.ckpt", weights_only=True)["game"]["count"] == 12


def test_divergence_stops_within_an_epoch(tmp_path):
    """A long epoch is not played to its end once a loss is no number."""
    game = Counter([1], fail_at=0, steps=10_000)
    with pytest.raises(InputError, match="none was kept"):
        run(game, tmp_path, 1)
    assert game.count < 200


def test_resume_goes_on_where_it_stopped(tmp_path):
    """A second call plays only the epochs that are missing."""
    run(Counter([3, 2, 9, 9]), tmp_path, 2)
    game = Counter([3, 2, 1, 4])
    history, weights = run(game, tmp_path, 4)
    assert game.count == 12
    assert history["score"].tolist() == [3, 2, 1, 4]
    assert weights["count"] == 9
