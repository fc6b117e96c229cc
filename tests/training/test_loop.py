"""The training loop: the epoch that is kept, early stopping, divergence, resume."""

import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.checkpoints import load_checkpoint
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


@pytest.mark.fault(
    "SIGKILL while a checkpoint is written",
    "the one before is used",
    "the epoch that was running",
)
def test_checkpoints_are_whole_or_absent(tmp_path, monkeypatch):
    """A kill while a checkpoint is written leaves the one before, from which training continues."""
    save, calls = torch.save, []

    def half(state, file):
        calls.append(file.name)
        if len(calls) == 2:
            file.write(b"half")
            raise KeyboardInterrupt
        save(state, file)

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(KeyboardInterrupt):
        run(Counter([3, 2, 1]), tmp_path, 3)
    own = f".last.{socket.gethostname()}.{os.getpid()}.partial.ckpt"
    assert calls == [str(tmp_path / own)] * 2
    monkeypatch.undo()
    trainable = Counter([3, 2, 1])
    history, weights = run(trainable, tmp_path, 3)
    assert history["score"].tolist() == [3, 2, 1]
    assert trainable.count == weights["count"] == 9
    assert names(tmp_path) == ["last.ckpt"]


def names(folder):
    """Return the names in a folder, hidden ones included."""
    return sorted(path.name for path in folder.iterdir())


def test_what_dead_processes_left_is_swept(tmp_path):
    """Partial checkpoints of this machine's killed processes go; those of other machines stay."""
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    ours = tmp_path / f".last.{socket.gethostname()}.{dead.pid}.partial.ckpt"
    theirs = tmp_path / f".last.elsewhere.{dead.pid}.partial.ckpt"
    for path in (ours, theirs):
        path.write_bytes(b"half")
    run(Counter([1]), tmp_path, 1)
    assert names(tmp_path) == sorted([theirs.name, "last.ckpt"])


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

    This sees the last epoch's weights kept in place of the best's.
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
    assert call >= 4 * 2, "every epoch saves a checkpoint and renames it"


class Interrupted(InPlace):
    """A trainable in whose epochs something else happens."""

    def __init__(self, scores, happens, epochs=(1, 2, 3)):
        super().__init__(scores)
        self.happens, self.epochs = happens, epochs

    def begin_epoch(self, epoch):
        """Let it happen."""
        if epoch in self.epochs:
            self.happens()
        return super().begin_epoch(epoch)


SCORES = [3, 1, 2, 4]


@pytest.mark.fault(
    "an orphan ends while its resubmission trains, and removes the checkpoints",
    "the resubmission makes the folder again and ends with the same weights",
    "nothing",
)
def test_another_process_may_remove_the_checkpoints(tmp_path):
    """The best weights too, which are from an earlier epoch."""
    whole = run(InPlace(SCORES), tmp_path / "whole", 4)
    folder = tmp_path / "shared"
    history, weights = run(Interrupted(SCORES, lambda: shutil.rmtree(folder)), folder, 4)
    assert weights["count"] == whole[1]["count"] == 6
    assert history.equals(whole[0])
    assert names(folder) == ["last.ckpt"]


@pytest.mark.fault(
    "an orphan and its resubmission train in the same folder",
    "each ends with the same weights",
    "nothing",
)
def test_two_processes_may_share_the_folder(tmp_path):
    """One trains to its end within an epoch of the other, whose checkpoints then go back."""
    whole = run(InPlace(SCORES), tmp_path / "whole", 4)
    folder = tmp_path / "shared"
    inner = []
    other = Interrupted(SCORES, lambda: inner.append(run(InPlace(SCORES), folder, 4)), (2,))
    for history, weights in [run(other, folder, 4), *inner]:
        assert weights["count"] == whole[1]["count"]
        assert history.equals(whole[0])
    again = run(InPlace(SCORES), folder, 4)
    assert again[1]["count"] == whole[1]["count"]


def flipped(raw):
    """Flip a bit of the weights, a count of 6."""
    place = raw.rindex(np.float32(6).tobytes()) + 2
    return raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :]


def rewritten(change):
    """Return what changes the content of a checkpoint."""

    def damage(path):
        content = torch.load(path, weights_only=True)
        change(content)
        torch.save(content, path)

    return damage


DAMAGES = {
    "empty": lambda path: path.write_bytes(b""),
    "no archive": lambda path: path.write_bytes(b"something else" * 99),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-90]),
    "a bit flipped": lambda path: path.write_bytes(flipped(path.read_bytes())),
    "the format before": rewritten(lambda content: content.pop("weights")),
    "another state": rewritten(lambda content: content.update(state={"counts": 1})),
    "another network": rewritten(lambda content: content["weights"].update(count=torch.zeros(2))),
    "other losses": rewritten(lambda content: content["rows"][0].pop("score")),
    "an epoch lost": rewritten(lambda content: content["rows"].pop(0)),
    "no dict": lambda path: torch.save([1, 2], path),
}


