"""Stage: the section of the report about the trials."""

from pspflow.io.arrays import get_array, open_store
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.paths import StructureStore, TrialTable
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.composite.trials.figures import curve_figure, sweep_figure
from pspflow.studies.composite.trials.findings import Scale
from pspflow.studies.composite.trials.options import TrialsOptions
from pspflow.studies.composite.trials.section import trials_section
from pspflow.studies.composite.trials.sweeps import SWEEPS
from pspflow.studies.composite.trials.tables import curve
from pspflow.studies.paths import FigureFolder, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage


@stage
def section(
    *,
    trials: TrialTable,
    structures: StructureStore,
    figures: FigureFolder,
    section: SectionFile,
    options: TrialsOptions = TrialsOptions(),
    networks: NetworkOptions = NetworkOptions(),
    papers_material: bool = False,
    origin: Provenance,
) -> None:
    """Write what the report says about the trials; draw a figure for each kind but the search.

    Parameters
    ----------
    options
        The options of the chapter.
    networks
        The configured weights and sizes of the networks.
    papers_material
        Whether the structures are of the paper's material: only then its values are shown.
    """
    rows = read_table(trials)
    sheet, kinds = FigureSheet(figures, "trials", origin), set(rows["varied"])
    drawn = {
        kind: sheet.save(kind, sweep_figure(rows, kind), sweep.caption)
        for kind, sweep in SWEEPS.items()
        if kind in kinds
    }
    if "structures" in kinds:
        marked = "; diamonds: the paper's, at 51 voxels per edge." if papers_material else "."
        drawn["structures"] = sheet.save(
            "structures",
            curve_figure(curve(rows), papers_material=papers_material),
            f"MAPE of C11 of the same test structures by the number of training structures{marked}",
        )
    edge = int(get_array(open_store(structures), PHASE).shape[1])
    scale = Scale(edge, papers_material)
    save_section(section, trials_section(rows, drawn, options, networks, scale), origin)
