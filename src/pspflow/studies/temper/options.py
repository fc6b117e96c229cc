"""Options of the temper study; their defaults are the demo, their docstrings the schema's help."""

import math
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pspflow.microstructure.plan import Placement
from pspflow.microstructure.splits import SPLITS
from pspflow.options import Options
from pspflow.simulate import TEMPERS
from pspflow.studies.temper.flow_options import FlowOptions, Positive, TransferOptions

PAPER_CHANNELS = (256, 256, 128, 128)
"""Of PI-Net, temper paper section 3.4."""
Share = Annotated[float, Field(ge=0, le=1)]


class Domain(Options):
    """A temper, or any other class whose micrographs are modelled together."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_+-]*$")]
    """Name as it stands in the sheet."""
    label: str | None = None
    """Sheet column that labels the domain's chips (process parameter or property), if any."""


class SimulateOptions(Options):
    """Simulated ShAPE-like specimens, each with a micrograph of every temper."""

    specimens: Annotated[int, Field(ge=6, le=9999)] = 48
    """Number of specimens; the paper has 32."""
    size_px: Annotated[int, Field(ge=64, le=16384)] = 256
    """Edge of a micrograph."""
    pixel_size_um: Positive = 0.1
    """Edge of a pixel."""


class SheetOptions(Options):
    """The user's own micrographs."""

    sheet: Path | None = None
    """CSV or Parquet sheet with one row an image; its image paths are relative to it."""


class ScaleOptions(Options):
    """What is cut off and what size of pixel everything is brought to."""

    annotation_bar_px: Annotated[int, Field(ge=0)] = 0
    """Rows cut off the bottom of every image that has no crop of its own in the sheet."""
    pixel_size_um: Positive | None = None
    """Common pixel size; none: the sheet's median."""
    magnification: Positive | None = None
    """Common magnification, for sheets that give magnifications; none: the sheet's median."""


class CatalogueOptions(Options):
    """How the sheet is read."""

    domains: tuple[Domain, ...]
    """Domains of the sheet, in the order of the figures."""
    scale: ScaleOptions = ScaleOptions()
    """Crop and common scale."""

    @property
    def labels(self) -> dict[str, str | None]:
        """Domain name and the column that labels it."""
        return {domain.name: domain.label for domain in self.domains}


class DataOptions(CatalogueOptions):
    """Where the micrographs come from."""

    source: Literal["simulated", "micrographs"] = "simulated"
    """Which of the two sections below is used."""
    domains: Annotated[tuple[Domain, ...], Field(min_length=1)] = (
        Domain(name="as_extruded", label="feed_rate_mm_min"),
        Domain(name="t5", label="uts_t5_mpa"),
        Domain(name="t6", label="uts_t6_mpa"),
    )
    """Domains of the sheet, in the order of the figures."""
    simulated: SimulateOptions = SimulateOptions()
    """Source `simulated`."""
    micrographs: SheetOptions = SheetOptions()
    """Source `micrographs`."""

    @field_validator("domains")
    @classmethod
    def _distinct(cls, domains: tuple[Domain, ...]) -> tuple[Domain, ...]:
        twice = [name for name, n in Counter(d.name for d in domains).items() if n > 1]
        if twice:
            raise ValueError(f"domain {twice[0]!r} is listed twice; remove one.")
        return domains

    @model_validator(mode="after")
    def _source_fits(self) -> "DataOptions":
        if self.source == "micrographs" and self.micrographs.sheet is None:
            raise ValueError("source is 'micrographs', so set micrographs.sheet to your sheet.")
        unknown = set(self.labels) - set(TEMPERS)
        if self.source == "simulated" and unknown:
            raise ValueError(
                f"simulated specimens have the domains {', '.join(TEMPERS)}; remove "
                f"{', '.join(sorted(unknown))} or set source to 'micrographs'."
            )
        return self

    def chosen(self) -> Self:
        """Forget the source that is not used."""
        unused = "micrographs" if self.source == "simulated" else "simulated"
        return self.model_copy(update={unused: type(self).model_fields[unused].default})

    @property
    def catalogue(self) -> CatalogueOptions:
        """The part that the stage `catalogue` takes."""
        return CatalogueOptions(domains=self.domains, scale=self.scale)


