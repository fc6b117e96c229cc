"""Options of the textures: the pool of candidates, and those of validation and test."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, model_validator

from pspflow.logs import log
from pspflow.options import Count, Options

SetName = Literal["pool", "validation", "test"]
"""Candidates of the loop; textures by which it stops; textures of the reported numbers."""
SET_NAMES: Final[tuple[SetName, ...]] = get_args(SetName)
FEWEST: Final[dict[SetName, int]] = {"pool": 50, "validation": 10, "test": 20}
"""Textures that a set needs: with fewer, a loop has no choice, and a mean no meaning."""
Degrees = Annotated[float, Field(ge=3, le=60)]


class SimulatedTexturesOptions(Options):
    """Simulated textures: single crystals and mixtures of crystals, each with a spread."""

    singles: Annotated[int, Field(ge=0)] = 360
    """Candidates of one crystal; the paper's data have 13,408."""
    mixtures: Annotated[int, Field(ge=0)] = 1640
    """Candidates of several crystals; the paper's data have 61,482, its pool 54,480 of both."""
    largest: Count = 6
    """Largest number of crystals in a mixture."""
    half_width_range_deg: tuple[Degrees, Degrees] = (5.0, 30.0)
    """Least and largest spread around the crystals (half width at half maximum)."""
    grains: Annotated[int, Field(ge=24, le=100_000)] = 128
    """Orientations of a texture, before the symmetry of the specimen makes four of each."""
    validation: Annotated[int, Field(ge=FEWEST["validation"])] = 50
    """Textures by which the loop stops; the paper's 50."""
    test: Annotated[int, Field(ge=FEWEST["test"])] = 200
    """Textures of the reported numbers; the paper's 20,000."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        low, high = self.half_width_range_deg
        if low >= high:
            raise ValueError(f"half_width_range_deg is {[low, high]}; give the lower one first.")
        if self.singles + self.mixtures < FEWEST["pool"]:
            raise ValueError(
                f"singles and mixtures are {self.singles} and {self.mixtures} candidates; give at "
                f"least {FEWEST['pool']} together."
            )
        if self.grains < self.largest:
            raise ValueError(
                f"grains is {self.grains}, fewer than the {self.largest} crystals of the largest "
                "mixture; give more."
            )
        return self

    def made(self, name: SetName) -> Self:
        """Reset what only other sets are made with."""
        return self.without(*({"validation", "test"} - {name}))

    def counts(self, name: SetName) -> tuple[int, int]:
        """Count the single crystals and the mixtures of a set: of each the pool's share."""
        if name == "pool":
            return self.singles, self.mixtures
        count = self.validation if name == "validation" else self.test
        singles = round(count * self.singles / (self.singles + self.mixtures))
        return singles, count - singles


class SheetOptions(Options):
    """The user's own textures: a sheet of files of orientations."""

    sheet: Path | None = None
    """CSV or Parquet, one row per texture: texture (a name), file (a map or a table of
    orientations), split (pool, validation or test), and where files do not say it themselves unit
    (degrees or radians), quaternion_order, quaternion_sense and phase."""
    grains: Annotated[int, Field(ge=24, le=100_000)] = 500
    """Orientations of equal weight that stand for a file's, chosen to have its texture."""


class TexturesOptions(Options):
    """What can be observed, and what models are tested on."""

    source: Literal["simulated", "sheet"] = "simulated"
    """Which of the two sections below is used."""
    simulated: SimulatedTexturesOptions = SimulatedTexturesOptions()
    """Source `simulated`."""
    files: SheetOptions = SheetOptions()
    """Source `sheet`."""

    @model_validator(mode="after")
    def _source_fits(self) -> Self:
        if self.source == "sheet" and self.files.sheet is None:
            raise ValueError("source is 'sheet', so set files.sheet to your file.")
        if self.source == "simulated" and self.files.sheet is not None:
            log.warning(
                "The sheet %s is not read, since textures.source is 'simulated'; set it to 'sheet' "
                "to use your textures.",
                self.files.sheet,
            )
        return self

    def chosen(self) -> Self:
        """Reset the source that is not used."""
        return self.without("files" if self.source == "simulated" else "simulated")
