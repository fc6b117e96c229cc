"""The training of localizers: its loss, its optimiser, and the symmetries it is told."""

from lightning.pytorch import LightningModule
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor
from torch.optim import Adam
from torch.optim.lr_scheduler import OneCycleLR

from pspflow.seeds import generator
from pspflow.studies.composite.localizers import Localizer

WARM_UP = 0.15
"""Share of the steps over which the learning rate rises."""
SPATIAL = (-3, -2, -1)
Batch = tuple[Tensor, Tensor]


class LocalTraining(LightningModule):
    """Train a localizer on standardised fields.

    Phases are isotropic and the macroscopic strain is along x: mirrored along any axis, or with y
    and z exchanged, a structure has its strains mirrored and exchanged alike. Each batch is shown
    as one of these 16, drawn from seed, epoch and number of the batch alone.

    Parameters
    ----------
    model
        What is trained.
    learning_rate
        Of Adam, at its highest; it rises first and falls as a cosine.
    seed
        Seed of the symmetries.
    """

    def __init__(self, model: Localizer, learning_rate: float, seed: int) -> None:
        super().__init__()
        self.model, self.learning_rate, self.seed = model, learning_rate, seed

    def training_step(self, batch: Batch, number: int) -> Tensor:
        """Return the loss of a batch."""
        draw = int(generator(self.seed, "symmetry", self.current_epoch, number).integers(16))
        inputs, targets = (symmetric(fields, draw) for fields in batch)
        loss = self.model.loss(self.model(inputs), targets)
        self.log("training_loss", loss, on_epoch=True, on_step=False, batch_size=len(inputs))
        return loss

    def validation_step(self, batch: Batch, _: int) -> None:
        """Log the loss of a batch."""
        inputs, targets = batch
        loss = self.model.loss(self.model(inputs), targets)
        self.log("validation_loss", loss, batch_size=len(inputs))

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Make the optimiser and its schedule by steps."""
        optimiser = Adam(self.model.parameters(), lr=self.learning_rate)
        steps = int(self.trainer.estimated_stepping_batches)
        schedule = OneCycleLR(optimiser, self.learning_rate, steps, pct_start=WARM_UP)
        return {
            "optimizer": optimiser,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }


def symmetric(fields: Tensor, which: int) -> Tensor:
    """Apply one of the 16 symmetries of a strain along x, numbered from 0, which is none.

    Parameters
    ----------
    fields
        Shape ``(..., x, y, z)``.
    which
        Bits 0 to 2 mirror x, y and z; bit 3 exchanges y and z.
    """
    mirrored = [axis for bit, axis in enumerate(SPATIAL) if which >> bit & 1]
    exchanged = fields.transpose(-2, -1) if which & 8 else fields
    return exchanged.flip(mirrored)
