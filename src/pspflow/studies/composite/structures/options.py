"""Options of the composite study's structures, their stiffness and their splits."""

from itertools import product
from pathlib import Path
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from pspflow.logs import log
from pspflow.mechanics.element import Scheme
from pspflow.microstructure.splits import SPLITS
from pspflow.options import Count, Options, Positive, Share, Weight
from pspflow.studies.composite.structures import paper

Fraction = Annotated[float, Field(ge=0.01, le=0.99)]
Ratio = Annotated[float, Field(gt=-1, lt=0.5)]
Sigma = Weight
Sigmas = tuple[Sigma, Sigma, Sigma]
"""Widths of a smoothing along x, y and z; 0 leaves an axis as it is."""
MIN_STRUCTURES: Final = 12
"""Fewer cannot be split into training, validation and test."""
MIN_EDGE: Final = 9
"""Least edge of structures that networks learn from, in voxels."""
Edge = Annotated[int, Field(ge=MIN_EDGE, le=512)]
FamilyName = Literal["fibres", "particles", "spinodal"]
"""Families of structures that are no Gaussian fields cut at a level."""
FAMILIES: Final[tuple[FamilyName, ...]] = get_args(FamilyName)
SetName = Literal[
    "all", "pair", "held_out", "large_pair", "local", "fibres", "particles", "spinodal"
]
"""All structures; those of the two morphologies of inverse design; the same with a region of C11
kept for tests; the two morphologies at another size; those of localization; and the families."""
SET_NAMES: Final[tuple[SetName, ...]] = get_args(SetName)
HELD_OUT: Final = "held_out"
"""The set of whose structures a region of C11 is kept for tests."""


class LargePairOptions(Options):
    """The two morphologies of inverse design at the paper's size, beside those of `pair`."""

    edge_voxels: Edge | None = None
    """Voxels along each edge; the paper's 51. null: this set is not made."""
    structures: Annotated[int, Field(ge=MIN_STRUCTURES)] = 300
    """Number of structures of both morphologies together; the paper has about 280."""
    morphologies: tuple[Sigmas, Sigmas] = paper.PAIR_MORPHOLOGIES
    """Widths along x, y and z of the two morphologies; the paper's."""


class LocalOptions(Options):
    """Structures of localization, where they are larger than those of `all`."""

    edge_voxels: Edge | None = None
    """Voxels along each edge. null: this set is not made, and localization takes set `all`."""
    structures: Annotated[int, Field(ge=MIN_STRUCTURES)] = 300
    """Number of structures of all morphologies together, each with its strain field."""


class FamiliesOptions(Options):
    """Structures of other families, of the edge, the fractions and the moduli of `all`."""

    names: tuple[FamilyName, ...] = ()
    """Families that are made."""
    structures: Annotated[int, Field(ge=MIN_STRUCTURES)] = 60
    """Number of structures of each family."""


