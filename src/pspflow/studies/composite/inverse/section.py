"""What the report says about inverse design: text and tables."""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.report.tables import beside_paper, shown_columns
from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.accuracy import component_errors, summary, volume_fractions
from pspflow.studies.composite.inverse.choice import choice_sentence, choice_summary
from pspflow.studies.composite.inverse.comparisons import paired_table, search_summary
from pspflow.studies.composite.inverse.findings import COMPARED, findings
from pspflow.studies.composite.inverse.headline import DesignSet, headline
from pspflow.studies.composite.inverse.options import (
    DESIGNER,
    GUIDE,
    SET_KEYS,
    AnnealingOptions,
    InverseOptions,
)
from pspflow.studies.composite.inverse.separation import over_runs, separation
from pspflow.studies.composite.structures import paper as papers_structures
from pspflow.studies.composite.structures.options import SetName
from pspflow.studies.composite.structures.properties import NORMAL, Target, symbol
from pspflow.studies.composite.structures.sets import morphology_name

COMPONENT: Final = [*SET_KEYS, "component"]
PROPOSALS_PER_DIMENSION: Final = 2
"""Latents that scipy's dual_annealing proposes at one temperature, per latent dimension."""
PRIORS: Final = (
    "The joint prior is trained with the rest of the network, as the paper's; the refitted prior "
    "is fitted by maximum likelihood afterwards, with the encoder fixed. The mean of every "
    "component is decoded, cut at the volume fraction of the decoded structure (the paper names no "
    "threshold), and solved. Every run has its own split and trainings; values are means over the "
    "runs, deviations those of the runs' means."
)


class Results(NamedTuple):
    """Tables of the chapter."""

    candidates: Mapping[Target, pd.DataFrame]
    """As `infer` writes them, of all sets and runs."""
    assignments: pd.DataFrame
    """As `separate` writes them, of all sets and runs."""
    forms: pd.DataFrame
    """As `separate` writes them, of all sets and runs."""
    draws: pd.DataFrame
    """As `choose` writes them."""
    searches: pd.DataFrame
    """As `anneal` writes them, of all models."""
    learned: Mapping[SetName, DesignSet]
    """The structures behind each set; that of both targets first."""
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
    papers_material = next(iter(learned.values())).papers_material
    measured = separation(results.assignments, results.forms)
    pairs = any(len(each.morphologies) == 2 for each in learned.values())
    return Section(
        title="Inverse design",
        headline=tuple(headline(candidates, results.searches, learned)),
        findings=findings(candidates, measured, results.searches, learned),
        parts=(
            _scalar(candidates["c11"], figures, learned),
            *([_separated(measured)] if pairs else []),
            _chosen(results.draws),
            _vector(candidates["normal"], figures, papers_material=papers_material),
            _annealing(results, figures, options.annealing),
        ),
    )


def learned_from(name: SetName, learned: DesignSet) -> str:
    """Say which structures inverse design learns from, and whether they are the paper's."""
    kinds = learned.morphologies
    if len(kinds) != 2:
        return f"Set {name}: all {learned.structures} structures."
    widths = " (widths of the smoothing along x, y and z)" if learned.papers_material else ""
    text = (
        f"Set {name}: {learned.structures} structures of two morphologies, "
        f"{' and '.join(kinds)}{widths}, of {learned.edge_voxels} voxels per edge."
    )
    if not learned.papers_material or learned.is_papers:
        return text
    theirs = " and ".join(morphology_name(one) for one in papers_structures.PAIR_MORPHOLOGIES)
    return (
        f"{text} The paper's are {theirs} of {papers_structures.EDGE_VOXELS} voxels per edge, "
        f"about {papers_structures.PAIR_STRUCTURES} structures: its "
        f"{paper.INVERSE_ERROR_PERCENT:g} % is for another set."
    )


def _scalar(
    candidates: pd.DataFrame, figures: Mapping[str, Figure], learned: Mapping[SetName, DesignSet]
) -> Part:
    papers_material = next(iter(learned.values())).papers_material
    sets = " ".join(learned_from(name, each) for name, each in learned.items())
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
        text=f"{sets} {PRIORS} Figures show the first run. Error percent is the mean over all "
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
            *_paired_tables(candidates),
        ),
    )


def _paired_tables(candidates: pd.DataFrame) -> list[Table]:
    """Tabulate the differences that findings speak of, if this run has any of them."""
    rows = paired_table(candidates, [(one, other) for one, other, _, _ in COMPARED])
    caption = (
        "Mean error less that of another prior on the same targets, in percentage points: below 0 "
        "is better. Low and high are the 95 % interval over runs, and beside it over targets."
    )
    return [Table.of(rows, caption)] if len(rows) else []


