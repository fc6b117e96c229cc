"""A training that is killed, and two that share their checkpoints."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from .counters import SCORES, Counter, InPlace, names, run


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
