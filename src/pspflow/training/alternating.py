"""The loop for models of several optimisers that take turns: Fabric, made exactly resumable.

What is trained is a `Game`: it knows its networks, optimisers and losses. The loop knows epochs,
checkpoints, the history and the choice of the epoch whose weights are kept.
"""

import math
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import torch
from lightning.fabric import Fabric
from torch import Tensor

from pspflow.errors import InputError
from pspflow.logs import log, progress


class Game(Protocol):
    """Networks that are trained against each other."""

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on: tensors, numbers, lists, dicts."""

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up what `state` returned."""

    def begin_epoch(self, epoch: int) -> int:
        """Prepare an epoch, whose data and noise depend on its number alone; return its steps."""

    def step(self, index: int) -> dict[str, Tensor]:
        """Take one step of every side and return the losses, detached scalars."""

    def validate(self) -> dict[str, float]:
        """Measure the weights as they would be kept."""

    def weights(self) -> dict[str, Tensor]:
        """Return the weights as they would be kept."""


def play(
    game: Game, fabric: Fabric, epochs: int, resume: Path, score: str, eligible_from: int
) -> tuple[pd.DataFrame, dict[str, Tensor]]:
    """Train for a number of epochs and return the weights of the best one.

    A checkpoint is written after every epoch. Called again after a kill, the same training goes
    on from there and ends in the same weights (on a CPU, with the same number of threads).

    Parameters
    ----------
    game
        What is trained, on Fabric's device.
    fabric
        Device and precision; it writes the checkpoints.
    epochs
        Number of epochs.
    resume
        Folder of the checkpoints of exactly this training.
    score
        Measure of `validate` by which an epoch is chosen, smaller is better.
    eligible_from
        First epoch (from 0) that can be chosen.

    Returns
    -------
    history, weights
        One row an epoch: `epoch`, mean losses, measures, `kept` (whether its weights are those
        returned).

    Raises
    ------
    InputError
        If a loss or a measure is not a number; the last good checkpoint stays in `resume`.
    """
    resume.mkdir(parents=True, exist_ok=True)
    last, best = resume / "last.ckpt", resume / "best.ckpt"
    rows: list[dict[str, float]] = []
    if last.exists():
        log.info("Going on from %s", last)
        state = fabric.load(last, weights_only=True)
        rows = state["rows"]
        game.load_state(state["game"])
    for epoch in range(len(rows), epochs):
        losses = _epoch(game, epoch, epochs)
        measured = {"epoch": epoch, **losses, **game.validate()}
        row = {name: float(value) for name, value in measured.items()}
        _check(row, epoch, resume)
        told = ", ".join(f"{name} {value:.4g}" for name, value in row.items() if name != "epoch")
        log.info("epoch %d of %d: %s", epoch + 1, epochs, told)
        rows.append(row)
        # the best one first: a kill between the two only repeats this epoch
        if _best(rows, score, eligible_from) == epoch:
            _save(fabric, best, {"weights": game.weights()})
        _save(fabric, last, {"rows": rows, "game": game.state()})
    history = pd.DataFrame(rows).astype({"epoch": "int64"})
    history["kept"] = history["epoch"] == _best(rows, score, eligible_from)
    return history, fabric.load(best, weights_only=True)["weights"]


def _epoch(game: Game, epoch: int, epochs: int) -> dict[str, float]:
    """Play one epoch and return the mean of every loss, NaN as soon as a step gives one."""
    steps = game.begin_epoch(epoch)
    total: dict[str, Tensor] = {}
    for index in progress(range(steps), steps, f"epoch {epoch + 1} of {epochs}", "step"):
        for name, value in game.step(index).items():
            total[name] = total.get(name, torch.zeros_like(value)) + value
        # looking at every step would wait for the device at every step
        if index % 50 == 49 and not all(math.isfinite(float(v)) for v in total.values()):
            break
    return {name: float(value) / steps for name, value in total.items()}


def _check(row: dict[str, float], epoch: int, resume: Path) -> None:
    sick = [name for name, value in row.items() if not math.isfinite(value)]
    if sick:
        kept = f"the checkpoint of the epoch before is in {resume}" if epoch else "none was kept"
        raise InputError(
            f"Training diverged in epoch {epoch + 1}: {', '.join(sick)} is no longer a number; "
            f"{kept}. Lower the learning rate or raise the weight of the likelihood."
        )


def _best(rows: list[dict[str, float]], score: str, eligible_from: int) -> int:
    """Find the epoch of the smallest score, the last one if none can be chosen yet."""
    scores = [row[score] for row in rows[eligible_from:]]
    return eligible_from + scores.index(min(scores)) if scores else len(rows) - 1


def _save(fabric: Fabric, path: Path, state: dict[str, Any]) -> None:
    staged = path.with_suffix(".partial")
    fabric.save(staged, state)
    staged.replace(path)