class SimulatedOptions(Options):
    """Simulated two-phase structures: smoothed noise, cut at a level, and other families."""

    edge_voxels: Edge = 15
    """Voxels along each edge of a structure; the paper's 51."""
    structures: Annotated[int, Field(ge=MIN_STRUCTURES)] = 192
    """Number of structures of all morphologies together; the paper has about 8,900."""
    sigmas_voxels: Annotated[tuple[Sigma, ...], Field(min_length=1)] = (1.0, 3.0, 5.0, 7.0)
    """Widths of the smoothing; each choice of one per axis is a morphology, 64 in the paper."""
    volume_fraction_range: tuple[Fraction, Fraction] = (0.25, 0.75)
    """Lowest and highest share of the stiff phase."""
    young_gpa: tuple[Positive, Positive] = (2.4, 120.0)
    """Young's moduli of the soft and the stiff phase."""
    poisson: tuple[Ratio, Ratio] = (0.3, 0.3)
    """Poisson's ratios of the soft and the stiff phase."""
    pair_structures: Annotated[int, Field(ge=MIN_STRUCTURES)] = 120
    """Number of structures of the two morphologies of inverse design together."""
    # the paper's text says [1, 1, 7] once, its Figure 2 and Table 9 [1, 7, 7]; in smaller cells a
    # width of 7 spans them, and the two morphologies have no C11 in common
    pair_morphologies: tuple[Sigmas, Sigmas] = ((3.0, 1.0, 1.0), (1.0, 3.0, 3.0))
    """Widths along x, y and z of the two morphologies of inverse design; the paper's are 7, 1, 1
    and 1, 7, 7 at an edge of 51."""
    large_pair: LargePairOptions = LargePairOptions()
    """Set `large_pair`."""
    local: LocalOptions = LocalOptions()
    """Set `local`."""
    families: FamiliesOptions = FamiliesOptions()
    """Sets `fibres`, `particles` and `spinodal`."""

    @field_validator("sigmas_voxels", "pair_morphologies")
    @classmethod
    def _distinct(cls, values: tuple[object, ...]) -> tuple[object, ...]:
        if len(set(values)) < len(values):
            raise ValueError("a value is listed twice; remove one.")
        return values

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.volume_fraction_range
        if low >= high:
            raise ValueError(f"volume_fraction_range is {[low, high]}; give the lower one first.")
        soft, stiff = self.young_gpa
        if soft >= stiff:
            raise ValueError(
                f"young_gpa is {[soft, stiff]}; give the soft phase first, and a stiffer second."
            )
        return self

    @property
    def sets(self) -> tuple[SetName, ...]:
        """The sets that are made."""
        more: list[SetName] = list(self.families.names)
        if self.local.edge_voxels is not None:
            more.insert(0, "local")
        if self.large_pair.edge_voxels is not None:
            more.insert(0, "large_pair")
        return ("all", "pair", *more)

    def morphologies(self, name: SetName) -> tuple[Sigmas, ...]:
        """Widths along x, y and z of each morphology of a set of smoothed noise."""
        if name == "pair":
            return self.pair_morphologies
        if name == "large_pair":
            return self.large_pair.morphologies
        return tuple((x, y, z) for x, y, z in product(self.sigmas_voxels, repeat=3))

    def made(self, name: SetName) -> Self:
        """Reset what only other sets are made with."""
        of_sets: dict[SetName, tuple[str, ...]] = {
            "all": ("structures", "sigmas_voxels"),
            "pair": ("pair_structures", "pair_morphologies"),
            "large_pair": ("large_pair",),
            "local": ("local",),
        }
        kept = {*of_sets.get(name, ("families",)), *(("sigmas_voxels",) if name == "local" else ())}
        every = {"families", *(option for options in of_sets.values() for option in options)}
        return self.without(*every - kept)

    def count(self, name: SetName) -> int:
        """Count the structures of a set."""
        counts: dict[SetName, int] = {
            "all": self.structures,
            "pair": self.pair_structures,
            "large_pair": self.large_pair.structures,
            "local": self.local.structures,
        }
        return counts.get(name, self.families.structures)

    def edge(self, name: SetName) -> int:
        """Voxels along each edge of the structures of a set."""
        own: dict[SetName, int | None] = {
            "large_pair": self.large_pair.edge_voxels,
            "local": self.local.edge_voxels,
        }
        return own.get(name) or self.edge_voxels


class StackOptions(Options):
    """The user's own structures: a stack of voxel arrays and the moduli of its two phases."""

    file: Path | None = None
    """Phase ids, whole numbers: a .npy file, or a Zarr array or group. Axes are (structure, x, y,
    z), or in Zarr those that its dimensions are named after."""
    array: str = "phase"
    """Name of the array, where the file is a Zarr group."""
    phases: Path | None = None
    """CSV or Parquet, one row per phase: phase, young_gpa, poisson."""
    table: Path | None = None
    """CSV or Parquet, one row per structure in the stack's order: structure, and where known
    specimen (what splits keep together) and morphology. Null: structures are numbered."""


class SolutionOptions(Options):
    """How the stiffness of a structure is computed."""

    element: Scheme = "bbar"
    """Hexahedral element of a voxel: mean dilatation (bbar), 8 points (full), 1 point (reduced)."""
    tolerance: Annotated[float, Field(ge=1e-6, le=1e-2)] = 1e-4
    """Relative residual of a solution; stiffness errs by its square, strains in proportion."""


