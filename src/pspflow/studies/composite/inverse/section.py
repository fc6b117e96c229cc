"""What the report says about inverse design: text and tables."""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.report.tables import beside_paper, shown_columns
from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.accuracy import component_errors, summary, volume_fractions
from pspflow.studies.composite.inverse.comparisons import search_summary
from pspflow.studies.composite.inverse.findings import findings
from pspflow.studies.composite.inverse.headline import DesignSet, headline
from pspflow.studies.composite.inverse.options import (
    DESIGNER,
    GUIDE,
    KEYS,
    AnnealingOptions,
    InverseOptions,
)
from pspflow.studies.composite.structures import paper as papers_structures
from pspflow.studies.composite.structures.properties import NORMAL, Target
from pspflow.studies.composite.structures.sets import morphology_name

COMPONENT: Final = [*KEYS, "component"]
PROPOSALS_PER_DIMENSION: Final = 2
"""Latents that scipy's dual_annealing proposes at one temperature, per latent dimension."""
PRIORS: Final = (
    "The joint prior is trained with the rest of the network, as the paper's; the refitted prior "
    "is fitted by maximum likelihood afterwards, with the encoder fixed. The mean of every "
    "component is decoded, cut at the volume fraction of the decoded structure (the paper names no "
    "threshold), and solved."
)


class Results(NamedTuple):
    """Tables of the chapter."""

    candidates: Mapping[Target, pd.DataFrame]
    """As `infer` writes them."""
    searches: pd.DataFrame
    """As `anneal` writes them."""
    learned: DesignSet
    """The structures behind them."""
    latent: int
    """Dimensions of the latent space that is searched."""


def inverse_section(
    results: Results, figures: Mapping[str, Figure], options: InverseOptions
) -> Section:
    """Report inverse design for C11 and for vectors, and annealing.

    Parameters
    ----------
    results
        Tables of the chapter.
    figures
        Figures by name: TARGET_structures, TARGET_errors and those of annealing.
    options
        Options of the chapter.
    """
    candidates, learned = results.candidates, results.learned
    papers_material = learned.papers_material
    return Section(
        title="Inverse design",
        headline=tuple(headline(candidates, results.searches, learned)),
        findings=findings(candidates, results.searches, learned),
        parts=(
            _scalar(candidates["c11"], figures, learned, options.draws),
            _vector(candidates["normal"], figures, papers_material=papers_material),
            _annealing(results, figures, options.annealing),
        ),
    )


def learned_from(learned: DesignSet) -> str:
    """Say which structures inverse design learns from, and whether they are the paper's."""
    kinds = learned.morphologies
    if len(kinds) != 2:
        return f"Inverse design learns from all {learned.structures} structures."
    widths = " (widths of the smoothing along x, y and z)" if learned.papers_material else ""
    text = (
        f"Inverse design learns from {learned.structures} structures of two morphologies, "
        f"{' and '.join(kinds)}{widths}, of {learned.edge_voxels} voxels."
    )
    if not learned.papers_material or learned.is_papers:
        return text
    theirs = " and ".join(morphology_name(one) for one in papers_structures.PAIR_MORPHOLOGIES)
    return (
        f"{text} The paper's are {theirs} of {papers_structures.EDGE_VOXELS} voxels, about "
        f"{papers_structures.PAIR_STRUCTURES} structures: its {paper.INVERSE_ERROR_PERCENT:g} % is "
        "for another set."
    )


def _scalar(
    candidates: pd.DataFrame, figures: Mapping[str, Figure], learned: DesignSet, draws: int
) -> Part:
    papers_material = learned.papers_material
    outside = candidates.loc[~candidates["inside"], "wanted_c11_gpa"].unique()
    warning = (
        f" Outside the range of the training structures: {', '.join(f'{v:g}' for v in outside)} "
        "GPa."
        if len(outside)
        else ""
    )
    beside = (
        f" The paper: about {paper.INVERSE_ERROR_PERCENT:g} % with a mixture, R² "
        f"{paper.INVERSE_R2:g}."
        if papers_material
        else ""
    )
    fractions = shown_columns(
        volume_fractions(candidates, papers_material=papers_material),
        papers_material=papers_material,
    )
    return Part(
        title="Structure from C11",
        text=f"{learned_from(learned)} {PRIORS} A *_statistics network decodes {draws} draws of "
        "noise for each, and its own regressor chooses the structure that it predicts to be "
        "nearest; the solver has no part in the choice. Error percent is the mean over all "
        "components, likeliest that over the component of the largest weight for each target, best "
        f"that over the component nearest to the target, which only the solver finds.{beside}"
        f"{warning}",
        figures=(figures["c11_structures"], figures["c11_errors"]),
        tables=(
            _summary_table(candidates, "c11", papers_material=papers_material),
            Table.of(
                beside_paper(
                    fractions,
                    COMPONENT,
                    "wanted_c11_gpa",
                    "volume_fraction",
                    "paper_volume_fraction",
                ),
                "Volume fraction of the stiff phase by wanted C11 in GPa (the paper's Table 6); "
                "component 1 is the one with less of the stiff phase, here and in the figures.",
            ),
            Table.of(
                beside_paper(fractions, COMPONENT, "wanted_c11_gpa", "error_percent", ""),
                "Error of the solved C11 in percent, by wanted C11 in GPa.",
            ),
        ),
    )


