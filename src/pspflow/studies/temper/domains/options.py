"""Options of the classification of domains; their defaults are the demo."""

from typing import Annotated

from pydantic import Field

from pspflow.options import Count, Options


class DomainOptions(Options):
    """The classifier that measures whether chips tell their domain."""

    folds: Annotated[int, Field(ge=2)] = 5
    """Folds of the cross-validation; all chips of a specimen lie in one of them."""
    chips_per_specimen: Count = 30
    """Most chips of one specimen and domain that are used."""
    resamples: Annotated[int, Field(ge=100)] = 1000
    """Resamples of the specimens behind an interval."""
