"""Stage: the section on the domains that real chips tell."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.paths import SectionFile
from pspflow.studies.shared.sections import save_section
from pspflow.studies.stage import stage
from pspflow.studies.temper.domains.options import DomainOptions
from pspflow.studies.temper.domains.section import domains_section
from pspflow.studies.temper.paths import AccuracyTable, ConfusionTable


@stage
def section(
    *,
    accuracy: AccuracyTable,
    confusions: ConfusionTable,
    section: SectionFile,
    options: DomainOptions = DomainOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about the domains that real chips tell."""
    tables = (read_table(accuracy), read_table(confusions))
    save_section(section, domains_section(*tables, options), origin)
