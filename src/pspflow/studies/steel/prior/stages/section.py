"""Stage: the section on PixelCNN."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.paths import FigureFolder, NamedHistories, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.steel.prior.figures import likelihood_figure, training_figure
from pspflow.studies.steel.prior.options import PriorOptions
from pspflow.studies.steel.prior.section import prior_section


@stage
def section(
    *,
    histories: NamedHistories,
    likelihoods: NamedTables,
    figures: FigureFolder,
    section: SectionFile,
    held_out: str | None = None,
    simulated: bool = False,
    options: PriorOptions = PriorOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about PixelCNN; draw its figures.

    Parameters
    ----------
    histories
        Each of CODE_MODEL/TRAINED_ON/CONDITIONING.
    likelihoods
        Likelihood of test chips of each model of codes, by its name.
    held_out
        Domain that some networks do not see.
    simulated
        Whether the micrographs are simulated.
    """
    known = {name: read_table(path) for name, path in histories.items()}
    tables = {name: read_table(path) for name, path in likelihoods.items()}
    sheet = FigureSheet(figures, "prior", origin)
    drawn = (
        sheet.save(
            "training",
            training_figure(known),
            "Losses on validation chips (lines) and on training chips (dotted) over the epochs; a "
            "dot marks the epoch that is kept.",
        ),
        sheet.save(
            "likelihood",
            likelihood_figure(tables),
            "Negative log-likelihood of test chips by domain, with 95 % intervals over "
            "micrographs where a domain has two or more (cut at the panel's edge).",
        ),
    )
    written = prior_section(known, tables, drawn, options, held_out=held_out, simulated=simulated)
    save_section(section, written, origin)
