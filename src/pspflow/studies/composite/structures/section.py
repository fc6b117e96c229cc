"""What the report says about the structures: where they come from, and how they were solved."""

from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Headline, Part, Section, Table
from pspflow.studies.composite.structures import paper
from pspflow.studies.composite.structures.options import Sigmas, StructuresOptions
from pspflow.studies.composite.structures.properties import symbol
from pspflow.studies.composite.structures.sets import morphology_name

ALIKE_QUANTITY: Final = "Volume fractions of two structures of nearly equal C11 (Figure 2)"


def structures_section(
    rows: pd.DataFrame,
    phases: pd.DataFrame,
    stiffness: pd.DataFrame,
    alike: pd.DataFrame,
    figure: Figure,
    edge: int,
    options: StructuresOptions,
) -> Section:
    """Describe the structures and how they were solved.

    Parameters
    ----------
    rows, phases, stiffness
        Tables of set `all`.
    alike
        Rows, with c11_gpa, of the two structures that `figure` shows; none where there are no two.
    figure
        The figure of `figures.alike_figure`.
    edge
        Voxels along each edge of a structure.
    options
        The options of the chapter.
    """
    ranges = stiffness.drop(columns="structure").agg(["min", "median", "max"]).T
    ranges = ranges.rename_axis("component").reset_index()
    return Section(
        title="Structures",
        lead=_lead(rows, options),
        headline=_headline(alike, edge, options),
        parts=(
            Part(
                title="Structures and their stiffness",
                text=_text(rows, phases, edge, options),
                figures=(figure,),
                tables=(
                    Table.of(
                        ranges.assign(component=ranges["component"].map(symbol)),
                        "Solved components of the stiffness in GPa.",
                    ),
                ),
            ),
        ),
    )


def figure_caption(options: StructuresOptions) -> str:
    """Say what the figure shows, and what the paper's shows."""
    theirs = " and ".join(f"{100 * share:.2f} %" for share in paper.ALIKE_FRACTIONS)
    compared = (
        f" (the paper's Figure 2: {theirs} of the stiff phase at about {paper.ALIKE_C11_GPA:g} GPa)"
        if options.papers_material
        else ""
    )
    return (
        "C11 against the volume fraction of the stiff phase and, where there are any, two "
        f"structures of nearly equal C11{compared}."
    )


def _lead(rows: pd.DataFrame, options: StructuresOptions) -> str:
    """Say what the report rests on, and above all whether the structures exist as a material."""
    if options.source == "simulated":
        return (
            f"This report rests on {len(rows)} structures that are simulated: no value in it was "
            "measured on a material. Set composite.structures.source to 'stack' to use your own."
        )
    count = f"{len(rows)} structures of {rows['specimen'].nunique()} specimens"
    return f"This report rests on {count} from {options.stack.file}."


def _headline(alike: pd.DataFrame, edge: int, options: StructuresOptions) -> tuple[Headline, ...]:
    """Compare the two structures of Figure 2: equally stiff, and of unlike volume fractions."""
    if not options.papers_material or alike.empty:
        return ()
    low, high = sorted(alike["volume_fraction"])
    same = set(options.simulated.pair_morphologies) == set(paper.PAIR_MORPHOLOGIES)
    comparable = same and edge == paper.EDGE_VOXELS
    reached = high - low >= paper.ALIKE_FRACTIONS[0] - paper.ALIKE_FRACTIONS[1]
    verdict = "reached" if reached else "not reached"
    return (
        Headline(
            quantity=ALIKE_QUANTITY,
            paper=" and ".join(f"{100 * share:.2f} %" for share in paper.ALIKE_FRACTIONS)
            + f" at about {paper.ALIKE_C11_GPA:g} GPa",
            here=f"{100 * high:.1f} % and {100 * low:.1f} % at {alike['c11_gpa'].mean():.3g} GPa",
            verdict=verdict if comparable else "not comparable",
            why="" if comparable else _other_pair(edge, options),
        ),
    )


def _other_pair(edge: int, options: StructuresOptions) -> str:
    pair = _names(options.simulated.pair_morphologies)
    return (
        f"morphologies {pair} of {edge} voxels; the paper's are {_names(paper.PAIR_MORPHOLOGIES)} "
        f"of {paper.EDGE_VOXELS}"
    )


def _text(rows: pd.DataFrame, phases: pd.DataFrame, edge: int, options: StructuresOptions) -> str:
    moduli = " and ".join(
        f"{row.young_gpa:g} GPa (Poisson's ratio {row.poisson:g})" for row in phases.itertuples()
    )
    fractions, shares, runs = rows["volume_fraction"], options.split.shares, options.split.runs
    return (
        f"Periodic cells of {edge} x {edge} x {edge} voxels of two phases, of {moduli}; volume "
        f"fractions of the stiff phase {fractions.min():.2f} to {fractions.max():.2f}."
        f"{_recipe(len(rows), edge, options)} Effective stiffness by conjugate gradients, "
        "preconditioned with the inverse of a homogeneous cell in Fourier space, hexahedra "
        f"'{options.solver.element}', relative residual {options.solver.tolerance:g}. "
        f"{shares['train']:.0%} of the structures are for training, {shares['validation']:.0%} for "
        f"validation and {shares['test']:.0%} for tests, in {runs} independent "
        f"split{'s' if runs > 1 else ''}."
    )


def _recipe(count: int, edge: int, options: StructuresOptions) -> str:
    """Say how simulated structures were made, and where that departs from the paper."""
    if options.source != "simulated":
        return ""
    made = options.simulated
    widths = ", ".join(f"{width:g}" for width in made.sigmas_voxels)
    text = (
        f" {count} structures are white noise, smoothed by Gaussians of {widths} voxels along each "
        "axis in every combination and cut at a level (set all; the paper's recipe, of which it "
        f"has about 8,900 of {paper.EDGE_VOXELS} voxels per edge). {made.pair_structures} more of "
        f"the two morphologies {_names(made.pair_morphologies)} alone (widths along x, y and "
        "z; set pair) are for inverse design."
    )
    if edge >= paper.EDGE_VOXELS:
        return text
    return (
        f"{text} The paper's pair, {_names(paper.PAIR_MORPHOLOGIES)}, are about "
        f"{paper.PAIR_STRUCTURES} of its structures; in cells smaller than its {paper.EDGE_VOXELS} "
        "voxels such widths span the cell and leave the two morphologies no C11 in common."
    )


def _names(morphologies: tuple[Sigmas, ...]) -> str:
    return " and ".join(morphology_name(each) for each in morphologies)
