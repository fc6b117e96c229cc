"""Start and end of every training stage: threads and seeds; what it writes."""

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pspflow.io.artefacts import Provenance
from pspflow.io.resuming import forget
from pspflow.io.tables import write_table
from pspflow.io.weights import save_weights
from pspflow.training.loop import Trainable, train
from pspflow.training.memory import keep_freed_memory

Arguments = dict[str, Any]
Tensors = dict[str, Tensor]


def prepare(threads: int, seed: int, *, deterministic: bool = True) -> None:
    """Prepare this process for a training.

    Parameters
    ----------
    threads
        Threads of torch; another number gives other rounding.
    seed
        Seed of the first weights, for every random generator.
    deterministic
        Whether a GPU is restricted to operations that give the same result every time.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - for libraries that draw from the global generator
    torch.manual_seed(seed)
    if deterministic:
        os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
    # as torch.use_deterministic_algorithms, which imports torch's compiler
    torch.set_deterministic_debug_mode("error" if deterministic else "default")
    # every buffer would be filled before it is written, a tenth of the time of a training
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def train_and_save(
    trainable: Trainable,
    *,
    origin: Provenance,
    weights: Path,
    history: Path,
    model: Arguments | Callable[[], Arguments],
    epochs: int,
    score: str,
    eligible_from: int = 0,
    patience: int | None = None,
    watched: Sequence[str] = (),
    finish: Callable[[Tensors], Tensors] | None = None,
) -> None:
    """Train, write the history and the weights of the best epoch, and remove the checkpoints.

    Parameters
    ----------
    trainable
        What is trained.
    origin
        Provenance of both files; it also identifies the training that is resumed.
    weights
        Safetensors file to write.
    history
        Parquet table to write: losses and measures by epoch.
    model
        Arguments of the model, as JSON-ready values, or a function that returns them once the
        training has ended.
    epochs, score, eligible_from, patience, watched
        See `loop.train`.
    finish
        Turns the weights of the best epoch into those that are written.
    """
    resume = origin.resume_folder(weights)
    rows, best = train(
        trainable,
        epochs,
        resume,
        score,
        eligible_from=eligible_from,
        patience=patience,
        watched=watched,
    )
    tensors = finish(best) if finish else best
    write_table(history, rows, origin)
    save_weights(weights, tensors, model() if callable(model) else model, origin)
    forget(resume)
