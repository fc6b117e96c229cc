"""The training loop: the epoch that is kept, early stopping, divergence, resume."""

import numpy as np
import pytest
import torch

from pspflow.errors import InputError

from .counters import Counter, run


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


@pytest.mark.parametrize(
    ("first", "second", "epochs"),
    [
        ([5, 5, 5, 5, 5], [5, 4, 3, 2, 1], 5),  # one falls to the end
        ([5, 5, 5, 5, 5], [5, 4, 4, 4, 4], 4),
        ([5, 5, 4, 4, 4], [5, 4, 4, 4, 4], 5),  # the later of the two counts
    ],
)
def test_patience_waits_while_one_watched_measure_falls(tmp_path, first, second, epochs):
    """Training ends once none has fallen; the score, which is not watched, still chooses."""

    class Watched(Counter):
        def validate(self):
            measures = super().validate()
            return {**measures, "first": first[self.epoch], "second": second[self.epoch]}

    scores = [1, 2, 3, 4, 5]
    options = {"patience": 2, "watched": ["first", "second"]}
    history, weights = run(Watched(scores), tmp_path, 5, **options)
    assert len(history) == epochs
    assert weights["count"] == 3


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
