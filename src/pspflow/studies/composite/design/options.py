"""Options of the chapter design: structures for a wanted stiffness, with the solver in the loop."""

from typing import Self

from pydantic import model_validator

from pspflow.options import Count, Options, Share
from pspflow.studies.composite.inverse.options import InverseOptions, WantedOptions
from pspflow.studies.composite.networks.options import Prior
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import Target


class EffortOptions(Options):
    """How many structures are drawn, and how many the solver refines."""

    candidates: Count = 4
    """Structures that a network draws for each target; the solver ranks them."""
    refined: Count = 1
    """Of these, the best, that the solver refines."""
    targets: Count | None = 2
    """Of what the chapter inverse wants, so many are taken, evenly spread. null: all."""


class ProposalOptions(EffortOptions, WantedOptions):
    """What is wanted, how many structures are drawn for it, and how many the solver refines."""


class DrawingOptions(SolutionOptions):
    """How the design command draws and solves structures."""

    draws: Count = 16
    """Draws of noise per candidate, among which the network chooses (*_statistics networks)."""
    prior: Prior = "refitted"
    """Prior of the latents: the one refitted after the training, or the joint one."""


class RegionOptions(Options):
    """A region of C11 that no structure of the training has."""

    held_out: tuple[Share, Share] | None = None
    """Quantiles of C11, the lower one first, between which no structure trains: networks trained
    without them design for this region, and for test structures of it. null: no such region."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.held_out and self.held_out[0] >= self.held_out[1]:
            raise ValueError(f"held_out is {list(self.held_out)}; give the lower quantile first.")
        return self


class CertificateOptions(Options):
    """Certificates of designs."""

    certified: Count = 1
    """Targets whose refined designs, of every network's first run, are certified."""


class DesignOptions(EffortOptions, RegionOptions, CertificateOptions):
    """Designs with the solver in the loop, and their certificates."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.refined > self.candidates:
            raise ValueError(
                f"refined is {self.refined}, but candidates {self.candidates}; refine no more "
                "structures than are drawn."
            )
        return self

    @property
    def region(self) -> RegionOptions:
        """The part that says what is held out."""
        return RegionOptions(held_out=self.held_out)

    @property
    def certificates(self) -> CertificateOptions:
        """The part that says what is certified."""
        return CertificateOptions(certified=self.certified)

    def proposals(self, target: Target, inverse: InverseOptions) -> ProposalOptions:
        """Return what acts on proposals for a target, whose wanted values are those of inverse."""
        wanted = inverse.wanted(target).model_dump()
        own = {name: getattr(self, name) for name in EffortOptions.model_fields}
        return ProposalOptions(**wanted, **own)