class SolverOptions(SolutionOptions):
    """The elastic solver, and the jobs it is divided among."""

    shards: Annotated[int, Field(ge=1, le=10000)] = 2
    """Number of jobs that the structures of a set are divided among."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where structures are solved: one by one on a core, or many at once on a GPU. auto: on the GPU
    of a machine that has one; jobs of a scheduler ask for a GPU with cuda alone."""

    @property
    def solution(self) -> SolutionOptions:
        """The part that changes the result."""
        return SolutionOptions(element=self.element, tolerance=self.tolerance)


class StructureSplitOptions(Options):
    """Which structures are for training, validation and test."""

    train: Share = 0.6
    """Share of the specimens for training."""
    validation: Share = 0.2
    """Share for validation, by which training stops."""
    test: Share = 0.2
    """Share for the reported numbers."""
    runs: Annotated[int, Field(ge=1, le=100)] = 1
    """Number of independent random splits, each with models of its own; the paper's ten."""
    most_training: Count | None = None
    """Largest number of training structures of a set; those beyond it are spare, and only the
    learning curve takes them. null: all train."""
    most_validation: Count | None = None
    """Largest number of validation structures; those beyond it are spare too. null: all."""

    @property
    def shares(self) -> dict[str, float]:
        """Share of each split by name."""
        return {name: getattr(self, name) for name in SPLITS}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (
            abs(sum(self.shares.values()) - 1) > 1e-6
            or min(self.train, self.validation, self.test) == 0
        ):
            raise ValueError(
                f"train, validation and test are {self.train}, {self.validation} and {self.test}; "
                "make them sum to 1 with each above 0 (models stop by the validation structures "
                "and are evaluated on the test structures)."
            )
        return self


class StructuresOptions(Options):
    """What is modelled: structures of two phases, their stiffness and how they are split."""

    source: Literal["simulated", "stack"] = "simulated"
    """Which of the two sections below is used."""
    simulated: SimulatedOptions = SimulatedOptions()
    """Source `simulated`."""
    stack: StackOptions = StackOptions()
    """Source `stack`."""
    solver: SolverOptions = SolverOptions()
    """Stiffness and strain of every structure."""
    split: StructureSplitOptions = StructureSplitOptions()
    """Which structures are for training, validation and test."""

    @model_validator(mode="after")
    def _source_fits(self) -> Self:
        missing = [name for name in ("file", "phases") if getattr(self.stack, name) is None]
        if self.source == "stack" and missing:
            raise ValueError(
                f"source is 'stack', so set {' and '.join(f'stack.{name}' for name in missing)} to "
                "your file."
            )
        if self.source == "simulated" and self.stack.file is not None:
            log.warning(
                "The stack %s is not read, since structures.source is 'simulated'; set it to "
                "'stack' to use your structures.",
                self.stack.file,
            )
        return self

    def chosen(self) -> Self:
        """Reset the source that is not used."""
        return self.without("stack" if self.source == "simulated" else "simulated")

    @property
    def sets(self) -> tuple[SetName, ...]:
        """The sets there are: a user's structures have no pair of morphologies made for them."""
        return self.simulated.sets if self.source == "simulated" else ("all",)

    @property
    def design_set(self) -> SetName:
        """The set of inverse design: the two morphologies made for it, or all there are."""
        return "pair" if self.source == "simulated" else "all"

    def training_structures(self, *, spare: bool = False) -> int | None:
        """Count the training structures of set `all`, with spare ones if asked for.

        None of a user's structures, whose number the configuration does not know; where they have
        a largest number it is taken.
        """
        split, simulated = self.split, self.source == "simulated"
        if not simulated:
            return None if spare else split.most_training
        count = self.simulated.count("all")
        train, validation = int(split.train * count), int(split.validation * count)
        if not spare:
            return min(train, split.most_training or train)
        return train + validation - min(validation, split.most_validation or validation)

    @property
    def localization_set(self) -> SetName:
        """The set of localization: larger structures where they are made, or all there are."""
        return "local" if "local" in self.sets else "all"

    @property
    def papers_material(self) -> bool:
        """Whether the structures are the paper's, at any edge: only then its numbers compare."""
        made = self.simulated
        return self.source == "simulated" and (
            made.young_gpa,
            made.poisson,
            made.sigmas_voxels,
            made.volume_fraction_range,
        ) == (
            paper.YOUNG_GPA,
            paper.POISSON,
            paper.SIGMAS_VOXELS,
            paper.VOLUME_FRACTION_RANGE,
        )
