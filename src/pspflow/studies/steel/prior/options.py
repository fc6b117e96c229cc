"""Options of PixelCNN; their defaults are the demo, their docstrings the schema's help."""

from typing import Literal

from pspflow.options import Count, Options, Positive

Conditioning = Literal["process", "properties"]
"""What PixelCNN is conditioned on: the configured columns of the sheet, or the chip's ferrite
fraction and mean free path (the inverse of the paper's section IV)."""


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
    chips_per_micrograph: Count = 60
    """Most chips of a micrograph to train, validate and test with; each is used mirrored too."""
