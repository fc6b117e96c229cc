"""Checkpoints that are damaged, cannot be read, or cannot be written."""

import errno

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.checkpoints import load_checkpoint

from .counters import SCORES, InPlace, names, run


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
