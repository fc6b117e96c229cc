"""Options of the composite study; their defaults are the demo, their docstrings its help."""

from typing import Self

from pspflow.options import Options
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
