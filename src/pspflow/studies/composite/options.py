"""Options of the composite study; their defaults are the demo, their docstrings its help."""

from typing import Self

from pydantic import model_validator

from pspflow.options import Options
from pspflow.studies.composite.families.options import FamiliesOptions
from pspflow.studies.composite.forward.options import ForwardOptions
from pspflow.studies.composite.inverse.options import GUIDE, InverseOptions
from pspflow.studies.composite.localization.options import LocalizationOptions
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.structures.options import FAMILIES, SetName, StructuresOptions


class CompositeOptions(Options):
    """The composite study."""

    structures: StructuresOptions = StructuresOptions()
    """What is modelled, and its stiffness."""
    networks: NetworkOptions = NetworkOptions()
    """Autoencoders with regression, and regression alone."""
    forward: ForwardOptions = ForwardOptions()
    """Stiffness from structure."""
    inverse: InverseOptions = InverseOptions()
    """Structures for a wanted stiffness."""
    families: FamiliesOptions = FamiliesOptions()
    """Networks of one family of structures on another."""
    localization: LocalizationOptions = LocalizationOptions()
    """The strain of every voxel."""

    @model_validator(mode="after")
    def _guided(self) -> Self:
        if GUIDE not in self.forward.models.c11:
            raise ValueError(f"forward.models.c11 lacks {GUIDE}, which guides annealing; add it.")
        return self

    @property
    def families_compared(self) -> tuple[SetName, ...]:
        """Sets of the chapter families: set `all` and the families that are made, if any is."""
        made = [name for name in self.structures.sets if name in FAMILIES]
        return ("all", *made) if made else ()

    def resolved(self) -> Self:
        """Want what the paper wants, where no values are named and the material is the paper's."""
        paper = self.structures.papers_material
        return self.model_copy(update={"inverse": self.inverse.resolved(papers_material=paper)})
