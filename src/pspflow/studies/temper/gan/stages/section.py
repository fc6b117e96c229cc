"""Stage: the section on the conditional GAN."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.paths import FigureFolder, NamedHistories, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.temper.flows.figures import training_figure
from pspflow.studies.temper.gan.options import GanOptions
from pspflow.studies.temper.gan.section import gan_section


@stage
def section(
    *,
    histories: NamedHistories,
    figures: FigureFolder,
    section: SectionFile,
    options: GanOptions = GanOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about the conditional GAN; draw its training.

    Parameters
    ----------
    histories
        Losses and measures of every training, gan/seedN.
    """
    trained = {name: read_table(path) for name, path in histories.items()}
    training = FigureSheet(figures, "gan", origin).save(
        "training",
        training_figure(trained),
        "Losses and signal-to-noise ratios over the epochs; the epoch that is kept is marked.",
    )
    save_section(section, gan_section(trained, training, options), origin)
