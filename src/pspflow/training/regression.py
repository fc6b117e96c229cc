"""Regression of images on images by mean absolute error (L1)."""

import torch
from lightning.pytorch import LightningModule
from torch import Tensor, nn

Batch = tuple[Tensor, Tensor]


class Regression(LightningModule):
    """Train a network to predict a target, each weighed by the spread of the targets.

    Parameters
    ----------
    model
        Maps chips `n x rows x columns` (uint8) to predictions of the targets' shape.
    spread
        Divides the error; broadcasts against the targets.
    learning_rate, max_epochs
        Of Adam, at first; it falls to nothing as a cosine over the epochs.
    """

    def __init__(
        self, model: nn.Module, spread: Tensor, learning_rate: float, max_epochs: int
    ) -> None:
        super().__init__()
        self.model = model
        self.learning_rate, self.max_epochs = learning_rate, max_epochs
        self.spread: Tensor
        self.register_buffer("spread", spread)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """Return the loss of a batch."""
        loss = self._loss(batch)
        self.log("training_loss", loss, on_epoch=True, on_step=False, batch_size=len(batch[0]))
        return loss

    def validation_step(self, batch: Batch, _: int) -> None:
        """Log the loss of a batch."""
        self.log("validation_loss", self._loss(batch), batch_size=len(batch[0]))

    def configure_optimizers(
        self,
    ) -> tuple[list[torch.optim.Optimizer], list[torch.optim.lr_scheduler.LRScheduler]]:
        """Make the optimiser and its schedule by epochs."""
        optimiser = torch.optim.Adam(self.model.parameters(), lr=self.learning_rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, self.max_epochs)
        return [optimiser], [schedule]

    def _loss(self, batch: Batch) -> Tensor:
        chips, targets = batch
        return ((self.model(chips) - targets) / self.spread).abs().mean()
