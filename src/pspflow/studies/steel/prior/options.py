"""Options of PixelCNN; their defaults are the demo, their docstrings the schema's help."""

from typing import Literal

from pspflow.options import Count, Options, Positive
from pspflow.studies.steel.images.options import Condition

Conditioning = Literal["process", "properties"]
"""What PixelCNN is conditioned on: the configured columns of the sheet, or the chip's ferrite
fraction and mean free path (the inverse of the paper's section IV)."""


class NetworkOptions(Options):
    """Size of PixelCNN and its training."""

    channels: Count = 16
    """Channels of every layer; the paper's code has 64."""
    layers: Count = 4
    """Gated layers; the paper's code has 15."""
    batch_size: Count = 8
    """Code maps in a batch; the paper's 128."""
    learning_rate: Positive = 4e-3
    """Learning rate of Adam; the paper's 3e-4."""
    max_epochs: Count = 2
    """Most epochs; the paper's 200."""
    patience: Count = 20
    """Epochs without a lower validation loss after which training stops."""


class PriorOptions(NetworkOptions):
    """The distribution of codes under conditions."""

    chips_per_micrograph: Count = 12
    """Most chips of a micrograph to train, validate and test with; each is used mirrored too."""
    smoothing: Positive = 0.5
    """Times that each code counts as seen in each domain, besides those that it was, in the
    baseline of independent codes."""

    @property
    def of_network(self) -> NetworkOptions:
        """What changes a training."""
        return NetworkOptions(**{name: getattr(self, name) for name in NetworkOptions.model_fields})


class TrainingOptions(NetworkOptions):
    """What the stage `train` takes."""

    conditions: tuple[Condition, ...] = ()
    """Columns of the sheet that conditioning `process` uses."""
    held_out: str | None = None
    """Domain that trainings on `held_out` do not see."""
