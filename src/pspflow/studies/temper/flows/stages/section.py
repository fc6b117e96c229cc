"""Stage: the section on the flows."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.paths import FigureFolder, NamedHistories, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.temper.flows.figures import training_figure
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.flows.section import flows_section


@stage
def section(
    *,
    histories: NamedHistories,
    figures: FigureFolder,
    section: SectionFile,
    options: FlowOptions = FlowOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about the flows; draw their training.

    Parameters
    ----------
    histories
        Losses and measures of every training, VARIANT/seedN.
    """
    trained = {name: read_table(path) for name, path in histories.items()}
    training = FigureSheet(figures, "flows", origin).save(
        "training",
        training_figure(trained),
        "Losses and signal-to-noise ratios over the epochs; the epoch that is kept is marked.",
    )
    save_section(section, flows_section(trained, training, options), origin)
