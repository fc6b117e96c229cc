"""Stage: the report's section about the networks is written."""

from typing import Annotated

from cyclopts import Parameter

from pspflow.io.artefacts import Provenance
from pspflow.io.headers import model_arguments
from pspflow.io.tables import read_table
from pspflow.studies.latent.names import DatasetName
from pspflow.studies.latent.networks import figures as draw
from pspflow.studies.latent.networks.options import NetworksOptions
from pspflow.studies.latent.networks.results import Trained
from pspflow.studies.latent.networks.section import networks_section
from pspflow.studies.paths import (
    FigureFolder,
    NamedHistories,
    NamedTables,
    NamedWeights,
    SectionFile,
)
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage

SimulatedDatasets = Annotated[
    tuple[DatasetName, ...], Parameter(consume_multiple=True, negative=())
]


@stage
def section(
    *,
    weights: NamedWeights,
    histories: NamedHistories,
    errors: NamedTables,
    figures: FigureFolder,
    section: SectionFile,
    options: NetworksOptions = NetworksOptions(),
    simulated: SimulatedDatasets = (),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about the networks; draw their learning curves.

    Parameters
    ----------
    errors
        DATASET/MODEL=PATH: errors of validation images, by image.
    options
        The options of the chapter.
    simulated
        Datasets whose images are simulated.
    """
    trained = {
        name: Trained(read_table(histories[name]), model_arguments(path), read_table(errors[name]))
        for name, path in weights.items()
    }
    sheet = FigureSheet(figures, "networks", origin)
    drawn = sheet.save(
        "training",
        draw.training_figure({name: each.history for name, each in trained.items()}),
        "Mean squared error of validation images over their variance about their mean image, by "
        "epoch: a network that returns this mean has 1. The epoch that is kept is marked. Of "
        "adversarial networks, the losses are shown.",
    )
    made = networks_section(trained, drawn, options, simulated, seed)
    save_section(section, made, origin)