def _summary_table(candidates: pd.DataFrame, target: Target, *, papers_material: bool) -> Table:
    caption = {"c11": "Solved against wanted C11.", "normal": "Error over the six components."}
    rows = summary(candidates, target, papers_material=papers_material)
    return Table.of(shown_columns(rows, papers_material=papers_material), caption[target])


def _vector(
    candidates: pd.DataFrame, figures: Mapping[str, Figure], *, papers_material: bool
) -> Part:
    wanted = (
        candidates.drop_duplicates("instance")[["instance", *(f"wanted_{n}" for n in NORMAL)]]
        .rename(columns=lambda name: name.removeprefix("wanted_"))
        .assign(instance=lambda rows: rows["instance"] + 1)
    )
    tables = [
        Table.of(wanted, "Wanted vectors in GPa, from test structures (the paper's Table 9).")
    ]
    if papers_material:
        theirs = pd.DataFrame(paper.TARGET_VECTORS_GPA, columns=list(paper.TARGET_ORDER))
        theirs.insert(0, "instance", theirs.index + 1)
        caption = "The paper's own vectors in GPa, for comparison."
        tables.append(Table.of(theirs[["instance", *NORMAL]], caption))
    errors = beside_paper(
        shown_columns(
            component_errors(candidates, papers_material=papers_material),
            papers_material=papers_material,
        ),
        *(KEYS, "property", "error_percent", "paper_error_percent"),
    )
    return Part(
        title="Structure from six components",
        text=f"The same for the vectors of {len(wanted)} test structures: all six components at "
        "once, each vector of which a real structure has. Structures are chosen and solved as "
        "above.",
        figures=(figures["normal_structures"], figures["normal_errors"]),
        tables=(
            *tables,
            _summary_table(candidates, "normal", papers_material=papers_material),
            Table.of(errors, "Mean absolute error in percent by component (Table 10)."),
        ),
    )


def _annealing(results: Results, figures: Mapping[str, Figure], options: AnnealingOptions) -> Part:
    papers_material = results.learned.papers_material
    rows = search_summary(results.searches, papers_material=papers_material)
    return Part(
        title="Search in the latent space",
        text=f"Simulated annealing for comparison, in the latent space of {DESIGNER}. Its "
        f"objective is predicted by regression alone ({GUIDE}), which was trained on set all. "
        f"Searches start from {options.starts} random latents with {options.iterations} proposals "
        "each, and from the inferred ones, the means of the refitted prior, with "
        f"{options.inferred_iterations} (the paper: {paper.ANNEALING_RANDOM_STARTS} of at least "
        f"{paper.ANNEALING_RANDOM_ITERATIONS}, and {paper.ANNEALING_INFERRED_ITERATIONS}). Each "
        "search has one draw of noise, which nothing selects, so that an inferred start is not the "
        "structure above, whose noise the regressor chose. An iteration is taken as one proposed "
        f"latent. {_temperatures(results.latent, options)} Predicted error is that of the end as "
        "the objective's network predicts it, error that of the solver: their difference is what a "
        "search gains from wrong predictions.",
        figures=(figures["annealing_structures"], figures["annealing_errors"]),
        tables=(
            Table.of(
                shown_columns(rows, papers_material=papers_material), "Searches by their start."
            ),
        ),
    )


def _temperatures(latent: int, options: AnnealingOptions) -> str:
    """Say how little cooling the proposals of a search leave room for."""
    step = PROPOSALS_PER_DIMENSION * latent

    def seen(proposals: int) -> str:
        count = math.ceil(proposals / step)
        return f"the first {count} temperatures" if count > 1 else "the first temperature alone"

    return (
        f"scipy's dual_annealing proposes {step} latents at a temperature "
        f"({PROPOSALS_PER_DIMENSION} per dimension): {options.iterations} proposals see "
        f"{seen(options.iterations)}, {options.inferred_iterations} "
        f"{seen(options.inferred_iterations)}."
    )
