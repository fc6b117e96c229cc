"""Options of localization: predicting the strain of every voxel of a structure."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, field_validator

from pspflow.options import Options

LocalizerName = Literal["cpnet7", "cpnet5", "cpnet3", "fno"]
"""CPNet with a centre of 7, 5 or 3 voxels, or the Fourier neural operator."""
LARGEST_WINDOW: Final = 21
"""Voxels along CPNet's window, latent report, section 4.3."""
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class CPNetOptions(Options):
    """CPNet, the report's network from a window to the strains at its centre."""

    epochs: Count = 6
    """Most epochs."""
    windows: Count = 1000
    """Windows that are drawn for an epoch."""
    batch_size: Annotated[int, Field(ge=2)] = 16
    """Windows in a batch; the report compares 16, 32 and 64."""
    learning_rate: Positive = 2e-3
    """Of Adam, at its highest."""


class OperatorOptions(Options):
    """The Fourier neural operator, from a whole structure to all of its strains."""

    width: Count = 8
    """Channels of the hidden fields."""
    modes: Count = 5
    """Frequencies each spectral convolution keeps along an axis."""
    blocks: Count = 3
    """Number of blocks."""
    epochs: Count = 6
    """Most epochs."""
    batch_size: Count = 4
    """Structures in a batch."""
    learning_rate: Positive = 1e-2
    """Of Adam, at its highest."""


class LocalizationOptions(Options):
    """Localization: from a structure to the strain of each of its voxels."""

    structures: Annotated[int, Field(ge=12)] | None = 200
    """Structures that get a strain field, spread over the set; null: all of them."""
    models: Annotated[tuple[LocalizerName, ...], Field(min_length=1)] = ("cpnet7", "fno")
    """Models to train: cpnet7, cpnet5, cpnet3, fno."""
    cpnet: CPNetOptions = CPNetOptions()
    """CPNet, of any gap."""
    fno: OperatorOptions = OperatorOptions()
    """The Fourier neural operator."""
    patience: Count = 10
    """Epochs without a lower validation loss after which training stops."""
    resamples: Annotated[int, Field(ge=20)] = 1000
    """Resamples of the test structures for the intervals."""

    @field_validator("models")
    @classmethod
    def _distinct(cls, models: tuple[LocalizerName, ...]) -> tuple[LocalizerName, ...]:
        if len(set(models)) < len(models):
            raise ValueError("a model is listed twice; remove one.")
        return models

    def trained(self, model: LocalizerName) -> Self:
        """Forget what the training of this model does not use."""
        unused = {"structures", "models", "resamples", "cpnet" if model == "fno" else "fno"}
        return self._without(unused)

    def judged(self) -> Self:
        """Forget what the evaluation does not use."""
        return self._without({"structures", "models", "cpnet", "fno", "patience"})

    def _without(self, unused: set[str]) -> Self:
        fields = type(self).model_fields
        return self.model_copy(update={name: fields[name].default for name in unused})


def gap_of(model: str) -> int:
    """Return the centre of a CPNet by its name, in voxels: 7 for `cpnet7`."""
    return int(model.removeprefix("cpnet"))


def window_of(edge: int) -> int:
    """Return CPNet's window for a cell: the report's, or the largest odd one in a smaller cell."""
    return min(LARGEST_WINDOW, edge - 1 + edge % 2)
