"""Options of PixelCNN; their defaults are the demo, their docstrings the schema's help."""

from typing import Annotated, Literal

from pydantic import Field

from pspflow.options import Count, Options, Positive, Weight
from pspflow.studies.steel.images.options import Condition

Conditioning = Literal["process", "properties"]
"""What PixelCNN is conditioned on: the configured columns of the sheet, or the chip's ferrite
fraction and mean free path (the inverse of the paper's section IV)."""
TrainedOn = Literal["all", "held_out"]
"""Which domains a network sees: all, or all but codes.held_out.domain."""


class PriorOptions(Options):
    """The distribution of codes under conditions."""

    channels: Count = 16
    """Channels of every layer; the paper's code has 64."""
    layers: Count = 6
    """Gated layers; the paper's code has 15."""
    batch_size: Count = 32
    """Code maps in a batch; the paper's 128."""
    learning_rate: Positive = 1e-3
    """Learning rate of Adam; the paper's 3e-4."""
    max_epochs: Count = 3
    """Most epochs; the paper's 200."""
    patience: Count = 20
    """Epochs without a lower validation loss after which training stops."""
    weight_decay: Weight = 0.0
    """Decay of the weights in a step, over the learning rate; the paper's 0."""
    chips_per_micrograph: Count = 60
    """Most chips of a micrograph to train, validate and test with; each is used mirrored too."""
    smoothing: Positive = 0.5
    """Times that each code counts as seen in each domain, besides those that it was, in the
    baseline of independent codes."""
    resamples: Annotated[int, Field(ge=100)] = 500
    """Resamples of the micrographs from which an interval is computed."""


class PriorTrainingOptions(PriorOptions):
    """What a training takes."""

    conditions: tuple[Condition, ...] = ()
    """Columns of the sheet that conditioning `process` uses."""
    held_out: str | None = None
    """Domain that trainings on `held_out` do not see."""
