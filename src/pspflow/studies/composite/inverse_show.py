"""The stages that draw inverse design and annealing."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pspflow.io.arrays import get_array, open_store, read_values
from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.pages import save_figure
from pspflow.io.tables import read_table
from pspflow.studies.composite import anneal_figures as searched
from pspflow.studies.composite import inverse_figures as draw
from pspflow.studies.composite.inverse_targets import held_out, wanted_c11
from pspflow.studies.composite.paper import (
    ANNEALED_ERROR_PERCENT,
    ANNEALING_TARGETS_GPA,
    INVERSE_ERROR_PERCENT,
    VECTOR_ERRORS_PERCENT,
)
from pspflow.studies.composite.properties import Target
from pspflow.studies.composite.rows import rows_of
from pspflow.studies.composite.structures import PHASE

PAPER_PERCENT: dict[Target, float] = {
    "c11": INVERSE_ERROR_PERCENT,
    "normal": float(np.mean(list(VECTOR_ERRORS_PERCENT["mixture"].values()))),
}
"""The paper's mean error with its mixture prior."""
(EXAMPLE_GPA,) = ANNEALING_TARGETS_GPA
"""Of the wanted values, the nearest to the paper's is shown in the latent space."""


def inverse_figures(
    *,
    target: Target,
    candidates: Path,
    proposed: Path,
    references: Path,
    structures: Path,
    cubes: Path,
    errors: Path,
    simulated: bool = False,
) -> None:
    """Draw the structures inferred for every target, and their errors.

    Parameters
    ----------
    target
        What was wanted: c11 or normal.
    candidates
        Table of the inferred structures.
    proposed
        Zarr store of the inferred structures.
    references
        Table of real structures that have what was wanted.
    structures
        Zarr store of the set that these are from.
    cubes
        PNG to write: inferred structures under real ones.
    errors
        PNG to write: errors by target.
    simulated
        Whether the structures are of the paper's kind, so that its values stand beside.
    """
    table, known = read_table(candidates), read_table(references)
    made = read_values(open_store(proposed), PHASE)
    stage = f"composite inverse-figures {target}"
    inputs: Inputs = {
        "candidates": candidates,
        "proposed": proposed,
        "references": references,
        "structures": structures,
    }
    real = read_positions(structures, known["position"])
    figure = draw.candidates_figure(table, made, known, real)
    save_figure(cubes, figure, Provenance.of(stage, inputs))
    figure = draw.error_figure(table, PAPER_PERCENT[target] if simulated else None)
    save_figure(errors, figure, Provenance.of(stage, {"candidates": candidates}))


def annealing_figures(
    *,
    searches: Path,
    found: Path,
    structures: Path,
    table: Path,
    stiffness: Path,
    splits: Path,
    latents: Path,
    cubes: Path,
    errors: Path,
    simulated: bool = False,
) -> None:
    """Draw what searches of the latent space end with, where they go, and their errors.

    Parameters
    ----------
    searches
        Table of the searches.
    found
        Zarr store of what they found.
    structures
        Zarr store of the set's structures.
    table
        Table of the structures.
    stiffness
        Table of the solved stiffnesses.
    splits
        Table of the splits: real structures are from the first run's test structures.
    latents
        Table of the latents of the network that was searched.
    cubes
        PNG to write: real structures and those found.
    errors
        PNG to write: searches in the latent space, and errors by target.
    simulated
        Whether the structures are of the paper's kind, so that its values stand beside.
    """
    rows, store = read_table(searches), open_store(found)
    wanted = rows.drop_duplicates("instance").sort_values("instance")
    known = wanted_c11(held_out(table, stiffness, splits), wanted["wanted_c11_gpa"]).references
    known["instance"] = wanted["instance"].to_numpy()[known["instance"]]
    real = read_positions(structures, known["position"])
    stage = "composite annealing-figures"
    inputs: Inputs = {
        "searches": searches,
        "found": found,
        "structures": structures,
        "table": table,
        "stiffness": stiffness,
        "splits": splits,
    }
    figure = searched.searches_figure(rows, read_values(store, PHASE), known, real)
    save_figure(cubes, figure, Provenance.of(stage, inputs))

    space = read_table(latents)
    solved = rows_of(stiffness, space["structure"].to_numpy(), latents)["c11_gpa"]
    example = wanted.loc[(wanted["wanted_c11_gpa"] - EXAMPLE_GPA).abs().idxmin(), "instance"]
    figure = searched.annealing_figure(
        rows,
        (read_values(store, "start"), read_values(store, "best")),
        space.filter(regex=r"^z\d+$").to_numpy(),
        solved.to_numpy(),
        int(example),
        ANNEALED_ERROR_PERCENT if simulated else None,
    )
    inputs = {"searches": searches, "found": found, "stiffness": stiffness, "latents": latents}
    save_figure(errors, figure, Provenance.of(stage, inputs))


def read_positions(structures: Path, positions: Iterable[int]) -> dict[int, np.ndarray]:
    """Read structures of a set by their position in it: phase ids ``(n, n, n)`` each."""
    array = get_array(open_store(structures), PHASE)
    return {int(place): np.asarray(array[int(place)]) for place in set(positions)}
