"""Options of images; their docstrings are the schema's help."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pspflow.logs import log
from pspflow.microstructure.plan import Placement
from pspflow.microstructure.splits import SPLITS
from pspflow.options import Count, Options, Positive, Share

DOMAIN_NAME = r"^[A-Za-z0-9][A-Za-z0-9_+-]*$"
"""What a domain may be called: its name stands in paths."""


class Domain(Options):
    """A temper, or any other class whose micrographs are modelled together."""

    name: Annotated[str, Field(pattern=DOMAIN_NAME)]
    """Name as it stands in the sheet."""
    label: str | None = None
    """Sheet column that labels the domain's chips (process parameter or property), if any."""


class SheetOptions(Options):
    """The user's own micrographs."""

    sheet: Path | None = None
    """CSV or Parquet sheet with one row per image, relative to the folder where snakemake runs; its
    image paths are relative to the sheet."""


class ScaleOptions(Options):
    """What is cut off, and the common size of pixels that images are rescaled to."""

    annotation_bar_px: Annotated[int, Field(ge=0)] = 0
    """Rows cut off the bottom of every image that has no crop of its own in the sheet."""
    pixel_size_um: Positive | None = None
    """Common pixel size; null: the median of the sheet, or of files that all have one size."""
    magnification: Positive | None = None
    """Common magnification of a scan as wide as most of the sheet's; null: the sheet's median."""


class CatalogueOptions(Options):
    """How the sheet is read."""

    domains: Annotated[tuple[Domain, ...], Field(min_length=1)]
    """Domains of the sheet, in the order of the figures."""
    scale: ScaleOptions = ScaleOptions()
    """Crop and common scale."""

    @property
    def labels(self) -> dict[str, str | None]:
        """Domain name and the column that labels it."""
        return {domain.name: domain.label for domain in self.domains}

    @field_validator("domains")
    @classmethod
    def _distinct(cls, domains: tuple[Domain, ...]) -> tuple[Domain, ...]:
        twice = [name for name, n in Counter(d.name for d in domains).items() if n > 1]
        if twice:
            raise ValueError(f"domain {twice[0]!r} is listed twice; remove one.")
        return domains


class SplitOptions(Options):
    """Which pixels train, validate and test."""

    by: Literal["specimen", "micrograph", "region"] = "specimen"
    """Whole specimens; whole micrographs (where each condition has one specimen); or bands of every
    micrograph (where there are too few of both)."""
    train: Share = 0.6
    """Share of the specimens, of the micrographs, or of every micrograph."""
    validation: Share = 0.15
    """Share for choices made while developing."""
    test: Share = 0.25
    """Share for the reported figures."""

    @property
    def shares(self) -> dict[str, float]:
        """Share of each split by name."""
        return {name: getattr(self, name) for name in SPLITS}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = sum(self.shares.values())
        if abs(total - 1) > 1e-6 or self.train == 0 or self.validation == 0:
            raise ValueError(
                f"train, validation and test are {self.train}, {self.validation} and {self.test}; "
                "make them sum to 1 with train and validation above 0 (models stop by the "
                "validation chips)."
            )
        return self


class ChipOptions(Options):
    """How micrographs are cut into chips."""

    size_px: Annotated[int, Field(ge=8, le=4096)] = 32
    """Edge of a chip; 128 in the temper paper."""
    placement: Literal["grid", "random"] = "grid"
    """A grid with a stride, or random windows in proportion to area."""
    stride_px: Count = 16
    """Step of the grid."""
    redundancy: Positive = 1.5
    """Random placement: chip area drawn over micrograph area."""
    min_contrast: Share = 0.0
    """Chips of less contrast (1st to 99th percentile over 255) are rejected; 0 keeps all."""

    def chosen(self) -> Self:
        """Reset the option of the placement that is not used."""
        return self.without("redundancy" if self.placement == "grid" else "stride_px")

    @property
    def placement_rule(self) -> Placement:
        """The options as the planner takes them."""
        stride = self.stride_px if self.placement == "grid" else None
        return Placement(self.size_px, stride, self.redundancy, self.min_contrast)


class SectionOptions(Options):
    """What the report says of how the images were made."""

    simulated: bool = False
    """Whether the micrographs are simulated."""
    sheet: Path | None = None
    """The user's sheet, where they are not."""
    split: SplitOptions = SplitOptions()
    """Which pixels train, validate and test."""
    chips: ChipOptions = ChipOptions()
    """How micrographs are cut into chips."""


class ImagesOptions(CatalogueOptions):
    """From a sheet of micrographs to chips, for a study that has the user's micrographs alone."""

    micrographs: SheetOptions = SheetOptions()
    """The user's own micrographs."""
    split: SplitOptions = SplitOptions()
    """Train, validation and test."""
    chips: ChipOptions = ChipOptions()
    """Windows into the micrographs."""

    @property
    def simulates(self) -> bool:
        """Whether the study simulates the micrographs."""
        return False

    @property
    def catalogue(self) -> CatalogueOptions:
        """The part that the stage `catalogue` takes."""
        return CatalogueOptions(domains=self.domains, scale=self.scale)

    @property
    def section(self) -> SectionOptions:
        """The part that the stage `section` takes."""
        sheet = None if self.simulates else self.micrographs.sheet
        parts = {"split": self.split, "chips": self.chips.chosen()}
        return SectionOptions(simulated=self.simulates, sheet=sheet, **parts)

    @model_validator(mode="after")
    def _sheet_is_named(self) -> Self:
        if not self.simulates and self.micrographs.sheet is None:
            raise ValueError("no micrographs are named: set micrographs.sheet to your sheet.")
        return self


class SimulatedImagesOptions(ImagesOptions):
    """From micrographs, simulated or the user's own, to chips.

    A study that simulates micrographs inherits from it and declares `simulated`, the options of
    its stage `simulate`.
    """

    source: Literal["simulated", "micrographs"] = "simulated"
    """Which of the sections `simulated` and `micrographs` is used."""

    @property
    def simulates(self) -> bool:
        """Whether the study simulates the micrographs."""
        return self.source == "simulated"

    @model_validator(mode="after")
    def _sheet_is_used(self) -> Self:
        if self.simulates and self.micrographs.sheet is not None:
            log.warning(
                "The sheet %s is not read, since images.source is 'simulated'; set it to "
                "'micrographs' to use your images.",
                self.micrographs.sheet,
            )
        return self
