"""Weights of several epochs, kept beside those of the chosen one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.checkpoints import copied
from pspflow.io.weights import save_weights
from pspflow.training.loop import Trainable
from pspflow.training.session import Arguments, Tensors


class WithSnapshots:
    """A training that also keeps the weights after some epochs; see `loop.Trainable`.

    They belong to its state, and so are in its checkpoints.

    Parameters
    ----------
    trainable
        What is trained.
    epochs
        Epochs, from 1, whose weights are kept.
    origin
        Provenance of the training.
    """

    def __init__(self, trainable: Trainable, epochs: Sequence[int], origin: Provenance) -> None:
        self._trainable, self._epochs, self._origin = trainable, epochs, origin
        self._kept: dict[int, Tensors] = {}
        self._epoch = 0

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on, and the snapshots."""
        return {"training": self._trainable.state(), "snapshots": dict(self._kept)}

    def load_state(self, state: dict[str, Any]) -> None:
        """Load the result of `state`."""
        self._trainable.load_state(state["training"])
        self._kept = dict(state["snapshots"])

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
            self._kept[self._epoch] = copied(self.weights())
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
                path = staged / f"{epoch}.safetensors"
                save_weights(path, self._kept[epoch], arguments, self._origin)


def snapshot_files(folder: Path) -> dict[int, Path]:
    """Locate the snapshots in a folder by epoch, from the first to the last."""
    files = [path for path in folder.glob("*.safetensors") if path.stem.isdecimal()]
    return {int(path.stem): path for path in sorted(files, key=lambda path: int(path.stem))}
