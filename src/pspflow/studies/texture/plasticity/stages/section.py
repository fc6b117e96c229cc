"""Stage: the report's section about the anisotropy parameters is written."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.studies.paths import FigureFolder, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.texture.paths import TextureStore
from pspflow.studies.texture.plasticity import section as text
from pspflow.studies.texture.plasticity.figures import directions_figure, distributions_figure
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.references import milliseconds, physics_checks, references
from pspflow.studies.texture.plasticity.sheet_values import bands
from pspflow.studies.texture.plasticity.tables import read_labelled
from pspflow.studies.texture.plasticity.taylor import TaylorTruth
from pspflow.studies.texture.textures.store import open_textures

TIMED = 8
"""Textures whose time is taken; the first is not counted."""


@stage
def section(
    *,
    parameters: NamedTables,
    textures: TextureStore,
    figures: FigureFolder,
    section: SectionFile,
    options: PlasticityOptions = PlasticityOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about the anisotropy parameters; draw them over the directions.

    Parameters
    ----------
    parameters
        SET=PATH: tables of the parameters.
    textures
        Store of a set, some of which are timed.
    options
        The options of the chapter.
    """
    tables = {name: read_table(path) for name, path in parameters.items()}
    labels = {name: read_labelled(path).parameters for name, path in parameters.items()}
    known = references(options.taylor)
    drawn = {
        "directions": directions_figure(labels, known),
        "distributions": distributions_figure(labels),
    }
    sheet = FigureSheet(figures, "plasticity", origin)
    made = tuple(
        sheet.save(name, figure, text.caption(name, options)) for name, figure in drawn.items()
    )
    taylor = options.source == "taylor"
    checks = physics_checks(options.taylor, known) if taylor else pd.DataFrame()
    timing = _timing(textures, options) if taylor else ""
    written = text.plasticity_section(tables, bands(labels), checks, made, timing, options)
    save_section(section, written, origin)


def _timing(store: Path, options: PlasticityOptions) -> str:
    """Time the Taylor model on one thread, where this stage runs."""
    textures = open_textures(store)
    rows = range(min(TIMED, len(textures)))
    grains = [textures.symmetric_grains(row) for row in rows]
    spent = milliseconds(TaylorTruth(options.taylor), grains, [str(row) for row in rows])
    count = int(np.median([len(each.weights) for each in grains]))
    return (
        f"A texture of {count} orientations, a half or a quarter of which the symmetry of the "
        f"specimen leaves to compute, took {spent:.0f} ms on one thread of this machine (median of "
        f"{len(rows) - 1} textures, all {len(PARAMETER_NAMES)} parameters)."
    )
