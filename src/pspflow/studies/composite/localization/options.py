"""Options of localization: predicting the strain of every voxel of a structure."""

from typing import Annotated, Self

from pydantic import Field, field_validator

from pspflow.options import Count, Options, Positive
from pspflow.studies.composite.localization.names import LocalizerName


class CPNetOptions(Options):
    """CPNet, the report's network from a window to the strains at its centre."""

    epochs: Count = 6
    """Largest number of epochs."""
    windows: Count = 1000
    """Number of windows that are drawn for an epoch."""
    batch_size: Annotated[int, Field(ge=2)] = 16
    """Windows in a batch; the report compares 16, 32 and 64."""
    learning_rate: Positive = 2e-3
    """Highest learning rate of Adam; it rises at first and falls as a cosine."""


class OperatorOptions(Options):
    """The Fourier neural operator, from a whole structure to all of its strains."""

    width: Count = 8
    """Channels of the hidden fields."""
    modes: Count = 5
    """Frequencies that each spectral convolution keeps along an axis."""
    blocks: Count = 3
    """Number of blocks."""
    epochs: Count = 6
    """Largest number of epochs."""
    batch_size: Count = 4
    """Structures in a batch."""
    learning_rate: Positive = 1e-2
    """Highest learning rate of Adam; it rises at first and falls as a cosine."""


class LocalizationOptions(Options):
    """Localization: from a structure to the strain of each of its voxels."""

    structures: Annotated[int, Field(ge=12)] | None = 200
    """Number of structures with a strain field, spread over the set; null: all of them."""
    models: Annotated[tuple[LocalizerName, ...], Field(min_length=1)] = ("cpnet7", "fno")
    """Networks to train: cpnet7, cpnet5, cpnet3, fno."""
    cpnet: CPNetOptions = CPNetOptions()
    """CPNet, with any gap."""
    fno: OperatorOptions = OperatorOptions()
    """The Fourier neural operator."""
    patience: Count = 10
    """Epochs without a lower validation loss after which training stops."""
    resamples: Annotated[int, Field(ge=20)] = 1000
    """Number of resamples of the test structures for the intervals."""

    @field_validator("models")
    @classmethod
    def _distinct(cls, models: tuple[LocalizerName, ...]) -> tuple[LocalizerName, ...]:
        if len(set(models)) < len(models):
            raise ValueError("a model is listed twice; remove one.")
        return models

    def trained(self, localizer: LocalizerName) -> Self:
        """Return what acts on the training of a network; the rest has its defaults."""
        other = "cpnet" if localizer == "fno" else "fno"
        return self.without("structures", "models", "resamples", other)

    def evaluated(self) -> Self:
        """Return what acts on the evaluation; the rest has its defaults."""
        return self.without("structures", "models", "cpnet", "fno", "patience")
