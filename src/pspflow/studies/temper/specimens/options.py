"""Options of the comparison of single specimens; their defaults are the demo."""

from typing import Annotated, Final

from pydantic import Field

from pspflow.options import Count, Options

FARTHEST: Final = 3.0
"""Standard deviations from the mean of training specimens beyond which a feature is not followed:
pixels of persistence images that hardly vary in training would else decide what is read."""


class SpecimenOptions(Options):
    """How the structure of single specimens is read from chips, and compared with the true one."""

    chips_per_specimen: Count = 60
    """Most real training chips of one specimen from which reading is learned."""
    resamples: Annotated[int, Field(ge=100)] = 500
    """Resamples of the specimens from which an interval is computed."""
