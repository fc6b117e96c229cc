"""Options of localization: predicting the strain of every voxel of a structure."""

from typing import Annotated, Self

from pydantic import Field, field_validator

from pspflow.options import Count, Options, Positive
from pspflow.studies.composite.localization.names import LocalizerName

Models = tuple[LocalizerName, ...]


class ModelsOptions(Options):
    """Networks to train on each field: cpnet7, cpnet5, cpnet3, fno."""

    strain: Annotated[Models, Field(min_length=1)] = ("cpnet7", "fno")
    """For the local strain along x."""
    stress: Models = ()
    """For the local stress along x; the linear models predict it in any case."""

    @field_validator("strain", "stress")
    @classmethod
    def _distinct(cls, models: Models) -> Models:
        if len(set(models)) < len(models):
            raise ValueError("a model is listed twice; remove one.")
        return models


class CPNetOptions(Options):
    """CPNet, the report's network from a window to the values at its centre."""

    batch_size: Annotated[int, Field(ge=2)] = 16
    """Windows in a batch; the report compares 16, 32 and 64."""
    learning_rate: Positive = 2e-3
    """Highest learning rate of Adam; it rises at first and falls as a cosine."""


class OperatorOptions(Options):
    """The Fourier neural operator, from a whole structure to all of its voxels."""

    width: Count = 8
    """Channels of the hidden fields."""
    modes: Count = 5
    """Frequencies that each spectral convolution keeps along an axis."""
    blocks: Count = 3
    """Number of blocks."""
    batch_size: Count = 4
    """Structures in a batch."""
    learning_rate: Positive = 1e-2
    """Highest learning rate of Adam; it rises at first and falls as a cosine."""


class LocalizationOptions(Options):
    """Localization: from a structure to the strain and the stress of each of its voxels."""

    structures: Annotated[int, Field(ge=12)] | None = 200
    """Number of structures of set `all` with local fields, spread over it; null: all of them. Of
    set `local`, where it is made, all have them."""
    models: ModelsOptions = ModelsOptions()
    """Networks to train."""
    runs: Annotated[int, Field(ge=1, le=100)] = 1
    """Number of trainings of each network, from other first weights, on the same split."""
    budget_gmac: Positive = 7.0
    """What the training of each network may cost, the same for all: 10⁹ multiply-adds of its passes
    from inputs to predictions. Each network's batches are counted once; the passes back cost twice
    as much and are not counted."""
    epochs: Count = 6
    """Number of equal parts of the budget; after each the network is validated."""
    cpnet: CPNetOptions = CPNetOptions()
    """CPNet, with any gap."""
    fno: OperatorOptions = OperatorOptions()
    """The Fourier neural operator."""
    patience: Count = 10
    """Epochs without a lower validation loss after which training stops."""
    resamples: Annotated[int, Field(ge=20)] = 1000
    """Number of resamples of the test structures for the intervals."""

    def trained(self, localizer: LocalizerName) -> Self:
        """Return what acts on the training of a network; the rest has its defaults."""
        other = "cpnet" if localizer == "fno" else "fno"
        return self.without("structures", "models", "runs", "resamples", other)

    def evaluated(self) -> Self:
        """Return what acts on the evaluation; the rest has its defaults."""
        kept = {"resamples"}
        return self.without(*type(self).model_fields.keys() - kept)

    def timed(self) -> Self:
        """Return what acts on computing times; the rest has its defaults."""
        return self.without(*type(self).model_fields.keys() - {"fno"})
