"""The training loop: the epoch that is kept, early stopping, divergence, resume."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.training.loop import train


class Counter:
    """A trainable whose only weight counts its steps, and whose scores are given."""

    def __init__(self, scores, fail_at=None, steps=3):
        self.count, self.scores, self.fail_at = torch.zeros(()), scores, fail_at
        self.epoch, self.steps = -1, steps

    def state(self):
        """Return the count."""
        return {"count": self.count}

    def load_state(self, state):
        """Load the count."""
        self.count = state["count"]

    def begin_epoch(self, epoch):
        """Store the epoch."""
        self.epoch = epoch
        return self.steps

    def step(self, index):
        """Count."""
        self.count = self.count + 1
        value = np.nan if self.epoch == self.fail_at else float(index)
        return {"loss": torch.tensor(value)}

    def validate(self):
        """Return the epoch's score, as NumPy returns numbers."""
        return {"score": np.float64(self.scores[self.epoch])}

    def weights(self):
        """Return the count."""
        return {"count": self.count}


def run(trainable, folder, epochs, **options):
    """Train with the score of `Counter`."""
    return train(trainable, epochs, folder, "score", **options)


def test_the_best_epoch_is_kept(tmp_path):
    """Its weights are returned and its row is marked, the first of equals."""
    history, weights = run(Counter([3, 1, 2, 1]), tmp_path, 4)
    assert history["kept"].tolist() == [False, True, False, False]
    assert weights["count"] == 6
    assert history["loss"].tolist() == [1.0] * 4
    assert history["epoch"].dtype == np.int64
    assert history["kept"].dtype == bool


def test_early_epochs_cannot_be_kept(tmp_path):
    """No epoch before the first eligible one is selected."""
    history, weights = run(Counter([0, 1, 3, 2]), tmp_path, 4, eligible_from=2)
    assert history["kept"].tolist() == [False, False, False, True]
    assert weights["count"] == 12


def test_a_training_without_eligible_epoch_keeps_its_last(tmp_path):
    """A training that ends too early still has weights."""
    history, weights = run(Counter([2, 1]), tmp_path, 2, eligible_from=5, patience=1)
    assert history["kept"].tolist() == [False, True]
    assert weights["count"] == 6


@pytest.mark.parametrize(
    ("scores", "patience", "epochs"),
    [
        ([5, 4, 3, 2, 1], 1, 5),  # it improves to the end
        ([3, 4, 1, 1, 1], 1, 2),
        ([3, 4, 1, 1, 1], 2, 5),  # an equal score is no improvement: the last epoch is the second
        ([3, 3, 3, 3, 3], 3, 4),
        ([3, 4, 2, 5, 1], 2, 5),  # an improvement restarts the count
    ],
)
def test_training_stops_without_improvement(tmp_path, scores, patience, epochs):
    """The last epoch is the one in which the score has not fallen for `patience` epochs."""
    history, weights = run(Counter(scores), tmp_path, 5, patience=patience)
    assert len(history) == epochs
    assert weights["count"] == 3 * (1 + int(np.argmin(scores[:epochs])))


def test_a_stopped_training_does_not_continue(tmp_path):
    """Called again after an early stop, it takes no further step and returns the same."""
    first = run(Counter([1, 2, 2, 0]), tmp_path, 4, patience=2)
    again = Counter([1, 2, 2, 0])
    history, weights = run(again, tmp_path, 4, patience=2)
    assert again.epoch == -1
    assert history.equals(first[0])
    assert weights == first[1]


def test_divergence_says_so_and_keeps_the_checkpoint(tmp_path):
    """One sentence with epoch, loss and remedy; training can continue from the last checkpoint."""
    with pytest.raises(InputError, match=r"diverged in epoch 3: loss .* Lower the learning rate"):
        run(Counter([1] * 4, fail_at=2), tmp_path, 4)
    history, weights = run(Counter([1] * 4), tmp_path, 4)
    assert len(history) == 4
    assert weights["count"] == 3
    assert torch.load(tmp_path / "last.ckpt", weights_only=True)["state"]["count"] == 12


