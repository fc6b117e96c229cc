"""Options of images of the steel study; their defaults are the demo."""

from collections import Counter
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from pspflow.options import Options
from pspflow.studies.shared.images.options import (
    ChipOptions,
    Domain,
    SimulatedImagesOptions,
    SplitOptions,
)

RATES: Final = {"rate_1": 1.0, "rate_3": 3.0, "rate_10": 10.0, "rate_30": 30.0}
"""Domains of simulated micrographs and their cooling rates in °C/s, steel paper section III A."""
COOLING_RATE: Final = "cooling_rate_c_s"


class Condition(Options):
    """A numeric column of the sheet that the models are conditioned on."""

    column: str
    """Its name in the sheet, with its unit."""
    log: bool = False
    """Whether the models see its natural logarithm; all values must then be above 0."""


class SteelSimulationOptions(Options):
    """Simulated micrographs of low-carbon steel, as picral etches it."""

    micrographs_per_rate: Annotated[int, Field(ge=3, le=9999)] = 12
    """Micrographs of each cooling rate; the paper's 40."""
    height_px: Annotated[int, Field(ge=64, le=4096)] = 384
    """Rows of a micrograph; the paper's 768."""
    width_px: Annotated[int, Field(ge=64, le=4096)] = 512
    """Columns of a micrograph; the paper's 1024."""
    pixel_size_um: Annotated[float, Field(gt=0, le=1.5)] = 0.34
    """Edge of a pixel; the paper's 0.34. Larger ones than 1.5 would not show the finest ferrite."""


class SteelImagesOptions(SimulatedImagesOptions):
    """From micrographs, simulated or the user's own, to chips."""

    domains: Annotated[tuple[Domain, ...], Field(min_length=1)] = tuple(
        Domain(name=name, label=COOLING_RATE) for name in RATES
    )
    """Domains of the sheet, in the order of the figures: classes of which each has its own rows in
    tables; the models see conditions alone."""
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)] = (
        Condition(column=COOLING_RATE, log=True),
    )
    """What the models are conditioned on."""
    simulated: SteelSimulationOptions = SteelSimulationOptions()
    """Source `simulated`."""
    split: SplitOptions = SplitOptions(by="micrograph")
    """Train, validation and test."""
    chips: ChipOptions = ChipOptions(size_px=128, stride_px=64)
    """Windows into the micrographs."""

    def chosen(self) -> Self:
        """Reset the options of the source that is not used."""
        return self.without("micrographs" if self.simulates else "simulated")

    @model_validator(mode="after")
    def _rates_are_simulated(self) -> Self:
        unknown = set(self.labels) - set(RATES)
        if self.simulates and unknown:
            raise ValueError(
                f"simulated micrographs have the domains {', '.join(RATES)}; remove "
                f"{', '.join(sorted(unknown))} or set source to 'micrographs'."
            )
        return self

    @model_validator(mode="after")
    def _distinct_conditions(self) -> Self:
        columns = [each.column for each in self.conditions]
        twice = [name for name, n in Counter(columns).items() if n > 1]
        if twice:
            raise ValueError(f"condition {twice[0]!r} is listed twice; remove one.")
        if self.simulates and columns != [COOLING_RATE]:
            raise ValueError(
                f"simulated micrographs have the condition {COOLING_RATE!r} alone; list only it, "
                "or set source to 'micrographs'."
            )
        return self
