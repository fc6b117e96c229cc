"""The training of localizers: its loss, its optimiser, and the symmetries of fields along x."""

import torch
from torch import Tensor
from torch.optim.lr_scheduler import OneCycleLR

from pspflow.seeds import generator
from pspflow.studies.composite.localization.budget import GIGA, multiply_adds
from pspflow.studies.composite.localization.localizers import Localizer
from pspflow.studies.composite.structures.symmetries import EVERY, Symmetries
from pspflow.training.data import Batch, Batches
from pspflow.training.optimisers import Adam
from pspflow.training.supervised import Supervised

WARM_UP = 0.15
"""Share of the steps over which the learning rate rises."""
SPATIAL = (-3, -2, -1)


class LocalLoss:
    """The loss of a localizer on standardised fields; see `training.supervised.Loss`.

    Phases are isotropic and the macroscopic strain is along x: mirrored along any axis, or with y
    and z exchanged, a structure has its fields along x mirrored and exchanged alike. Each training
    batch is replaced by one of these 16 copies, drawn from seed, epoch and number of the batch
    alone, as far as the set has such structures.

    Parameters
    ----------
    model
        What is trained.
    seed
        Seed of the symmetries.
    symmetries
        Those of the set.
    """

    def __init__(self, model: Localizer, seed: int, symmetries: Symmetries = EVERY) -> None:
        self.model, self.seed = model, seed
        self.allowed = allowed_copies(symmetries)

    def training(self, batch: Batch, epoch: int, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a training batch, a scalar."""
        draw = int(generator(self.seed, "symmetry", epoch, number).integers(16))
        inputs, targets = (symmetric(fields, draw & self.allowed) for fields in batch)
        return self.model.loss(self.model(inputs), targets), {}

    def validation(self, batch: Batch, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a validation batch, a scalar."""
        del number
        inputs, targets = batch
        return self.model.loss(self.model(inputs), targets), {}


class Metered(Supervised):
    """A training whose history also holds what each epoch has cost.

    Columns `gmac`, 10⁹ multiply-adds of the training's passes from inputs to predictions, `voxels`
    that these have predicted.
    """

    gmac = voxels = 0.0

    def validate(self) -> dict[str, float]:
        """Return the mean loss over the validation items, and what the epoch has cost."""
        loss = super().validate()
        return {**loss, "gmac": self.gmac, "voxels": self.voxels}


def training_of(
    model: Localizer,
    train: Batches,
    validation: Batches,
    *,
    epochs: int,
    learning_rate: float,
    seed: int,
    symmetries: Symmetries,
    device: torch.device,
) -> Metered:
    """Return the training of a localizer.

    Parameters
    ----------
    model
        What is trained.
    train, validation
        The data.
    epochs
        Number of epochs over which the learning rate rises and then falls as a cosine.
    learning_rate
        The highest learning rate of Adam.
    seed
        Seed of the symmetries.
    symmetries
        Those of the set.
    device
        Where the localizer is trained.
    """
    order = train.order(0)
    inputs, targets = train.data[order[0][:1]]
    items = sum(map(len, order))
    gmac = items * multiply_adds(model, inputs) / GIGA
    optimiser = Adam(model.parameters(), lr=learning_rate)
    schedule = OneCycleLR(optimiser, learning_rate, epochs * len(order), pct_start=WARM_UP)
    loss = LocalLoss(model, seed, symmetries)
    made = Metered(
        model, loss, optimiser, train, validation, device, schedule=schedule, every="step"
    )
    made.gmac, made.voxels = gmac, float(items * targets.numel())
    return made


def allowed_copies(symmetries: Symmetries) -> int:
    """Return the bits of `symmetric` that a set allows."""
    bits = sum(1 << axis for axis in symmetries.mirrors)
    return bits + 8 * ((0, 2, 1) in symmetries.orders)


def copies(symmetries: Symmetries) -> list[int]:
    """List the symmetries of a strain along x that a set allows, by their numbers."""
    return sorted({which & allowed_copies(symmetries) for which in range(16)})


def symmetric(fields: Tensor, which: int) -> Tensor:
    """Apply one of the 16 symmetries of a strain along x, numbered from 0, the identity.

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
