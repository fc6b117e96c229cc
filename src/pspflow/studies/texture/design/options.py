"""Options of the design: wanted anisotropy, and how many textures are tried."""

from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from pspflow.options import Count, Options, Positive

ANGLES_DEG: Final = (0, 15, 30, 45, 60, 75, 90)

ROUNDING: Final = 1e-3
"""By which a stress that is 1 by definition may miss it."""


def _of_the_sheet(angle: int) -> int:
    if angle not in ANGLES_DEG:
        raise ValueError(f"{angle} is no angle of the sheet; give one of {ANGLES_DEG} degrees.")
    return angle


Angle = Annotated[int, AfterValidator(_of_the_sheet)]
"""Angle to the rolling direction in the plane of the sheet, in degrees."""
ByAngle = dict[Angle, Positive]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]


class WishOptions(Options):
    """Wanted anisotropy of a sheet; what is not wanted is completed from the pool."""

    name: Name
    """Names it in tables and figures."""
    r_values: ByAngle = Field(default_factory=dict)
    """Wanted r-value (Lankford coefficient) by angle to the rolling direction, in degrees."""
    stresses: ByAngle = Field(default_factory=dict)
    """Wanted yield stress by angle, relative to that in the rolling direction."""

    @model_validator(mode="after")
    def _wants_something(self) -> Self:
        if abs(self.stresses.get(0, 1.0) - 1) > ROUNDING:
            raise ValueError(
                f"the yield stress at 0 degrees is {self.stresses[0]:g}, but stresses are relative "
                "to it; leave it out, and divide the others by it."
            )
        if not (self.r_values or set(self.stresses) - {0}):
            raise ValueError("neither r_values nor stresses are wanted; give one.")
        return self


class DesignOptions(Options):
    """Textures for wanted anisotropy."""

    wishes: tuple[WishOptions, ...] = (
        WishOptions(name="deep_drawing", r_values={0: 1.8, 45: 1.2, 90: 1.9}),
    )
    """Wanted sheets."""
    targets: Path | None = None
    """CSV of yours, one row per target: target (a name) and any of the 54 parameters."""
    test_targets: Annotated[int, Field(ge=0)] = 2
    """Test textures whose parameters are wanted too, so that an answer is known to exist."""
    candidates: Count = 64
    """Textures that the flow draws for each target, and the forward model ranks."""
    designs: Count = 3
    """The best of them, which the plasticity model checks."""
