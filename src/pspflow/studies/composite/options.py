"""Options of the composite study; their defaults are the demo, their docstrings its help."""

from typing import Self

from pspflow.options import Options
from pspflow.studies.composite import paper
from pspflow.studies.composite.ablation_options import AblationOptions
from pspflow.studies.composite.data_options import DataOptions, SolverOptions, SplitOptions
from pspflow.studies.composite.inverse_options import AnnealOptions, InverseOptions
from pspflow.studies.composite.localization_options import LocalizationOptions
from pspflow.studies.composite.model_options import ModelOptions
from pspflow.studies.composite.network_options import NetworkOptions


class CompositeOptions(Options):
    """The composite study."""

    data: DataOptions = DataOptions()
    """Where the structures come from."""
    solver: SolverOptions = SolverOptions()
    """Stiffness and strain of every structure."""
    split: SplitOptions = SplitOptions()
    """Train, validation and test."""
    models: ModelOptions = ModelOptions()
    """Which networks are trained."""
    networks: NetworkOptions = NetworkOptions()
    """Autoencoders with regression, and regression alone."""
    inverse: InverseOptions = InverseOptions()
    """Structures for a wanted stiffness."""
    anneal: AnnealOptions = AnnealOptions()
    """The same by search, for comparison."""
    ablation: AblationOptions = AblationOptions()
    """Which slices the style loss needs."""
    localization: LocalizationOptions = LocalizationOptions()
    """From a structure to the strain of each voxel."""

    def chosen(self) -> Self:
        """Forget alternatives that are not used."""
        return self.model_copy(update={"data": self.data.chosen()})

    @property
    def papers_material(self) -> bool:
        """Whether the structures are the paper's, at any edge: only then its figures compare."""
        made = self.data.simulated
        return self.data.source == "simulated" and (
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

    def resolved(self) -> Self:
        """Want what the paper wants, where nothing is named and the structures are its."""
        updates = {
            name: section.model_copy(update={"c11_gpa": values})
            for name, section, values in (
                ("inverse", self.inverse, paper.INVERSE_TARGETS_GPA),
                ("anneal", self.anneal, paper.ANNEALING_TARGETS_GPA),
            )
            if section.c11_gpa is None and self.papers_material
        }
        return self.model_copy(update=updates)
