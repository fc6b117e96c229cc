"""Options of the composite study; their defaults are the demo, their docstrings its help."""

from typing import Self

from pydantic import model_validator

from pspflow.options import Options
from pspflow.studies.composite.design.options import DesignOptions
from pspflow.studies.composite.forward.options import ForwardOptions
from pspflow.studies.composite.inverse.options import InverseOptions
from pspflow.studies.composite.localization.options import LocalizationOptions
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.structures.options import StructuresOptions
from pspflow.studies.composite.trials.options import Trial, TrialsOptions


class CompositeOptions(Options):
    """The composite study."""

    structures: StructuresOptions = StructuresOptions()
    """What is modelled, and its stiffness."""
    networks: NetworkOptions = NetworkOptions()
    """Autoencoders with regression, and regression alone."""
    forward: ForwardOptions = ForwardOptions()
    """Stiffness from structure."""
    trials: TrialsOptions = TrialsOptions()
    """Trainings in which one thing varies."""
    inverse: InverseOptions = InverseOptions()
    """Structures for a wanted stiffness."""
    design: DesignOptions = DesignOptions()
    """Designs with the solver in the loop."""
    localization: LocalizationOptions = LocalizationOptions()
    """The strain of every voxel."""

    @model_validator(mode="after")
    def _split(self) -> Self:
        wanted, made = self.inverse.large_pair.runs, self.structures.split.runs
        if wanted > made:
            raise ValueError(
                f"inverse.large_pair.runs is {wanted} and structures.split.runs {made}; lower the "
                "first."
            )
        return self

    @model_validator(mode="after")
    def _enough(self) -> Self:
        most = self.structures.training_structures(spare=True)
        wanted = max(self.trials.curve.structures, default=0)
        if most is not None and self.trials.curve.networks and wanted > most:
            raise ValueError(
                f"trials.curve.structures asks for {wanted} training structures, and about {most} "
                "are made; raise structures.simulated.structures, or ask for fewer."
            )
        return self

    @property
    def all_trials(self) -> tuple[Trial, ...]:
        """The trainings in which one thing varies."""
        return self.trials.trials(self.structures, self.networks)

    def resolved(self) -> Self:
        """Want what the paper wants, where no values are named and the material is the paper's."""
        paper = self.structures.papers_material
        return self.model_copy(update={"inverse": self.inverse.resolved(papers_material=paper)})
