"""Options of persistence images; their docstrings are the schema's help."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator

from pspflow.options import Options, Positive

FARTHEST = 2 * 255
"""Grey levels at which a grid may end: beyond those of chips, so that no Gaussian is cut."""


class PersistenceOptions(Options):
    """Persistence diagrams and images."""

    backend: Literal["exact", "gudhi", "ripser"] = "exact"
    """The project's exact kernel, gudhi's fast path, or ripser (the temper paper's); all agree."""
    convention: Literal["T", "V"] = "T"
    """Pixels are top cells (T) or vertices (V) of the cubical complex."""
    resolution: Annotated[int, Field(ge=2, le=256)] = 10
    """Pixels along each axis of a persistence image; 10 in the temper paper."""
    birth_range: tuple[float, float] | None = None
    """Births covered, in grey levels; null: fitted to training chips."""
    persistence_range: tuple[float, float] | None = None
    """Persistences covered, in grey levels; null: fitted to training chips."""
    sigma: Positive | None = None
    """Standard deviation of the Gaussian on every pair, in grey levels; null: half a pixel of the
    persistence axis."""
    unit_persistence: Positive | None = None
    """Persistence that weighs 1, in grey levels; null: fitted to training chips."""
    weight: Literal["persistence", "uniform"] = "persistence"
    """Weight of a pair."""
    infinite_death: Literal["max", "drop"] = "max"
    """The class that never dies: it dies at the chip's maximum, or is left out."""
    shards: Annotated[int, Field(ge=1, le=10000)] = 2
    """Jobs the chips are divided among."""

    @field_validator("birth_range", "persistence_range")
    @classmethod
    def _rising(cls, values: tuple[float, float] | None) -> tuple[float, float] | None:
        if values is not None and not -math.inf < values[0] < values[1] < math.inf:
            raise ValueError(f"{list(values)} is no range; give low and high with low below high.")
        if values is not None and max(map(abs, values)) > FARTHEST:
            raise ValueError(
                f"{list(values)} is no range of 8 bits, in which chips are stored whatever their "
                "files hold; give grey levels from 0 to 255."
            )
        return values

    @field_validator("sigma", "unit_persistence")
    @classmethod
    def _eight_bits(cls, value: float | None) -> float | None:
        if value is not None and value > FARTHEST:
            raise ValueError(
                f"{value:g} is more than 8 bits, in which chips are stored whatever their files "
                "hold; give grey levels from 0 to 255."
            )
        return value

    def chosen(self) -> Self:
        """Reset the number of shares: the images do not depend on it."""
        return self.without("shards")


class Imaging(Options):
    """What persistence images were made with: the options, with what was fitted filled in."""

    backend: Literal["exact", "gudhi", "ripser"] = "exact"
    convention: Literal["T", "V"] = "T"
    resolution: int = 10
    birth_range: tuple[float, float]
    persistence_range: tuple[float, float]
    sigma: float
    unit_persistence: float
    weight: Literal["persistence", "uniform"] = "persistence"
    infinite_death: Literal["max", "drop"] = "max"
