"""Stage: the report's section about families of structures is written."""

import numpy as np
import pandas as pd

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.families.figures import rebuilt_figure, transfer_figure
from pspflow.studies.composite.families.names import family_of
from pspflow.studies.composite.families.section import families_section
from pspflow.studies.composite.paths import (
    NamedErrors,
    NamedRebuilt,
    NamedRebuiltStructures,
    NamedSplits,
)
from pspflow.studies.composite.structures.rows import FIRST_RUN, read_split
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import FigureFolder, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage


@stage
def section(
    *,
    errors: NamedErrors,
    rebuilt: NamedRebuilt,
    rebuilt_structures: NamedRebuiltStructures,
    splits: NamedSplits,
    figures: FigureFolder,
    section: SectionFile,
    origin: Provenance,
) -> None:
    """Write what the report says about families; draw errors by family and rebuilt structures."""
    measured = pd.concat([read_table(path) for path in errors.values()], ignore_index=True)
    rows = pd.concat([read_table(path) for path in rebuilt.values()], ignore_index=True)
    drawn = [name for name in rebuilt_structures if name.endswith(f"/run{FIRST_RUN}")]
    shown = pd.concat([read_table(rebuilt[name]) for name in drawn], ignore_index=True)
    phases = np.concatenate(
        [read_values(open_store(rebuilt_structures[name]), PHASE) for name in drawn]
    )
    counts = pd.DataFrame(
        {
            "family": [family_of(name) for name in splits],
            "training_structures": [
                int((read_split(path, FIRST_RUN)["split"] == "train").sum())
                for path in splits.values()
            ],
        }
    )
    sheet = FigureSheet(figures, "families", origin)
    made = {
        "transfer": sheet.save(
            "transfer",
            transfer_figure(measured),
            "Mean relative error of C11 in percent, by the family that a network was trained on "
            "and the one that it is tested on.",
        ),
        "rebuilt": sheet.save(
            "rebuilt",
            rebuilt_figure(shown, phases),
            "A test structure of each family above what decoders trained on the family make of it, "
            "with volume fraction and solved C11.",
        ),
    }
    save_section(section, families_section(measured, rows, made, counts), origin)
