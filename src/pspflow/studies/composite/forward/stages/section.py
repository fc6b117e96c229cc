"""Stage: the section of the report about forward prediction."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import get_array, open_store
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.forward.accuracy import summary
from pspflow.studies.composite.forward.figures import accuracy_figure, latent_figure, parity_figure
from pspflow.studies.composite.forward.findings import Scale
from pspflow.studies.composite.forward.held_out import held_out
from pspflow.studies.composite.forward.models import place_of
from pspflow.studies.composite.forward.section import forward_section
from pspflow.studies.composite.paths import (
    AccuracyTable,
    NamedBaselines,
    NamedLatents,
    NamedPredictions,
    StiffnessTable,
    StructureStore,
)
from pspflow.studies.composite.structures.rows import rows_of
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import FigureFolder, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage

COLUMN = "c11_gpa"


@stage
def section(
    *,
    structures: StructureStore,
    predictions: NamedPredictions,
    baselines: NamedBaselines,
    latents: NamedLatents,
    stiffness: StiffnessTable,
    accuracy: AccuracyTable,
    figures: FigureFolder,
    section: SectionFile,
    papers_material: bool = False,
    origin: Provenance,
) -> None:
    """Write what the report says about forward prediction; draw its figures.

    Parameters
    ----------
    papers_material
        Whether the structures are of the paper's material: only then its values are shown.
    """
    sheet = FigureSheet(figures, "forward", origin)
    measured = read_table(accuracy)
    points = pd.concat(each.points for each in held_out(predictions, baselines, stiffness))
    points = points.sort_values("model", key=lambda column: column.map(place_of), kind="stable")
    spaces = {model: _space(path, stiffness) for model, path in latents.items()}
    marked = "; diamonds: the paper." if papers_material else "."
    drawn = {
        "parity": sheet.save(
            "parity",
            parity_figure(points, COLUMN),
            "C11 of test structures of the first run, predicted against solved.",
        ),
        "errors": sheet.save(
            "errors",
            accuracy_figure(summary(measured, "c11"), papers_material=papers_material),
            f"MAPE of C11 of every model{marked}",
        ),
        "latent": sheet.save(
            "latent",
            latent_figure(spaces, COLUMN),
            "Latent spaces by their first two principal components, in brackets their shares of "
            "the variance, coloured by C11 (the paper's Figure 7): the plain autoencoders', and "
            "those of networks that learn C11.",
        ),
    }
    scale = Scale(
        training_structures=_training_structures(next(iter(predictions.values()))),
        edge_voxels=int(get_array(open_store(structures), PHASE).shape[1]),
        runs=measured["run"].nunique(),
    )
    written = forward_section(measured, drawn, scale, papers_material=papers_material)
    save_section(section, written, origin)


def _space(path: Path, stiffness: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the latents of the test structures, and their stiffness in GPa."""
    table = read_table(path)
    here = table[table["split"] == "test"]
    solved = rows_of(stiffness, here["structure"].to_numpy(), path)
    return here.filter(regex=r"^z\d+$").to_numpy(), solved[COLUMN].to_numpy()


def _training_structures(path: Path) -> int:
    return int((read_table(path)["split"] == "train").sum())
