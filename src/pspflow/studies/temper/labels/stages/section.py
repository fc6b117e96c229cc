"""Stage: the section on labels is written."""

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import read_chips
from pspflow.io.tables import read_table
from pspflow.studies.paths import CatalogueTable, ChipTable, FigureFolder, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.temper.images import paper
from pspflow.studies.temper.labels.figures import accuracy_figure
from pspflow.studies.temper.labels.options import LabelOptions
from pspflow.studies.temper.labels.section import labels_section
from pspflow.studies.temper.paths import AccuracyTable, CorrelationTable


@stage
def section(
    *,
    catalogue: CatalogueTable,
    chips: ChipTable,
    accuracy: AccuracyTable,
    correlations: CorrelationTable,
    figures: FigureFolder,
    section: SectionFile,
    options: LabelOptions = LabelOptions(),
    simulated: bool = False,
    origin: Provenance,
) -> None:
    """Write what the report says about labels of real chips; draw the accuracies.

    Parameters
    ----------
    options
        Folds of the cross-validation.
    simulated
        Whether the specimens are the simulated ones, for which alone the paper's value is quoted.
    """
    measured = read_table(accuracy)
    names = read_table(catalogue).groupby("domain")["label"].first().to_dict()
    drawn = FigureSheet(figures, "labels", origin).save(
        "accuracy",
        accuracy_figure(measured, names, simulated=simulated),
        "Balanced accuracy on held-out specimens.",
    )
    size_px = int(read_chips(chips)["size_px"].iloc[0])
    differences = paper.differences(size_px, simulated=simulated)
    made = labels_section(
        measured, read_table(correlations), drawn, options, differences, simulated=simulated
    )
    save_section(section, made, origin)
