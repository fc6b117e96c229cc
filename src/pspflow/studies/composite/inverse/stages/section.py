"""Stage: the section of the report about inverse design."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

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
    SplitTable,
    StiffnessTable,
)
from pspflow.studies.composite.structures.options import SetName
from pspflow.studies.composite.structures.properties import Target
from pspflow.studies.composite.structures.rows import FIRST_RUN, read_positions, rows_of
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
    checks: NamedTables,
    proposed: NamedStores,
    references: NamedTables,
    searches: NamedTables,
    structures: NamedStores,
    tables: NamedTables,
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

    Candidates are tables by SET/TARGET/runN; checks are draws, and assignments and forms by
    SET/TARGET/runN/KIND; searches are by network, structures and tables by set, that of both
    targets first. Proposed and references are of that set's first run, by target, and the store of
    the annealing whose latents these are, that of the first network.

    Parameters
    ----------
    options
        Options of the chapter.
    papers_material
        Whether the structures are of the paper's material: only then its values are shown.
    """
    design = next(iter(tables))
    real_store = structures[design]
    found: dict[Target, pd.DataFrame] = {
        target: _joined(candidates, f"/{target}/") for target in QUANTITIES
    }
    drawn = {}
    for target, rows in found.items():
        shown = rows[(rows["set"] == design) & (rows["run"] == FIRST_RUN)].reset_index(drop=True)
        known = read_table(references[target])
        made = read_values(open_store(proposed[target]), PHASE)
        real = read_positions(real_store, known["position"])
        limit = PAPER_PERCENT[target] if papers_material else None
        drawn[f"{target}_structures"] = candidates_figure(shown, made, known, real)
        drawn[f"{target}_errors"] = error_figure(shown, limit)
    space = read_table(latents)
    codes = space.filter(regex=r"^z\d+$").to_numpy()
    c11_gpa = rows_of(stiffness, space["structure"].to_numpy(), latents)["c11_gpa"].to_numpy()
    drawn |= _search_figures(
        read_table(next(iter(searches.values()))),
        proposed[ANNEALING],
        real_store,
        held_out(tables[design], stiffness, splits),
        (codes, c11_gpa),
        paper.ANNEALED_ERROR_PERCENT if papers_material else None,
    )
    sheet = FigureSheet(figures, "inverse", origin)
    pictures = {name: sheet.save(name, each, CAPTIONS[name]) for name, each in drawn.items()}
    results = Results(
        candidates=found,
        assignments=_joined(checks, "/assignments"),
        forms=_joined(checks, "/forms"),
        draws=read_table(checks["draws"]),
        searches=_joined(searches),
        learned={
            cast("SetName", name): DesignSet.of(
                read_table(path),
                int(get_array(open_store(structures[name]), PHASE).shape[1]),
                papers_material=papers_material,
            )
            for name, path in tables.items()
        },
        latent=codes.shape[1],
    )
    save_section(section, inverse_section(results, pictures, options), origin)


def _joined(tables: Mapping[str, Path], part: str = "") -> pd.DataFrame:
    """Read the tables whose names hold a part, one under the other."""
    return pd.concat(
        [read_table(path) for name, path in tables.items() if part in name], ignore_index=True
    )


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
