"""The training loop: epochs, checkpoints, exact resume, history, and the choice of the best epoch.

A `Trainable` knows its networks, optimisers and losses; the loop knows everything else.
"""

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import torch
from torch import Tensor

from pspflow.errors import InputError
from pspflow.io.checkpoints import copied, ignore, load_checkpoint, save_checkpoint
from pspflow.logs import log, progress

CHECKPOINT = "last.ckpt"
STEPS_BETWEEN_CHECKS = 50
"""Steps after which losses are checked for NaN: at every step the CPU would wait for the GPU."""


class Trainable(Protocol):
    """Networks with their data, losses and optimisers."""

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on: tensors, numbers, lists, dicts."""

    def load_state(self, state: dict[str, Any]) -> None:
        """Load the result of `state`, whose tensors are on the CPU."""

    def begin_epoch(self, epoch: int) -> int:
        """Prepare an epoch and return its number of steps.

        Data order and random draws depend on the number of the epoch alone.
        """

    def step(self, index: int) -> dict[str, Tensor]:
        """Update the weights once and return the losses, detached scalars.

        The mean over all steps is the loss of the epoch.
        """

    def validate(self) -> dict[str, float]:
        """Return measures of the weights on validation data."""

    def weights(self) -> dict[str, Tensor]:
        """Return the weights that are kept if this epoch is the best."""


def train(
    trainable: Trainable,
    epochs: int,
    resume: Path,
    score: str,
    *,
    eligible_from: int = 0,
    patience: int | None = None,
    watched: Sequence[str] = (),
) -> tuple[pd.DataFrame, dict[str, Tensor]]:
    """Train for a number of epochs and return the weights of the best one.

    A checkpoint is written after every epoch. A killed training that is started again continues
    from there and ends with the same weights (on a CPU, with the same number of threads); it loses
    the epoch in which it was killed. One that still runs then does not disturb it: each has in
    memory what it returns. A checkpoint that is damaged is ignored, with a warning.

    Parameters
    ----------
    trainable
        What is trained.
    epochs
        Largest number of epochs.
    resume
        Folder for the checkpoints of this training and no other.
    score
        Measure of `validate` that selects the best epoch; smaller is better.
    eligible_from
        First epoch (from 0) that can be selected.
    patience
        Number of epochs without a smaller score after which training stops early.
    watched
        Measures of `validate` that patience watches in the place of the score: training goes on
        while one of them becomes smaller.

    Returns
    -------
    history
        One row per epoch: `epoch`, mean losses, measures, `kept` (whether its weights are
        returned).
    weights
        The weights of the best epoch, on the CPU.

    Raises
    ------
    InputError
        If a loss or a measure is not finite, or a checkpoint cannot be written; the last good one
        stays in `resume`.
    OSError
        If the checkpoint cannot be read now, though it may be good.
    """
    path = resume / CHECKPOINT
    watched = watched or [score]
    rows, best = _restored(trainable, path, {score, *watched}) or ([], {})
    if len(rows) >= epochs:
        log.info("All %d epochs are in %s; none is trained again", epochs, path)
    elif rows:
        log.info("Going on from epoch %d of %d, after %s", len(rows) + 1, epochs, path)
    while len(rows) < epochs and not _stalled(rows, watched, eligible_from, patience):
        epoch = len(rows)
        losses = _train_epoch(trainable, epoch, epochs)
        measured = {"epoch": epoch, **losses, **trainable.validate()}
        row = {name: float(value) for name, value in measured.items()}
        _check(row, epoch, resume)
        values = ", ".join(f"{name} {value:.4g}" for name, value in row.items() if name != "epoch")
        log.info("epoch %d of %d: %s", epoch + 1, epochs, values)
        rows.append(row)
        if _best(rows, score, eligible_from) == epoch:
            best = copied(trainable.weights())
        # all in one file: a kill, or a second process, never leaves parts of two epochs
        save_checkpoint(path, {"rows": rows, "state": trainable.state(), "weights": best})
    history = pd.DataFrame(rows).astype({"epoch": "int64"})
    history["kept"] = history["epoch"] == _best(rows, score, eligible_from)
    return history, best


def _restored(
    trainable: Trainable, path: Path, needed: AbstractSet[str]
) -> tuple[list[dict[str, float]], dict[str, Tensor]] | None:
    """Load a checkpoint and return its rows and best weights.

    Return None where there is none that can be used; the trainable is then as it was.
    """
    content = load_checkpoint(path)
    if content is None:
        return None
    before = copied(trainable.state())
    try:
        rows, best = content["rows"], content["weights"]
        if [row["epoch"] for row in rows] != list(range(len(rows))) or not rows:
            raise ValueError("its epochs are not all there")
        if not all(math.isfinite(row[name]) for row in rows for name in needed):
            raise ValueError(f"{' or '.join(sorted(needed))} is not finite in it")
        if _shapes(best) != _shapes(trainable.weights()):
            raise ValueError("its weights are those of another network")
        trainable.load_state(content["state"])
    except (MemoryError, torch.OutOfMemoryError):
        raise  # on a card that others fill; the checkpoint is good
    except Exception as error:
        trainable.load_state(before)
        ignore(path, error)
        return None
    return rows, best


def _shapes(weights: dict[str, Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in weights.items()}


def _train_epoch(trainable: Trainable, epoch: int, epochs: int) -> dict[str, float]:
    """Train for one epoch and return the mean of every loss; stop early where one is not finite."""
    steps = trainable.begin_epoch(epoch)
    total: dict[str, Tensor] = {}
    for index in progress(range(steps), steps, f"epoch {epoch + 1} of {epochs}", "step"):
        for name, value in trainable.step(index).items():
            total[name] = total[name] + value if name in total else value
        check = (index + 1) % STEPS_BETWEEN_CHECKS == 0
        if check and not all(math.isfinite(float(value)) for value in total.values()):
            break
    return {name: float(value) / steps for name, value in total.items()}


def _check(row: dict[str, float], epoch: int, resume: Path) -> None:
    diverged = [name for name, value in row.items() if not math.isfinite(value)]
    if diverged:
        kept = f"the checkpoint of the epoch before is in {resume}" if epoch else "none was kept"
        raise InputError(
            f"Training diverged in epoch {epoch + 1}: {', '.join(diverged)} is no longer a number; "
            f"{kept}. Lower the learning rate or, for flows, raise the weight of the likelihood."
        )


def _stalled(
    rows: list[dict[str, float]], watched: Sequence[str], eligible_from: int, patience: int | None
) -> bool:
    """Return whether none of the measures has become smaller for `patience` epochs."""
    if patience is None or not rows:
        return False
    return all(len(rows) - 1 - _best(rows, name, eligible_from) >= patience for name in watched)


def _best(rows: list[dict[str, float]], score: str, eligible_from: int) -> int:
    """Return the epoch with the smallest score, or the last epoch if none can be selected yet."""
    scores = [row[score] for row in rows[eligible_from:]]
    return eligible_from + scores.index(min(scores)) if scores else len(rows) - 1
