"""Options of the simulated datasets; their defaults are the demo, their docstrings its help."""

import math
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from pspflow.options import Count, Options, Positive, Share, Weight
from pspflow.studies.latent.names import SimulatedName


def _ascending(values: tuple[float, float]) -> tuple[float, float]:
    if values[0] > values[1]:
        raise ValueError(f"it is {list(values)}; give the lower value first.")
    return values


Range = Annotated[tuple[Positive, Positive], AfterValidator(_ascending)]
"""Lowest and highest value, between which each image has its own; equal ones: all have it."""


class Counts(Options):
    """Images of every simulated dataset, each of its own random numbers."""

    train: Annotated[int, Field(ge=2)] = 64
    """Images to train on; the report's training and validation images together are 40,000."""
    validation: Annotated[int, Field(ge=2)] = 16
    """Images that choose the epoch."""
    test: Annotated[int, Field(ge=4)] = 32
    """Images for the reported numbers; the report's 10,000."""

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Images of the splits, in order."""
        return self.train, self.validation, self.test

    @property
    def total(self) -> int:
        """Images of all splits."""
        return sum(self.sizes)


class GaussianOptions(Options):
    """White noise, smoothed by a periodic Gaussian filter; report, section 2.1."""

    size_px: Annotated[int, Field(ge=16)] = 128
    """Edge of the image; the report's 128."""
    covariance_px2: tuple[tuple[float, float], tuple[float, float]] = ((16.0, 0.0), (0.0, 16.0))
    """Covariance matrix of the filter along rows and columns, in square pixels. The report leaves
    it open."""
    deviations: Positive = 3.0
    """Grey levels from 0 to 255 span the mean and as many standard deviations on either side."""
    volume_fraction_range: Annotated[tuple[Share, Share], AfterValidator(_ascending)] = (0.5, 0.5)
    """Share of bright pixels of a binary image, exact to half a pixel, drawn between the two for
    each image. The report leaves it open."""

    @model_validator(mode="after")
    def _is_covariance(self) -> Self:
        matrix = np.array(self.covariance_px2)
        if matrix[0, 1] != matrix[1, 0] or np.linalg.eigvalsh(matrix).min() < 0:
            raise ValueError(
                f"covariance_px2 is {matrix.tolist()}; give a symmetric matrix without negative "
                "eigenvalues, [[s2, 0], [0, s2]] for a round filter of standard deviation s."
            )
        widest = float(np.sqrt(np.linalg.eigvalsh(matrix).max()))
        if widest > self.size_px / 8:
            raise ValueError(
                f"covariance_px2 smooths over {widest:.3g} pixels (one standard deviation), and "
                f"size_px is {self.size_px}; give at least eight times as many pixels, since "
                "images would be nearly even."
            )
        return self


class BoundaryImageOptions(Options, ABC):
    """How a map of grain boundaries is drawn."""

    image_px: tuple[Count, Count]
    """Rows and columns of the drawing."""
    averaging: Count = 1
    """Edge of the blocks of the drawing that one pixel of the image averages; the report's 1."""
    line_sites: Positive = 1.0
    """Width of the dark line between two grains, in sites."""

    @model_validator(mode="after")
    def _whole_blocks(self) -> Self:
        if any(size % self.averaging for size in self.image_px):
            raise ValueError(
                f"image_px is {list(self.image_px)}, which averaging of {self.averaging} does not "
                "divide; choose another."
            )
        return self

    @property
    @abstractmethod
    def shown_sites(self) -> tuple[int, int]:
        """Sites along y and x that the drawing shows."""

    @model_validator(mode="after")
    def _lines_are_drawn(self) -> Self:
        for axis, sites, size in zip("yx", self.shown_sites, self.image_px, strict=True):
            if sites > self.line_sites * size:
                raise ValueError(
                    f"image_px has {size} pixels for {sites} sites along {axis}, so that lines of "
                    f"{self.line_sites:g} sites (line_sites) fall between pixels and break; give "
                    f"at least {math.ceil(sites / self.line_sites)} pixels, which averaging may "
                    "reduce, or wider lines."
                )
        return self


