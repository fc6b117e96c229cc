"""Options of the transfer between domains; their docstrings are the schema's help."""

from typing import Annotated, Final, Self

from pydantic import Field

from pspflow.options import Count, Options

LABELS: Final = ("label_chips_per_specimen", "label_runs", "label_components")
"""Options that act on label preservation alone."""


class TransferOptions(Options):
    """How trained flows are tested on chips of specimens that were not used for training."""

    chips_per_specimen: Annotated[int, Field(ge=2)] = 60
    """Most held-out chips of one specimen and domain that are transferred and compared."""
    resamples: Annotated[int, Field(ge=100)] = 500
    """Resamples of the specimens from which an interval is computed."""
    label_chips_per_specimen: Count = 25
    """Most real training chips of one specimen in the training set of a label's classifier."""
    label_runs: Count = 3
    """Classifiers for each label, on different draws of training chips; the paper's 3."""
    label_components: Count | None = 64
    """Principal components to which the pixels of chips are reduced before they are classified, if
    they are more than four times as many; null, as in the paper: none."""

    @property
    def drawing(self) -> Self:
        """The part that says which chips are transferred."""
        return self.without("resamples", *LABELS)

    @property
    def plausibility(self) -> Self:
        """The part that plausibility depends on."""
        return self.without(*LABELS)

    @property
    def labels(self) -> Self:
        """The part that label preservation depends on."""
        return self.without("chips_per_specimen")
