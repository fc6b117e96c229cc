"""Stage: the section of the report about localization."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.localization.examples import read_examples
from pspflow.studies.composite.localization.figures import parity_figure, slice_figure, speed_figure
from pspflow.studies.composite.localization.names import FIELDS
from pspflow.studies.composite.localization.section import localization_section
from pspflow.studies.composite.paths import (
    AccuracyTable,
    DifferenceTable,
    ExampleStore,
    SpeedTable,
    StatisticsTable,
)
from pspflow.studies.paths import FigureFolder, NamedHistories, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage


@stage
def section(
    *,
    accuracy: AccuracyTable,
    differences: DifferenceTable,
    statistics: StatisticsTable,
    examples: ExampleStore,
    speed: SpeedTable,
    histories: NamedHistories | None = None,
    figures: FigureFolder,
    section: SectionFile,
    papers_material: bool = False,
    origin: Provenance,
) -> None:
    """Write what the report says about localization; draw its figures.

    Parameters
    ----------
    histories
        Losses and costs of every training, by its name, for example `strain/cpnet7/run0`.
    papers_material
        Whether the structures are of the report's material: only then its values are shown.
    """
    sheet = FigureSheet(figures, "localization", origin)
    tables = {
        "accuracy": read_table(accuracy),
        "differences": read_table(differences),
        "statistics": read_table(statistics),
        "speed": read_table(speed),
    }
    drawn = {}
    for field in FIELDS:
        shown, prefix = read_examples(examples, field), "" if field == "strain" else f"{field}_"
        drawn[f"{prefix}slices"] = sheet.save(
            f"{prefix}slices",
            slice_figure(shown, field),
            f"Central slices: structure, predicted {field} and true {field} along x.",
        )
        drawn[f"{prefix}parity"] = sheet.save(
            f"{prefix}parity",
            parity_figure(shown, tables["accuracy"], field, papers_material=papers_material),
            f"{field.capitalize()} along x in voxels of test structures, predicted against true.",
        )
    drawn["speed"] = sheet.save(
        "speed", speed_figure(tables["speed"]), "Seconds and parameters against the gap of CPNet."
    )
    written = localization_section(
        tables,
        {name: read_table(path) for name, path in (histories or {}).items()},
        drawn,
        shown.phases.shape[1],
        papers_material=papers_material,
    )
    save_section(section, written, origin)