class GrainGrowthOptions(BoundaryImageOptions):
    """Grain growth of a periodic Potts model; report, section 2.4."""

    edge_sites: Annotated[int, Field(ge=8)] = 64
    """Sites along each edge; the report's 128."""
    spins: Annotated[int, Field(ge=2)] = 2048
    """Spins that sites start with at random (Q)."""
    temperature: Weight = 0.85
    """Temperature kT, in units of the energy of a pair of unlike neighbours."""
    time: Positive = 100.0
    """Time of the kinetic Monte Carlo clock: an event that no energy hinders happens once on
    average in a unit of time; the report's 1,500."""
    image_px: tuple[Count, Count] = (128, 128)
    """Rows and columns of the drawing; the report's 256 x 256."""

    @property
    def shown_sites(self) -> tuple[int, int]:
        """Sites along y and x that the drawing shows."""
        return self.edge_sites, self.edge_sites


class AdditiveOptions(BoundaryImageOptions):
    """A melt pool with a heat-affected zone on a serpentine path; report, section 2.2."""

    sites: tuple[Count, Count] = (50, 50)
    """Sites along y and x; the report's 100 x 100."""
    spins: Annotated[int, Field(ge=2)] = 1000
    """Spins that sites start with, and solidify to, at random."""
    temperature: Weight = 0.0
    """Temperature kT, in units of the energy of a pair of unlike neighbours."""
    time: Positive = 55.0
    """Time of the simulation, 26 sweeps per unit; five passes of 11 here. The report's 100."""
    speed: Positive = 10.0
    """Speed of the pool, in sites per unit of time."""
    hatch_sites: Positive = 12.5
    """Distance between neighbouring passes; the report's 25."""
    overrun_sites: Weight = 30.0
    """Sites that a pass begins before the plate and ends behind it. At the report's 0 the pool
    jumps to the next pass from the edge, and its last place there stays without grains."""
    pool_width_sites: Range = (15.0, 15.0)
    """Width of the melt pool; the report's 30."""
    pool_tail_sites: Range = (20.0, 20.0)
    """Length of its tail, from its widest place backwards; the report's 40."""
    pool_cap_sites: Range = (4.0, 4.0)
    """Length of its front, from its widest place forwards; the report's 8."""
    zone_width_sites: Positive = 20.0
    """Width of the heat-affected zone, with the pool in it; the report's 40."""
    zone_tail_sites: Positive = 30.0
    """Length of its tail; the report's 60."""
    zone_cap_sites: Positive = 6.0
    """Length of its front; the report's 12."""
    mobility_decay: Weight = 0.1
    """Factor a of the mobility exp(-a d) at a distance of d sites from the pool."""
    image_px: tuple[Count, Count] = (512, 512)
    """Rows and columns of the drawing; the report's 512 x 512."""
    averaging: Count = 4
    """Edge of the blocks of the drawing that one pixel of the image averages; the report's 1."""

    @property
    def shown_sites(self) -> tuple[int, int]:
        """Sites along y and x that the drawing shows."""
        return self.sites

    @model_validator(mode="after")
    def _zone_holds_pool(self) -> Self:
        for part in ("width", "tail", "cap"):
            pool, zone = (getattr(self, f"{name}_{part}_sites") for name in ("pool", "zone"))
            if zone < pool[1]:
                raise ValueError(
                    f"zone_{part}_sites is {zone:g}, but the pool in it has up to {pool[1]:g} "
                    f"(pool_{part}_sites); enlarge the zone or lessen the pool."
                )
        return self


