"""Options of the composite study's structures, their stiffness and their splits."""

from itertools import product
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pspflow.mechanics.element import Scheme
from pspflow.microstructure.splits import SPLITS
from pspflow.options import Options

Share = Annotated[float, Field(ge=0, le=1)]
Sigma = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Modulus = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0.01, le=0.99)]
Ratio = Annotated[float, Field(gt=-1, lt=0.5)]
Sigmas = tuple[Sigma, Sigma, Sigma]
MIN_STRUCTURES = 12
"""Fewer cannot be split into something to learn from and something to test on."""
MIN_EDGE = 9
"""Least edge of structures that networks learn from, in voxels."""
SET_NAMES = ("all", "pair")
SetName = Literal["all", "pair"]
"""All structures, or those of the two morphologies of inverse design."""


class SimulatedOptions(Options):
    """Simulated two-phase structures: smoothed noise, cut at a level."""

    edge_voxels: Annotated[int, Field(ge=MIN_EDGE, le=512)] = 15
    """Edge of a structure; the paper's 51."""
    structures: Annotated[int, Field(ge=MIN_STRUCTURES)] = 288
    """Structures of all morphologies together; the paper has about 8,900."""
    sigmas_voxels: Annotated[tuple[Sigma, ...], Field(min_length=1)] = (1.0, 3.0, 5.0, 7.0)
    """Widths of the smoothing; every choice of one an axis is a morphology, 64 in the paper."""
    volume_fraction_range: tuple[Fraction, Fraction] = (0.25, 0.75)
    """Shares of the stiff phase."""
    young_gpa: tuple[Modulus, Modulus] = (2.4, 120.0)
    """Young's moduli of the soft and the stiff phase."""
    poisson: tuple[Ratio, Ratio] = (0.3, 0.3)
    """Poisson's ratios of the soft and the stiff phase."""
    pair_structures: Annotated[int, Field(ge=MIN_STRUCTURES)] = 180
    """Structures of the two morphologies of inverse design together."""
    # the paper's text says [1, 1, 7] once, its Figure 2 and Table 9 [1, 7, 7]; in smaller cells a
    # width of 7 spans them, and the two morphologies have no C11 in common
    pair_morphologies: tuple[Sigmas, Sigmas] = ((3.0, 1.0, 1.0), (1.0, 3.0, 3.0))
    """Widths along x, y and z of the two morphologies of inverse design; the paper's are 7, 1, 1
    and 1, 7, 7 at an edge of 51."""

    @field_validator("sigmas_voxels", "pair_morphologies")
    @classmethod
    def _distinct(cls, values: tuple[object, ...]) -> tuple[object, ...]:
        if len(set(values)) < len(values):
            raise ValueError("a value is listed twice; remove one.")
        return values

    @model_validator(mode="after")
    def _ordered(self) -> "SimulatedOptions":
        low, high = self.volume_fraction_range
        if low >= high:
            raise ValueError(f"volume_fraction_range is {[low, high]}; give the lower one first.")
        soft, stiff = self.young_gpa
        if soft >= stiff:
            raise ValueError(
                f"young_gpa is {[soft, stiff]}; give the soft phase first, and a stiffer second."
            )
        return self

    def morphologies(self, name: SetName) -> tuple[Sigmas, ...]:
        """Widths along x, y and z of each morphology of a set."""
        if name == "pair":
            return self.pair_morphologies
        return tuple((x, y, z) for x, y, z in product(self.sigmas_voxels, repeat=3))

    def made(self, name: SetName) -> "SimulatedOptions":
        """Forget what only the other set is made with."""
        unused = ("pair_structures", "pair_morphologies")
        if name == "pair":
            unused = ("structures", "sigmas_voxels")
        fields = type(self).model_fields
        return self.model_copy(update={key: fields[key].default for key in unused})

    def count(self, name: SetName) -> int:
        """Count the structures of a set."""
        return self.pair_structures if name == "pair" else self.structures


class OwnOptions(Options):
    """The user's own structures: a stack of voxel arrays and the moduli of its two phases."""

    stack: Path | None = None
    """Phase ids, (structure, x, y, z), whole numbers: a .npy file, or a Zarr array or group."""
    array: str = "phase"
    """Name of the array, where the stack is a Zarr group."""
    phases: Path | None = None
    """CSV or Parquet, one row a phase: phase, young_gpa, poisson."""
    table: Path | None = None
    """CSV or Parquet, one row a structure in the stack's order: structure, and where known
    specimen (what splits keep together) and morphology. None: structures are numbered."""


class DataOptions(Options):
    """Where the structures come from."""

    source: Literal["simulated", "structures"] = "simulated"
    """Which of the two sections below is used."""
    simulated: SimulatedOptions = SimulatedOptions()
    """Source `simulated`."""
    structures: OwnOptions = OwnOptions()
    """Source `structures`."""

    @model_validator(mode="after")
    def _source_fits(self) -> "DataOptions":
        own = self.structures
        missing = [name for name in ("stack", "phases") if getattr(own, name) is None]
        if self.source == "structures" and missing:
            raise ValueError(
                f"source is 'structures', so set {' and '.join(f'structures.{m}' for m in missing)}"
                " to your file."
            )
        return self

    def chosen(self) -> Self:
        """Forget the source that is not used."""
        unused = "structures" if self.source == "simulated" else "simulated"
        return self.model_copy(update={unused: type(self).model_fields[unused].default})

    @property
    def sets(self) -> tuple[SetName, ...]:
        """The sets there are: one's own structures have no pair of morphologies made for them."""
        return ("all", "pair") if self.source == "simulated" else ("all",)


class SolutionOptions(Options):
    """How the stiffness of a structure is computed."""

    element: Scheme = "bbar"
    """Hexahedron of a voxel: mean dilatation (bbar), 8 points (full), or 1 point (reduced)."""
    tolerance: Annotated[float, Field(ge=1e-6, le=1e-2)] = 1e-4
    """Relative residual of a solution; stiffness errs by its square, strains in proportion."""


class SolverOptions(SolutionOptions):
    """The elastic solver, and the jobs it is divided among."""

    shards: Annotated[int, Field(ge=1, le=10000)] = 2
    """Jobs the structures of a set are divided among."""

    @property
    def solution(self) -> SolutionOptions:
        """The part that shows in the result."""
        return SolutionOptions(element=self.element, tolerance=self.tolerance)


class SplitOptions(Options):
    """Which structures train, validate and test."""

    train: Share = 0.6
    """Share of the specimens."""
    validation: Share = 0.2
    """Share by which training stops."""
    test: Share = 0.2
    """Share for the reported figures."""
    runs: Annotated[int, Field(ge=1, le=100)] = 1
    """Independent random splits, each with models of its own; the paper's ten."""

    @property
    def shares(self) -> dict[str, float]:
        """Share of each split by name."""
        return {name: getattr(self, name) for name in SPLITS}

    @model_validator(mode="after")
    def _whole(self) -> "SplitOptions":
        if (
            abs(sum(self.shares.values()) - 1) > 1e-6
            or min(self.train, self.validation, self.test) == 0
        ):
            raise ValueError(
                f"train, validation and test are {self.train}, {self.validation} and {self.test}; "
                "make them sum to 1 with each above 0 (models stop by the validation structures "
                "and are judged by the test structures)."
            )
        return self
