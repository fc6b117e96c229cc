"""Options of labels; their defaults are the demo, their docstrings the schema's help."""

from typing import Annotated

from pydantic import Field

from pspflow.options import Count, Options


class LabelOptions(Options):
    """The classifier that measures how well real chips predict labels (baseline of Figure 5)."""

    folds: Annotated[int, Field(ge=2)] = 8
    """Folds of the cross-validation; all chips of a specimen lie in one of them."""
    chips_per_specimen: Count = 40
    """Most chips of one specimen and domain that are used."""
    resamples: Annotated[int, Field(ge=100)] = 1000
    """Resamples of the specimens behind an interval."""
