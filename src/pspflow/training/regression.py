"""Regression of images by mean absolute error (L1)."""

from collections.abc import Callable

from torch import Tensor

from pspflow.training.data import Batch


class Regression:
    """Mean absolute error, divided by the spread of the targets; see `supervised.Loss`.

    Parameters
    ----------
    model
        Maps chips `n x rows x columns` (uint8) to predictions with the shape of the targets.
    spread
        Divides the error; broadcasts against the targets.
    """

    def __init__(self, model: Callable[[Tensor], Tensor], spread: Tensor) -> None:
        self.model, self.spread = model, spread

    def training(self, batch: Batch, epoch: int, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a training batch, a scalar."""
        del epoch
        return self.validation(batch, number)

    def validation(self, batch: Batch, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a validation batch, a scalar."""
        del number
        chips, targets = batch
        return ((self.model(chips) - targets) / self.spread).abs().mean(), {}
