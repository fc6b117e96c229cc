"""Stage: the section of the report about inverse design."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pspflow.io.arrays import get_array, open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.figures import candidates_figure, error_figure
from pspflow.studies.composite.inverse.headline import QUANTITIES, VECTOR_PERCENT, DesignSet
from pspflow.studies.composite.inverse.latent_search_figures import (
    search_errors_figure,
    searches_figure,
)
from pspflow.studies.composite.inverse.options import InverseOptions
from pspflow.studies.composite.inverse.section import Results, inverse_section
from pspflow.studies.composite.inverse.targets import held_out, wanted_c11
from pspflow.studies.composite.paths import (
    LatentTable,
    SearchTable,
    SplitTable,
    StiffnessTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.properties import Target
from pspflow.studies.composite.structures.rows import read_positions, rows_of
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import FigureFolder, NamedStores, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage

PAPER_PERCENT: Final[dict[Target, float]] = {
    "c11": paper.INVERSE_ERROR_PERCENT,
    "normal": VECTOR_PERCENT["mixture"],
}
"""The paper's mean error with its mixture prior."""
(EXAMPLE_GPA,) = paper.ANNEALING_TARGETS_GPA
"""The paper's wanted C11 of annealing; searches for the value nearest to it are drawn."""
ANNEALING: Final = "annealing"
"""Name of the store of annealing among those that are proposed."""
CAPTIONS: Final = {
    "c11_structures": "Real test structures of nearly the wanted C11, and those inferred (Figures "
    "3a, 8), with the solved C11.",
    "c11_errors": "Error of the solved C11, by wanted C11 (Figure 3b).",
    "normal_structures": "The structures that the vectors are from, and those inferred (Figures "
    "10, 11).",
    "normal_errors": "Error by target vector.",
    "annealing_structures": "Real structures, and those that searches end with (Figures 4a, 9).",
    "annealing_errors": "Searches in the latent space (first two principal components, coloured by "
    "C11), and the errors of their ends (Figures 4b, 4c).",
}


@stage
def section(
    *,
    candidates: NamedTables,
    proposed: NamedStores,
    references: NamedTables,
    searches: SearchTable,
    structures: StructureStore,
    table: StructureTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    latents: LatentTable,
    figures: FigureFolder,
    section: SectionFile,
    options: InverseOptions = InverseOptions(),
    papers_material: bool = False,
    origin: Provenance,
) -> None:
    """Write what the report says about inverse design; draw its figures.

    Candidates and references are tables of the targets c11 and normal; proposed are their
    stores and that of annealing. The latents are those of the network that is searched.

    Parameters
    ----------
    options
        Options of the chapter.
    papers_material
        Whether the structures are of the paper's material: only then its values are shown.
    """
    tables: dict[Target, pd.DataFrame] = {
        target: read_table(candidates[target]) for target in QUANTITIES
    }
    drawn = {}
    for target, rows in tables.items():
        known = read_table(references[target])
        made = read_values(open_store(proposed[target]), PHASE)
        real = read_positions(structures, known["position"])
        limit = PAPER_PERCENT[target] if papers_material else None
        drawn[f"{target}_structures"] = candidates_figure(rows, made, known, real)
        drawn[f"{target}_errors"] = error_figure(rows, limit)
    searched, space = read_table(searches), read_table(latents)
    codes = space.filter(regex=r"^z\d+$").to_numpy()
    c11_gpa = rows_of(stiffness, space["structure"].to_numpy(), latents)["c11_gpa"].to_numpy()
    drawn |= _search_figures(
        searched,
        proposed[ANNEALING],
        structures,
        held_out(table, stiffness, splits),
        (codes, c11_gpa),
        paper.ANNEALED_ERROR_PERCENT if papers_material else None,
    )
    sheet = FigureSheet(figures, "inverse", origin)
    pictures = {name: sheet.save(name, each, CAPTIONS[name]) for name, each in drawn.items()}
    edge = int(get_array(open_store(structures), PHASE).shape[1])
    results = Results(
        candidates=tables,
        searches=searched,
        learned=DesignSet.of(read_table(table), edge, papers_material=papers_material),
        latent=codes.shape[1],
    )
    save_section(section, inverse_section(results, pictures, options), origin)


def _search_figures(
    searches: pd.DataFrame,
    found: Path,
    structures: Path,
    tests: pd.DataFrame,
    space: tuple[np.ndarray, np.ndarray],
    paper_percent: float | None,
) -> dict[str, Figure]:
    """Draw what searches end with, and where in the latent space; `space` is latents and C11."""
    store = open_store(found)
    wanted = searches.drop_duplicates("instance").sort_values("instance")
    known = wanted_c11(tests, wanted["wanted_c11_gpa"]).references
    known["instance"] = wanted["instance"].to_numpy()[known["instance"]]
    real = read_positions(structures, known["position"])
    example = wanted.loc[(wanted["wanted_c11_gpa"] - EXAMPLE_GPA).abs().idxmin(), "instance"]
    paths = (read_values(store, "start"), read_values(store, "best"))
    return {
        "annealing_structures": searches_figure(searches, read_values(store, PHASE), known, real),
        "annealing_errors": search_errors_figure(
            searches, paths, *space, int(example), paper_percent
        ),
    }
