"""Options of the inverse; their docstrings are the schema's help."""

from typing import Annotated, Final, Self

from pydantic import Field

from pspflow.options import Count, Options
from pspflow.studies.steel.codes.options import CodeModel

MOST_CONDITIONS: Final = 150
"""Combinations of a grid for which chips are generated."""

WISHED, GRID = ("wishes", "chips_per_wish"), ("grid", "chips_per_grid_point")
TESTED = ("tested_micrographs", "resamples")


class InverseOptions(Options):
    """Chips for wanted morphology, and cooling rates of measured morphology."""

    models: tuple[CodeModel, ...] = ("vq",)
    """Models of codes that are used, a part of codes.models."""
    wishes: Count = 8
    """Wanted pairs of ferrite fraction and mean free path, taken from test chips of all domains."""
    chips_per_wish: Annotated[int, Field(ge=4)] = 12
    """Chips generated for each wish."""
    grid: Annotated[int, Field(ge=3)] = 5
    """Conditions of the grid, equally spaced between the lowest and the highest trained one (in
    the logarithm where the condition is one); means over it are cubic from 5 on."""
    chips_per_grid_point: Annotated[int, Field(ge=10)] = 24
    """Chips generated at each condition of the grid."""
    tested_micrographs: Annotated[int, Field(ge=4)] = 20
    """Simulated micrographs, each at its own cooling rate, on which the coverage of intervals is
    tested."""
    resamples: Annotated[int, Field(ge=100)] = 200
    """Resamples from which an interval is computed."""

    @property
    def of_grid(self) -> Self:
        """The part that the stage `grid` takes."""
        return self.without("models", *WISHED, *TESTED)

    @property
    def of_wishes(self) -> Self:
        """The part that the stage `wish` takes."""
        return self.without("models", *GRID, *TESTED)

    @property
    def of_coverage(self) -> Self:
        """The part that the stage `coverage` takes."""
        return self.without("models", *WISHED, *GRID, "resamples")

    @property
    def of_section(self) -> Self:
        """The part that the stage `section` takes."""
        return self.without("models", *GRID)

    def check_grid(self, conditions: int) -> None:
        """Refuse more combinations of conditions than `MOST_CONDITIONS`.

        Raises
        ------
        ValueError
            If the grid has more.
        """
        combinations = self.grid**conditions
        if combinations <= MOST_CONDITIONS:
            return
        fits = int(MOST_CONDITIONS ** (1 / conditions) + 1e-9)
        remedy = (
            f"set it to {fits} or less"
            if fits > 2
            else "condition on fewer columns, or set inverse.models to []"
        )
        raise ValueError(
            f"inverse.grid is {self.grid}, which makes {combinations} combinations of {conditions} "
            f"conditions, more than {MOST_CONDITIONS}; {remedy}."
        )
