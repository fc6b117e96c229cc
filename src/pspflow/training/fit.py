"""The loop for models of a single loss: Lightning's trainer, made exactly resumable."""

import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint
from lightning.pytorch.plugins.io import TorchCheckpointIO
from torch.utils.data import DataLoader

from pspflow.logs import log


class History(Callback):
    """Metrics of every epoch; they live in the checkpoint, so that a resumed run keeps them."""

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keep and say what this epoch came to."""
        del pl_module
        row = {name: float(value) for name, value in trainer.callback_metrics.items()}
        self.rows.append({"epoch": float(trainer.current_epoch), **row})
        told = ", ".join(f"{name} {value:.4g}" for name, value in row.items())
        log.info("epoch %d of %s: %s", trainer.current_epoch + 1, trainer.max_epochs, told)

    def state_dict(self) -> dict[str, Any]:
        """Return the rows."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the rows up again."""
        self.rows = state_dict["rows"]


class AtomicCheckpoints(TorchCheckpointIO):
    """Checkpoints that a kill cannot leave half written."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Write beside the path and rename."""
        staged = Path(path).with_suffix(".partial")
        super().save_checkpoint(checkpoint, staged, storage_options)
        staged.replace(path)


def fit(
    module: LightningModule,
    train: DataLoader,
    validation: DataLoader,
    resume: Path,
    max_epochs: int,
    patience: int,
    monitor: str = "validation_loss",
) -> pd.DataFrame:
    """Train until the monitored loss stops falling, and leave the best weights in the module.

    A checkpoint is written after every epoch. Called again after a kill, the same training goes
    on from there and ends in the same weights (on a CPU, with the same number of threads).

    Parameters
    ----------
    module
        Model, loss and optimiser; it must log `monitor`.
    train, validation
        Loaders; the order of `train` must depend on seed and epoch alone.
    resume
        Folder of the checkpoints of exactly this training.
    max_epochs, patience
        Most epochs, and epochs without improvement after which to stop.
    monitor
        Loss to watch.

    Returns
    -------
    DataFrame
        One row an epoch: `epoch` and every logged metric.
    """
    history = History()
    keep: dict[str, Any] = {"enable_version_counter": False, "save_on_train_epoch_end": True}
    best = ModelCheckpoint(resume, filename="best", monitor=monitor, **keep)
    last = ModelCheckpoint(resume, filename="last", **keep)
    stop = EarlyStopping(monitor, patience=patience)
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        # loading is a matter of slicing arrays: workers would only copy the micrographs
        warnings.filterwarnings("ignore", ".*does not have many workers.*")
        warnings.filterwarnings("ignore", ".*exists and is not empty.*")
        warnings.filterwarnings("ignore", ".*LeafSpec.*")
        trainer = Trainer(
            max_epochs=max_epochs,
            callbacks=[history, stop, best, last],
            deterministic=True,
            plugins=[AtomicCheckpoints()],
            logger=False,
            enable_model_summary=False,
            enable_progress_bar=sys.stderr.isatty(),
            num_sanity_val_steps=0,
        )
        begun = resume / "last.ckpt"
        if begun.exists():
            log.info("Going on from %s", begun)
        path = str(begun) if begun.exists() else None
        trainer.fit(module, train, validation, ckpt_path=path, weights_only=True)
    state = torch.load(best.best_model_path, map_location="cpu", weights_only=True)
    module.load_state_dict(state["state_dict"])
    return pd.DataFrame(history.rows).astype({"epoch": "int64"})
