"""Options of generated chips; their docstrings are the schema's help."""

from typing import Annotated, Self

from pydantic import Field

from pspflow.options import Count, Options


class GenerationOptions(Options):
    """Chips for given conditions, and how they are compared with real ones."""

    chips_per_condition: Annotated[int, Field(ge=10)] = 32
    """Chips generated for each condition, and at most as many real ones of each domain that they
    are compared with; the paper's 1,000."""
    further: tuple[tuple[float, ...], ...] = ((2.0,), (6.5,), (20.0,))
    """Further conditions to generate chips for: a list of values each, in the order of
    images.conditions."""
    compared_chips: Annotated[int, Field(ge=10)] = 32
    """Most chips of each domain whose spatial statistics and distances are compared."""
    truth_micrographs: Count = 3
    """Simulated micrographs of each further rate that generated chips are compared with."""
    resamples: Annotated[int, Field(ge=100)] = 200
    """Resamples of the micrographs from which an interval is computed."""

    @property
    def of_making(self) -> Self:
        """The part that the stage `generate` takes."""
        return self.without("compared_chips", "truth_micrographs", "resamples")

    @property
    def of_truth(self) -> Self:
        """The part that the stage `truth` takes."""
        return self.without("compared_chips", "resamples")

    @property
    def of_comparison(self) -> Self:
        """The part that the stages `compare` and `section` take."""
        return self.without("further", "truth_micrographs")
