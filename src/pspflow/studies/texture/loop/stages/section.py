"""Stage: the report's section about the loops is written."""

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.paths import FigureFolder, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.texture.loop import section as text
from pspflow.studies.texture.loop.figures import likelihood_figure
from pspflow.studies.texture.loop.options import LoopOptions
from pspflow.studies.texture.paths import LoopTables


@stage
def section(
    *,
    histories: LoopTables,
    seconds: LoopTables,
    observed: LoopTables,
    figures: FigureFolder,
    section: SectionFile,
    options: LoopOptions = LoopOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about the loops; draw the likelihood over observations.

    Parameters
    ----------
    histories
        ARM/startN=PATH: tables of the iterations.
    seconds
        ARM/startN=PATH: tables of how long they took.
    options
        The options of the chapter.
    """
    tables = {
        kind: {name: read_table(path) for name, path in paths.items()}
        for kind, paths in (("iterations", histories), ("seconds", seconds), ("seen", observed))
    }
    drawn = FigureSheet(figures, "loop", origin).save(
        "likelihood",
        likelihood_figure(tables["iterations"], options),
        text.figure_caption(options),
    )
    written = text.loop_section(
        tables["iterations"], tables["seconds"], tables["seen"], drawn, options
    )
    save_section(section, written, origin)
