"""Stage: the section about the models is written."""

from pspflow.io.artefacts import Provenance
from pspflow.studies.arena.models.made import Made
from pspflow.studies.arena.models.section import models_section
from pspflow.studies.paths import NamedStores, SectionFile
from pspflow.studies.shared.sections import save_section
from pspflow.studies.stage import Whole, stage


@stage
def section(
    *,
    made: NamedStores,
    section: SectionFile,
    epochs: Whole,
    origin: Provenance,
) -> None:
    """Write what the report says about the models.

    Parameters
    ----------
    made
        ENTRANT=PATH: stores of made images.
    epochs
        Epochs of every training.
    """
    known = {name: Made.read(path) for name, path in made.items()}
    save_section(section, models_section(known, epochs), origin)