def _separated(measured: pd.DataFrame) -> Part:
    rows = over_runs(measured)
    return Part(
        title="Do the components separate the morphologies?",
        text="The paper's central claim, by three measures, each 1 for full separation and 0 for "
        "none. Assigned: every test structure goes to its likeliest component, given its encoded "
        "mean and its C11; the balanced accuracy against its morphology, from 0.5 to 1, is put on "
        "the scale from 0 to 1. Fractions: the difference of the volume fractions that the "
        "components decode, over that of the real morphologies at the same C11 (the mean of the "
        "five nearest training structures of each). Forms: the share of targets at which the "
        "components resemble different morphologies, by autocorrelations along x, y and z. "
        "Fractions and forms are over the targets that both morphologies reach.",
        tables=(
            Table.of(
                rows.replace([np.inf, -np.inf], np.nan), "Separation; 95 % intervals over runs."
            ),
            Table.of(measured, "The same of every run."),
        ),
    )


def _chosen(draws: pd.DataFrame) -> Part:
    _, sentence = choice_sentence(draws)
    return Part(
        title="Choice among noises",
        text=f"The decoder of {DESIGNER} takes noise, so that one latent has many structures. "
        f"{sentence} Inference takes one draw, unchosen. The best draw that the solver finds is "
        "what a perfect choice would reach, at the price of solving each.",
        tables=(
            Table.of(
                choice_summary(draws),
                "Error of C11 in percent by the number of draws that are chosen from: as the "
                f"network predicts, solved, solved if the guide ({GUIDE}) chooses, and of the best "
                "that the solver finds.",
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
        candidates[candidates["run"] == 0]
        .drop_duplicates("instance")[["instance", *(f"wanted_{n}" for n in NORMAL)]]
        .rename(columns=lambda name: name.removeprefix("wanted_"))
        .assign(instance=lambda rows: rows["instance"] + 1)
    )
    tables = [
        Table.of(
            wanted, "Wanted vectors in GPa of the first run, from its test structures (Table 9)."
        )
    ]
    if papers_material:
        theirs = pd.DataFrame(paper.TARGET_VECTORS_GPA, columns=list(paper.TARGET_ORDER))
        theirs.insert(0, "instance", theirs.index + 1)
        caption = "The paper's own vectors in GPa, for comparison."
        tables.append(Table.of(theirs[["instance", *NORMAL]], caption))
    # in percent, whatever the unit of the components
    errors = component_errors(candidates, papers_material=papers_material)
    errors = beside_paper(
        shown_columns(
            errors.assign(property=errors["property"].map(symbol)),
            papers_material=papers_material,
        ),
        *(SET_KEYS, "property", "error_percent", "paper_error_percent"),
    )
    return Part(
        title="Structure from six components",
        text=f"The same for the vectors of {len(wanted)} test structures of each run: all six "
        "components at once, each vector of which a real structure has.",
        figures=(figures["normal_structures"], figures["normal_errors"]),
        tables=(
            *tables,
            _summary_table(candidates, "normal", papers_material=papers_material),
            Table.of(errors, "Mean absolute error in percent by component (Table 10)."),
            *_paired_tables(candidates),
        ),
    )


def _annealing(results: Results, figures: Mapping[str, Figure], options: AnnealingOptions) -> Part:
    papers_material = next(iter(results.learned.values())).papers_material
    rows = search_summary(results.searches, papers_material=papers_material)
    searched = list(dict.fromkeys(results.searches["model"]))
    return Part(
        title="Search in the latent space",
        text="Simulated annealing for comparison, in the latent spaces of "
        f"{' and '.join(searched)}, first run. Its objective is predicted by regression "
        f"alone ({GUIDE}), trained on the same set. Searches start from {options.starts} random "
        f"latents with {options.iterations} proposals each, and from the inferred ones, the means "
        "of the joint prior (of the refitted one for our networks), with "
        f"{options.inferred_iterations} (the paper: {paper.ANNEALING_RANDOM_STARTS} of at least "
        f"{paper.ANNEALING_RANDOM_ITERATIONS}, and {paper.ANNEALING_INFERRED_ITERATIONS}). A "
        "search returns the structure that its objective found best. An iteration is taken as one "
        f"proposed latent. {_temperatures(results.latent, options)} Start and end errors are the "
        "solver's; predicted ones are the objective's: a search is drawn to structures whose C11 "
        "is predicted wrongly, so that an end may be solved worse than its start though it is "
        "predicted better. Seconds are wall-clock on this machine, with one thread a search (the "
        "paper's on a V100: 1.5 h a target from random starts, 2 min from inferred ones). Figures "
        f"show {searched[0]}.",
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
