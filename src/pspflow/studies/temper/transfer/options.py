"""Options of the transfer between domains; their docstrings are the schema's help."""

from typing import Annotated, Self

from pydantic import Field

from pspflow.options import Count, Options


class TransferOptions(Options):
    """How trained flows are tested on chips of specimens that were not used for training."""

    chips_per_specimen: Annotated[int, Field(ge=2)] = 60
    """Most held-out chips of one specimen and domain that are transferred and compared."""
    resamples: Annotated[int, Field(ge=100)] = 500
    """Resamples of the specimens from which an interval is computed."""
    label_chips_per_specimen: Count = 40
    """Most real training chips of one specimen in the training set of a label's classifier."""
    label_runs: Count = 3
    """Classifiers for each label, on different draws of training chips; the paper's 3."""

    @property
    def drawing(self) -> Self:
        """The part that says which chips are transferred."""
        return self.without("resamples", "label_chips_per_specimen", "label_runs")

    @property
    def plausibility(self) -> Self:
        """The part that plausibility depends on."""
        return self.without("label_chips_per_specimen", "label_runs")

    @property
    def labels(self) -> Self:
        """The part that label preservation depends on."""
        return self.without("chips_per_specimen")
