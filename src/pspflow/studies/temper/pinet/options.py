"""Options of PI-Net; their defaults are the demo, their docstrings the schema's help."""

from typing import Annotated

from pydantic import Field

from pspflow.options import Count, Options, Positive

PAPER_CHANNELS = (256, 256, 128, 128)
"""Channels of PI-Net's convolutions, temper paper section 3.4."""


class PINetOptions(Options):
    """PI-Net, the network that approximates persistence images."""

    channels: Annotated[tuple[Count, ...], Field(min_length=1)] = (8, 8, 8, 8)
    """Channels of its convolutions; the paper's are 256, 256, 128, 128."""
    batch_size: Count = 16
    """Chips in a batch; the paper's 128."""
    learning_rate: Positive = 4e-3
    """Learning rate of Adam at the start; it falls to zero as a cosine over the epochs."""
    max_epochs: Count = 4
    """Most epochs."""
    patience: Count = 10
    """Epochs without a lower validation loss after which training stops."""
    chips_per_specimen: Count = 30
    """Most chips of one specimen and domain to train, validate and test with."""
