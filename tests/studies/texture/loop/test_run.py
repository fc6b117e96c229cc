"""Loops: arms, and that a killed one ends as an unbroken one."""

import filecmp

import pytest
import torch

from pspflow.io.weights import load_weights
from pspflow.studies.texture.loop.files import FILES
from pspflow.studies.texture.loop.state import LoopState


def assert_same(one, two):
    """Compare all artefacts but the seconds, bit by bit."""
    for name in (name for kind, name in FILES.items() if kind != "seconds"):
        if name.endswith(".safetensors"):  # the order of its header is not fixed
            tensors, model = load_weights(one / name)
            others, other_model = load_weights(two / name)
            assert tensors.keys() == others.keys()
            assert model == other_model
            assert all(torch.equal(tensors[key], others[key]) for key in tensors)
            continue
        inside = [path.relative_to(one) for path in (one / name).rglob("*") if path.is_file()]
        for file in inside or [name]:
            assert filecmp.cmp(one / file, two / file, shallow=False), file


@pytest.mark.parametrize("arm", ["active", "random", "active_batch", "active_warm"])
@pytest.mark.parametrize(
    ("method", "call"),
    [("append", 9), ("save_process", 2), ("save_flow", 1), ("save_iteration", 2)],
)
def test_x(looped, tmp_path, arm, method, call, monkeypatch):
    whole = looped(tmp_path / "whole", arm)
    calls = iter(range(100))
    original = getattr(LoopState, method)

    def breaks(self, *arguments):
        if next(calls) == call:
            raise KeyboardInterrupt
        return original(self, *arguments)

    monkeypatch.setattr(LoopState, method, breaks)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        looped(tmp_path / "broken", arm)
    monkeypatch.undo()
    looped(tmp_path / "broken", arm)
    assert_same(whole, tmp_path / "broken")