@pytest.mark.fault(
    "a checkpoint is cut short, has a bit flipped, or is of another format",
    "a warning names it, and the training starts anew",
    "the epochs that it held",
)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_checkpoint_that_cannot_be_used_is_ignored(tmp_path, caplog, damage):
    """One sentence with its name; the training ends with the weights of an unbroken one."""
    whole = run(InPlace(SCORES), tmp_path / "whole", 4)
    folder = tmp_path / "damaged"
    run(InPlace(SCORES), folder, 2)
    DAMAGES[damage](folder / "last.ckpt")
    caplog.clear()
    trainable = InPlace(SCORES)
    history, weights = run(trainable, folder, 4)
    (said,) = [each.message for each in caplog.records if each.levelname == "WARNING"]
    assert said.startswith(f"{folder / 'last.ckpt'}: this checkpoint cannot be used (")
    assert said.endswith("; the training starts anew.")
    assert "\n" not in said
    assert trainable.count == 12
    assert weights["count"] == whole[1]["count"]
    assert history.equals(whole[0])


class TwoParts(InPlace):
    """A trainable that loads one part of its state before it finds the other wrong."""

    def state(self):
        """Return the count and its double."""
        return {"count": self.count, "double": self.count * 2}

    def load_state(self, state):
        """Load them."""
        self.count.copy_(state["count"])
        self.double = state["double"] + 0


def test_half_a_checkpoint_is_not_loaded(tmp_path):
    """What was loaded before the fault was found is taken back."""
    run(TwoParts(SCORES), tmp_path, 3)
    rewritten(lambda content: content["state"].pop("double"))(tmp_path / "last.ckpt")
    trainable = TwoParts(SCORES)
    _, weights = run(trainable, tmp_path, 4)
    assert trainable.count == 12
    assert weights["count"] == 6


@pytest.mark.fault(
    "every bit of a checkpoint is flipped, one after the other",
    "it is ignored, or loads what was saved",
    "the epochs that it held",
)
def test_no_flipped_bit_gives_other_weights(tmp_path):
    """The checksums of the archive are looked at, which torch does not do."""
    run(InPlace(SCORES), tmp_path, 1)
    path = tmp_path / "last.ckpt"
    raw = path.read_bytes()
    kept = 0
    for bit in range(0, 8 * len(raw), 61):
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        found = load_checkpoint(path)
        if found:
            kept += 1
            assert found["rows"] == [{"epoch": 0, "loss": 1.0, "score": 3.0}]
            assert found["weights"]["count"] == found["state"]["count"] == 3
    assert kept, "bits between records change nothing"


def test_a_checkpoint_that_cannot_be_read_now_is_not_given_up(tmp_path, monkeypatch):
    """A disk that does not answer ends the job: to start anew would replace days of training."""
    run(InPlace(SCORES), tmp_path, 2)
    before = (tmp_path / "last.ckpt").read_bytes()

    def stale(*_):
        raise OSError(errno.ESTALE, "Stale file handle", str(tmp_path / "last.ckpt"))

    with monkeypatch.context() as patched:
        patched.setattr("pspflow.io.checkpoints.zipfile.ZipFile", stale)
        with pytest.raises(OSError, match="Stale file handle"):
            run(InPlace(SCORES), tmp_path, 4)
    assert (tmp_path / "last.ckpt").read_bytes() == before


@pytest.mark.fault(
    "the disk is full when a checkpoint is written",
    "the job ends with a sentence that names the file; the one before stays",
    "the epoch that was running",
)
def test_a_full_disk_is_said(tmp_path, monkeypatch):
    """No partial file is left, and the next start goes on from the epoch before."""
    save, calls = torch.save, []

    class Full:
        def __init__(self, file):
            self.file = file

        def write(self, data):
            self.file.write(bytes(data)[:10])
            raise OSError(errno.ENOSPC, "No space left on device")

    def fills(state, file):
        calls.append(file)
        save(state, Full(file) if len(calls) == 2 else file)

    monkeypatch.setattr(torch, "save", fills)
    with pytest.raises(InputError) as caught:
        run(InPlace(SCORES), tmp_path, 4)
    said = str(caught.value)
    assert str(tmp_path / "last.ckpt") in said
    assert "No space left on device" in said
    assert "\n" not in said
    assert names(tmp_path) == ["last.ckpt"]
    history, weights = run(InPlace(SCORES), tmp_path, 4)
    assert weights["count"] == 6
    assert len(history) == 4
