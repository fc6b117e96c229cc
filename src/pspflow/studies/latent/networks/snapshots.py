"""Weights of several epochs, kept beside those of the chosen one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.weights import load_weights, save_weights
from pspflow.training.loop import Trainable
from pspflow.training.session import Arguments


class WithSnapshots:
    """A training that also keeps the weights after some epochs; see `loop.Trainable`.

    They are written before the loop's checkpoint of the epoch. A kill between the two only repeats
    the epoch, and with it the same file.

    Parameters
    ----------
    trainable
        What is trained.
    epochs
        Epochs, from 1, whose weights are kept.
    folder
        Where they wait for the end of the training, beside its checkpoints.
    origin
        Provenance of the training.
    """

    def __init__(
        self, trainable: Trainable, epochs: Sequence[int], folder: Path, origin: Provenance
    ) -> None:
        self._trainable, self._epochs = trainable, epochs
        self._folder, self._origin = folder, origin
        self._epoch = 0

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on."""
        return self._trainable.state()

    def load_state(self, state: dict[str, Any]) -> None:
        """Load the result of `state`."""
        self._trainable.load_state(state)

    def begin_epoch(self, epoch: int) -> int:
        """Prepare an epoch and return its number of steps."""
        self._epoch = epoch + 1
        return self._trainable.begin_epoch(epoch)

    def step(self, index: int) -> dict[str, Tensor]:
        """Update the weights once and return the losses."""
        return self._trainable.step(index)

    def validate(self) -> dict[str, float]:
        """Return measures of the weights, and keep these where the epoch is one to keep."""
        measured = self._trainable.validate()
        if self._epoch in self._epochs:
            save_weights(self._path(self._epoch), self.weights(), {}, self._origin)
        return measured

    def weights(self) -> dict[str, Tensor]:
        """Return the weights that are kept if this epoch is the best."""
        return self._trainable.weights()

    def write(self, target: Path, arguments: Arguments) -> None:
        """Write the folder of all snapshots, EPOCH.safetensors, with the arguments of their model.

        Parameters
        ----------
        target
            The folder to write.
        arguments
            What rebuilds the network; see `io.weights.save_weights`.
        """
        with replacing(target) as staged:
            for epoch in self._epochs:
                tensors, _ = load_weights(self._path(epoch))
                save_weights(staged / f"{epoch}.safetensors", tensors, arguments, self._origin)

    def _path(self, epoch: int) -> Path:
        return self._folder / f"{epoch}.safetensors"


def snapshot_files(folder: Path) -> dict[int, Path]:
    """Locate the snapshots in a folder by epoch, from the first to the last."""
    files = [path for path in folder.glob("*.safetensors") if path.stem.isdecimal()]
    return {int(path.stem): path for path in sorted(files, key=lambda path: int(path.stem))}
