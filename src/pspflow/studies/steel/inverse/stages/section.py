"""Stage: the section of the report about the inverse."""

from collections.abc import Callable

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.seeds import generator
from pspflow.studies.paths import FigureFolder, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage
from pspflow.studies.steel.inverse.axes import axes_of
from pspflow.studies.steel.inverse.figures import coverage_figure, posteriors_figure, wishes_figure
from pspflow.studies.steel.inverse.options import InverseOptions
from pspflow.studies.steel.inverse.reached import error_table
from pspflow.studies.steel.inverse.section import CAPTIONS, inverse_section
from pspflow.studies.steel.inverse.tested import calibration_table, without_a_measure
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.paths import MeasureTable

MODEL = "code_model"


@stage
def section(
    *,
    measures: MeasureTable,
    wishes: NamedTables,
    tested: NamedTables,
    densities: NamedTables,
    figures: FigureFolder,
    section: SectionFile,
    options: InverseOptions = InverseOptions(),
    measuring: MeasureOptions = MeasureOptions(),
    simulated: bool = False,
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about the inverse; draw its figures.

    Parameters
    ----------
    options
        Options of the chapter.
    measuring
        The conditions.
    simulated
        Whether micrographs are simulated.
    """
    logs = {each.column: each.log for each in measuring.conditions}
    known = read_table(measures)
    axes = axes_of(known[known["split"] == "train"], logs)
    every = {name: _joined(paths) for name, paths in (("wishes", wishes), ("tested", tested))}
    tables = {
        **every,
        "errors": _by_model(
            every["wishes"],
            lambda part: error_table(
                part, options.resamples, generator(seed, "inverse", "resamples")
            ),
        ),
        "calibration": _by_model(every["tested"], calibration_table),
        "prior": without_a_measure(axes),
    }
    first = next(iter(tested))
    shown = every["tested"][every["tested"][MODEL] == first]
    drawn = {
        "wishes": wishes_figure(every["wishes"]),
        "posteriors": posteriors_figure(read_table(densities[first]), shown, logs),
        "coverage": coverage_figure(shown, logs),
    }
    sheet = FigureSheet(figures, "inverse", origin)
    pictures = {name: sheet.save(name, each, CAPTIONS[name]) for name, each in drawn.items()}
    text = inverse_section(tables, pictures, options, simulated=simulated)
    save_section(section, text, origin)


def _joined(paths: NamedTables) -> pd.DataFrame:
    parts = [read_table(path).assign(**{MODEL: name}) for name, path in paths.items()]
    return pd.concat(parts, ignore_index=True)


def _by_model(
    table: pd.DataFrame, summarise: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    parts = []
    for name, part in table.groupby(MODEL, sort=False):
        found = summarise(part)
        found.insert(0, MODEL, name)
        parts.append(found)
    return pd.concat(parts, ignore_index=True)
