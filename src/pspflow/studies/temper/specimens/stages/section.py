"""Stage: the section on single specimens."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.paths import FigureFolder, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.temper.paths import AgreementTable, GainTable
from pspflow.studies.temper.specimens.figures import specimens_figure
from pspflow.studies.temper.specimens.options import SpecimenOptions
from pspflow.studies.temper.specimens.section import specimens_section


@stage
def section(
    *,
    agreement: AgreementTable,
    gains: GainTable,
    figures: FigureFolder,
    section: SectionFile,
    options: SpecimenOptions = SpecimenOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about single specimens; draw the rank correlations."""
    table = read_table(agreement)
    drawn = FigureSheet(figures, "specimens", origin).save(
        "correlations",
        specimens_figure(table),
        "Rank correlation between what is read from chips of a specimen and what the specimen has "
        "in the target, by direction; means over trainings, with 95 % intervals over specimens.",
    )
    save_section(section, specimens_section(table, read_table(gains), drawn, options), origin)