class SplitOptions(Options):
    """Which pixels train, validate and test."""

    by: Literal["specimen", "region"] = "specimen"
    """Whole specimens, or bands of every micrograph (where there are too few specimens)."""
    train: Share = 0.6
    """Share of the specimens, or of every micrograph."""
    validation: Share = 0.15
    """Share for choices made while developing."""
    test: Share = 0.25
    """Share for the reported figures."""

    @property
    def shares(self) -> dict[str, float]:
        """Share of each split by name."""
        return {name: getattr(self, name) for name in SPLITS}

    @model_validator(mode="after")
    def _whole(self) -> "SplitOptions":
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
    """Edge of a chip; the paper's 128."""
    placement: Literal["grid", "random"] = "grid"
    """A grid with a stride, or random windows in proportion to area."""
    stride_px: Annotated[int, Field(ge=1)] = 16
    """Step of the grid."""
    redundancy: Positive = 1.5
    """Random placement: chip area drawn over micrograph area."""
    min_contrast: Share = 0.0
    """Chips of less contrast (1st to 99th percentile over 255) are rejected; 0 keeps all,
    since T6 has almost none."""

    def chosen(self) -> Self:
        """Forget the option of the placement that is not used."""
        unused = "redundancy" if self.placement == "grid" else "stride_px"
        return self.model_copy(update={unused: type(self).model_fields[unused].default})

    @property
    def placement_rule(self) -> Placement:
        """The options as the planner takes them."""
        stride = self.stride_px if self.placement == "grid" else None
        return Placement(self.size_px, stride, self.redundancy, self.min_contrast)


class PersistenceOptions(Options):
    """Persistence diagrams and images."""

    backend: Literal["exact", "gudhi", "ripser"] = "exact"
    """The project's exact kernel, gudhi's fast path, or ripser (the paper's stack); all agree."""
    convention: Literal["T", "V"] = "T"
    """Pixels are top cells (T) or vertices (V) of the cubical complex."""
    resolution: Annotated[int, Field(ge=2, le=256)] = 10
    """Pixels along each axis of a persistence image; the paper's 10."""
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
        return values


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


class LabelOptions(Options):
    """The classifier that asks how much of a label real chips show (Figure 5's rulers)."""

    folds: Annotated[int, Field(ge=2)] = 8
    """Folds of the cross-validation; a specimen lies in one."""
    chips_per_specimen: Annotated[int, Field(ge=1)] = 100
    """Most chips of one specimen and domain that are used."""
    resamples: Annotated[int, Field(ge=100)] = 1000
    """Resamples of the specimens behind an interval."""


class PINetOptions(Options):
    """PI-Net, the network that approximates persistence images."""

    channels: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] = (8, 8, 8, 8)
    """Channels of its convolutions; the paper's are 256, 256, 128, 128."""
    batch_size: Annotated[int, Field(ge=1)] = 16
    """Chips in a batch; the paper's 128."""
    learning_rate: Positive = 4e-3
    """Of Adam, at first; it falls to nothing as a cosine over the epochs."""
    max_epochs: Annotated[int, Field(ge=1)] = 4
    """Most epochs."""
    patience: Annotated[int, Field(ge=1)] = 10
    """Epochs without a lower validation loss after which training stops."""
    chips_per_specimen: Annotated[int, Field(ge=1)] = 30
    """Most chips of one specimen and domain to train, validate and test with."""


class TemperOptions(Options):
    """The temper study."""

    data: DataOptions = DataOptions()
    """Where the micrographs come from."""
    split: SplitOptions = SplitOptions()
    """Train, validation and test."""
    chips: ChipOptions = ChipOptions()
    """Windows into the micrographs."""
    persistence: PersistenceOptions = PersistenceOptions()
    """Persistence images."""
    labels: LabelOptions = LabelOptions()
    """Label classification."""
    pinet: PINetOptions = PINetOptions()
    """PI-Net."""
    flows: FlowOptions = FlowOptions()
    """The flows."""
    transfer: TransferOptions = TransferOptions()
    """Evaluation of the flows."""

    @model_validator(mode="after")
    def _flows_fit_chips(self) -> "TemperOptions":
        edge, least = self.chips.size_px, self.flows.smallest_chip_px
        if self.transferable and edge % 4:
            raise ValueError(
                f"chips.size_px is {edge}; flows halve chips twice, so give a multiple of 4."
            )
        if self.transferable and edge < least:
            raise ValueError(
                f"chips.size_px is {edge}, but discriminators of {len(self.flows.discriminator)} "
                f"layers need {least}; enlarge the chips or shorten flows.discriminator."
            )
        return self

    def chosen(self) -> Self:
        """Forget alternatives that are not used."""
        parts = ("data", "chips", "flows")
        return self.model_copy(update={name: getattr(self, name).chosen() for name in parts})

    @property
    def transferable(self) -> bool:
        """Whether there are domains to transfer between."""
        return len(self.data.domains) > 1

    @property
    def labelled(self) -> bool:
        """Whether any domain has a label."""
        return any(domain.label for domain in self.data.domains)
