"""What the stage `train` takes of a training, whichever network it is of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pspflow.training.loop import Trainable
from pspflow.training.session import Tensors


class Images(NamedTuple):
    """Images that networks learn from."""

    train: np.ndarray
    """(n, y, x) uint8."""
    validation: np.ndarray
    """(m, y, x) uint8."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of an image."""
        rows, columns = self.train.shape[1:]
        return rows, columns


class Finished(NamedTuple):
    """What is known of a network when its training has ended."""

    arguments: dict[str, Any]
    """JSON-ready values that rebuild it. `dataset`, `latent_model`, `shape` (rows and columns),
    `latent_shape` or the length of the noise as `latent_size`, and `parameters`, which are those of
    the part that makes images, are of every network."""
    errors: np.ndarray
    """Mean squared error of every validation image, (m,) float64, grey levels from -1 to 1; (0,)
    for a network that encodes none."""


@dataclass(frozen=True)
class Ready:
    """A training that is ready to start."""

    trainable: Trainable
    score: str
    """Measure of the history that selects the epoch; smaller is better."""
    finish: Callable[[Tensors], Finished]
    """Is called with the weights of that epoch."""
    eligible_from: int = 0
    """First epoch, from 0, that can be selected."""