def test_divergence_stops_within_an_epoch(tmp_path):
    """A long epoch does not run to its end once a loss is not a number."""
    trainable = Counter([1], fail_at=0, steps=10_000)
    with pytest.raises(InputError, match="none was kept"):
        run(trainable, tmp_path, 1)
    assert trainable.count < 200


def test_resume_continues_where_it_stopped(tmp_path):
    """A second call trains only the epochs that are missing."""
    run(Counter([3, 2, 9, 9]), tmp_path, 2)
    trainable = Counter([3, 2, 1, 4])
    history, weights = run(trainable, tmp_path, 4)
    assert trainable.count == 12
    assert history["score"].tolist() == [3, 2, 1, 4]
    assert weights["count"] == 9


def test_checkpoints_are_whole_or_absent(tmp_path, monkeypatch):
    """A kill while a checkpoint is written leaves the one before, from which training continues."""
    save, calls = torch.save, []

    def half(state, path):
        calls.append(path.name)
        if len(calls) == 4:  # best and last of two epochs
            path.write_bytes(b"half")
            raise KeyboardInterrupt
        save(state, path)

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(KeyboardInterrupt):
        run(Counter([3, 2, 1]), tmp_path, 3)
    assert calls == ["best.partial", "last.partial"] * 2
    monkeypatch.undo()
    trainable = Counter([3, 2, 1])
    history, weights = run(trainable, tmp_path, 3)
    assert history["score"].tolist() == [3, 2, 1]
    assert trainable.count == weights["count"] == 9
    assert {path.name for path in tmp_path.iterdir()} == {"best.ckpt", "last.ckpt"}


class InPlace(Counter):
    """A trainable that changes its weights in place, as optimisers do."""

    def step(self, index):
        """Count without a new tensor."""
        self.count += 1
        return {"loss": torch.tensor(float(index))}

    def load_state(self, state):
        """Load the count into the tensor that is there."""
        self.count.copy_(state["count"])


class Killed(BaseException):
    """The process is killed: no handler of ordinary errors sees it."""


def killed_at(monkeypatch, call):
    """Kill before the file operation of this number: a save, or a rename that completes it."""
    done = []

    def counted(function):
        def operation(*args):
            if len(done) == call:
                raise Killed
            done.append(function)
            return function(*args)

        return operation

    monkeypatch.setattr(torch, "save", counted(torch.save))
    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    return done


@pytest.mark.parametrize("scores", [[3, 2, 4, 1], [1, 2, 3, 4], [3, 1, 1, 2]])
@pytest.mark.parametrize("eligible_from", [0, 2])
def test_a_kill_between_any_two_saves_changes_nothing(tmp_path, monkeypatch, scores, eligible_from):
    """Wherever it stops and goes on, a training keeps the weights of its best epoch.

    This sees the last checkpoint written before the best weights, and the last epoch's weights kept
    in place of the best's.
    """
    options = {"eligible_from": eligible_from}
    best = eligible_from + int(np.argmin(scores[eligible_from:]))
    whole = run(InPlace(scores), tmp_path / "whole", 4, **options)
    assert whole[1]["count"] == 3 * (best + 1)
    for call in range(100):
        folder = tmp_path / str(call)
        with monkeypatch.context() as patch:
            done = killed_at(patch, call)
            try:
                run(InPlace(scores), folder, 4, **options)
            except Killed:
                pass
            else:
                break
        assert len(done) == call
        history, weights = run(InPlace(scores), folder, 4, **options)
        assert weights["count"] == whole[1]["count"], f"killed before operation {call}"
        assert history.equals(whole[0])
    assert call >= 4 * 2 + 2, "every epoch saves a checkpoint and renames it"
