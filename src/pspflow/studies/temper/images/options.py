"""Options of images of the temper study; their defaults are the demo."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pspflow.options import Options, Positive
from pspflow.simulate import TEMPERS
from pspflow.studies.shared.images.options import Domain, SimulatedImagesOptions


class SimulationOptions(Options):
    """Simulated ShAPE-like specimens, each with a micrograph of every temper."""

    specimens: Annotated[int, Field(ge=6, le=9999)] = 48
    """Number of specimens; the paper has 32."""
    size_px: Annotated[int, Field(ge=64, le=16384)] = 256
    """Edge of a micrograph."""
    pixel_size_um: Positive = 0.1
    """Edge of a pixel."""


class TemperImagesOptions(SimulatedImagesOptions):
    """From micrographs, simulated or the user's own, to chips."""

    domains: Annotated[tuple[Domain, ...], Field(min_length=1)] = (
        Domain(name="as_extruded", label="feed_rate_mm_min"),
        Domain(name="t5", label="uts_t5_mpa"),
        Domain(name="t6", label="uts_t6_mpa"),
    )
    """Domains of the sheet, in the order of the figures."""
    simulated: SimulationOptions = SimulationOptions()
    """Source `simulated`."""

    @model_validator(mode="after")
    def _tempers_are_simulated(self) -> Self:
        unknown = set(self.labels) - set(TEMPERS)
        if self.simulates and unknown:
            raise ValueError(
                f"simulated specimens have the domains {', '.join(TEMPERS)}; remove "
                f"{', '.join(sorted(unknown))} or set source to 'micrographs'."
            )
        return self
