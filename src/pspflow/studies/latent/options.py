"""Options of the latent study; their defaults are the demo, their docstrings its help."""

from pspflow.options import Options
from pspflow.studies.latent.curation.options import CurationOptions
from pspflow.studies.latent.datasets.options import DatasetsOptions
from pspflow.studies.latent.evaluation.options import EvaluationOptions
from pspflow.studies.latent.names import DatasetName
from pspflow.studies.latent.networks.options import NetworksOptions


class LatentOptions(Options):
    """The latent study."""

    datasets: DatasetsOptions = DatasetsOptions()
    """Simulated datasets."""
    curation: CurationOptions = CurationOptions()
    """Crops of a database of micrographs."""
    networks: NetworksOptions = NetworksOptions()
    """Autoencoders and adversarial networks."""
    evaluation: EvaluationOptions = EvaluationOptions()
    """Reconstructions and samples."""

    @property
    def names(self) -> tuple[DatasetName, ...]:
        """The datasets in the order of the tables: simulated ones, then crops."""
        return (*self.datasets.use, *self.curation.use)
