"""Stage: the section of the report about localization."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.localization.examples import read_examples
from pspflow.studies.composite.localization.figures import parity_figure, slice_figure, speed_figure
from pspflow.studies.composite.localization.section import localization_section
from pspflow.studies.composite.paths import AccuracyTable, ExampleStore, SpeedTable
from pspflow.studies.paths import FigureFolder, NamedHistories, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage


@stage
def section(
    *,
    accuracy: AccuracyTable,
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
        Losses of every network that was trained, by its name.
    papers_material
        Whether the structures are of the report's material: only then its values are shown.
    """
    sheet = FigureSheet(figures, "localization", origin)
    measured, timed, shown = read_table(accuracy), read_table(speed), read_examples(examples)
    drawn = {
        "slices": sheet.save(
            "slices",
            slice_figure(
                shown.phases, shown.true, shown.predicted, shown.titles, shown.macro_strain
            ),
            "Central slices: structure, predicted strains and true strains.",
        ),
        "parity": sheet.save(
            "parity",
            parity_figure(
                shown.true_voxels,
                shown.predicted_voxels,
                measured,
                shown.macro_strain,
                papers_material=papers_material,
            ),
            "Strain of voxels of test structures, predicted against true.",
        ),
        "speed": sheet.save(
            "speed", speed_figure(timed), "Seconds and parameters against the gap of CPNet."
        ),
    }
    written = localization_section(
        measured,
        timed,
        {name: read_table(path) for name, path in (histories or {}).items()},
        drawn,
        shown.phases.shape[1],
        papers_material=papers_material,
    )
    save_section(section, written, origin)
