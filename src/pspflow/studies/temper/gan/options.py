"""Options of the conditional GAN; their defaults are the demo."""

from typing import Annotated, Self

from pydantic import Field

from pspflow.options import Count, Options, Positive, Share
from pspflow.studies.temper.flows.training_options import smallest_chip_px


class GanOptions(Options):
    """The conditional GAN, with which the paper compares its flows; it gives no details of it."""

    seeds: Annotated[int, Field(ge=0, le=99)] = 1
    """Trainings; 0 leaves the GAN out."""
    width: Count = 32
    """Channels of the generator's finest layer."""
    noise: Count = 64
    """Numbers that a chip is made of, beside its temper and label."""
    discriminator: Annotated[tuple[Count, ...], Field(min_length=2)] = (
        16,
        32,
        64,
    )
    """Channels of the discriminator, which is made like that of the flows."""
    epochs: Annotated[int, Field(ge=2)] = 8
    """Epochs; give as many as temper.flows has."""
    steps_per_epoch: Count | None = 35
    """Steps of an epoch; null: so many that the largest domain is seen once."""
    batch_size: Annotated[int, Field(ge=2)] = 16
    """Chips of each domain in a step."""
    learning_rate: Positive = 1e-3
    """Learning rate of Adam, constant for half of the epochs, then falling linearly to zero."""
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (
        0.5,
        0.99,
    )
    """Betas of Adam."""
    average: Annotated[Share, Field(lt=1)] = 0.995
    """Share of the averaged weights that a step keeps."""
    threads: Count = 1
    """Threads of a training on the CPU; another number changes the last digits."""

    @property
    def training(self) -> Self:
        """The part that one training depends on."""
        return self.without("seeds")

    @property
    def smallest_chip_px(self) -> int:
        """Smallest edge of a chip of which its discriminator classifies a patch; 1 without it."""
        return smallest_chip_px(len(self.discriminator)) if self.seeds else 1