class WeldOptions(BoundaryImageOptions):
    """A teardrop pool that moves along a plate once; report, section 2.3."""

    sites: tuple[Count, Count] = (30, 76)
    """Sites along y, across the weld, and x, along it; the report's 200 x 500."""
    spins: Annotated[int, Field(ge=2)] = 3500000
    """Spins that sites start with, and solidify to, at random."""
    temperature: Weight = 0.25
    """Temperature kT, in units of the energy of a pair of unlike neighbours."""
    time: Positive = 16.0
    """Time of the simulation, 26 sweeps per unit; the report's 52."""
    speed: Positive = 6.0
    """Speed of the pool, in sites per unit of time; the report's 12."""
    pool_width_sites: Range = (15.0, 15.0)
    """Width of the teardrop; the report's 100."""
    teardrop: Literal["I", "II", "III"] = "III"
    """Shape of the pool, from the bluntest teardrop to the most slender."""
    zone_sites: Positive = 7.5
    """Width of the heat-affected zone around the pool, where mobility falls from 1 to 0; the
    report's 50."""
    margin_sites: Annotated[int, Field(ge=0)] = 14
    """Sites that the image leaves out at either end of the weld; the report's 100."""
    image_px: tuple[Count, Count] = (80, 128)
    """Rows and columns of the drawing, without the margins; the report's 400 x 600."""

    @property
    def shown_sites(self) -> tuple[int, int]:
        """Sites along y and x that the drawing shows."""
        return self.sites[0], self.sites[1] - 2 * self.margin_sites

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if 2 * self.margin_sites >= self.sites[1]:
            raise ValueError(
                f"margin_sites is {self.margin_sites} at either end of {self.sites[1]} sites along "
                "the weld, which leaves none; lessen it."
            )
        return self


class InpaintedOptions(Options):
    """Variants of one micrograph, whose masked parts are filled in anew; report, section 2.5."""

    image: Path | None = None
    """Your micrograph: 8-bit grey."""
    size_px: tuple[Count, Count] = (64, 64)
    """Rows and columns of the crops that become variants."""
    masked_share: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Share of the pixels that are masked."""
    hole_px: Count = 8
    """Edge of a masked square."""

    @model_validator(mode="after")
    def _hole_fits(self) -> Self:
        if 2 * self.hole_px > min(self.size_px):
            raise ValueError(
                f"hole_px is {self.hole_px}, more than half of size_px, {list(self.size_px)}; give "
                "smaller holes, around which there is something to continue."
            )
        return self


class DatasetsOptions(Options):
    """Simulated datasets, and variants of a micrograph."""

    use: Annotated[tuple[SimulatedName, ...], Field(min_length=1)] = (
        "gaussian_smooth",
        "gaussian_binary",
        "grain_growth",
        "additive",
        "weld",
    )
    """Datasets in the order of the tables."""
    counts: Counts = Counts()
    """Images of each."""
    shards: Annotated[int, Field(ge=1, le=10000)] = 1
    """Number of jobs that the images of a dataset are divided among."""
    gaussian: GaussianOptions = GaussianOptions()
    """The datasets gaussian_smooth and gaussian_binary."""
    grain_growth: GrainGrowthOptions = GrainGrowthOptions()
    """The dataset grain_growth."""
    additive: AdditiveOptions = AdditiveOptions()
    """The dataset additive."""
    weld: WeldOptions = WeldOptions()
    """The dataset weld."""
    inpainted: InpaintedOptions = InpaintedOptions()
    """The dataset inpainted."""
    spk: Path | None = None
    """SPPARKS executable of yours (spk) that simulates grain growth in place of the simulator here;
    null: none."""

    def of_dataset(self, name: SimulatedName) -> Self:
        """Return what acts on one dataset: others' options have their defaults."""
        mine = "gaussian" if name.startswith("gaussian") else name
        sections = ("gaussian", "grain_growth", "additive", "weld", "inpainted")
        chosen = self.without("use", "shards", *(each for each in sections if each != mine))
        if name != "grain_growth":
            chosen = chosen.without("spk")
        if name == "gaussian_smooth":
            shown = self.gaussian.without("volume_fraction_range")
            chosen = chosen.model_copy(update={"gaussian": shown})
        return chosen

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if len(set(self.use)) < len(self.use):
            raise ValueError("use names a dataset twice; remove one.")
        return self

    @model_validator(mode="after")
    def _has_image(self) -> Self:
        if "inpainted" in self.use and self.inpainted.image is None:
            raise ValueError(
                "use has 'inpainted', so set inpainted.image to your micrograph, or take it out."
            )
        return self
