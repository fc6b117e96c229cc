"""The text and the tables of the composite study's report: inverse design, search, ablation."""

import math
from collections.abc import Iterable

import pandas as pd

from pspflow.report.page import Figure, Section, Table
from pspflow.studies.composite import paper
from pspflow.studies.composite.data_options import Sigmas
from pspflow.studies.composite.inverse_measures import (
    DESIGNER,
    component_errors,
    ranked_sentence,
    ranked_summary,
    search_summary,
    summary,
    volume_fractions,
)
from pspflow.studies.composite.options import CompositeOptions
from pspflow.studies.composite.page import Pictures, Tables, shown
from pspflow.studies.composite.properties import NORMAL, Target
from pspflow.studies.composite.structures import morphology_name
from pspflow.studies.composite.wide import beside_paper

COMPONENT = ["model", "prior", "component"]
PRIORS = (
    "The joint prior is trained with the rest, as the paper's; the refitted one by maximum "
    "likelihood afterwards, on the encoder as it is. The mean of every component is decoded, cut "
    "at the volume fraction of what was decoded (the paper names no threshold), and solved."
)


def inverse_sections(
    tables: Tables, pictures: Pictures, options: CompositeOptions
) -> list[Section]:
    """Report inverse design for C11 (Figures 3 and 8, Table 6) and vectors (Figures 10 and 11)."""
    return [
        _scalar(tables, pictures, options),
        _vector(tables["inverse normal"], pictures, options),
        _ranked(tables),
    ]


def learned_from(tables: Tables, options: CompositeOptions) -> str:
    """Say which structures inverse design learns from, and whether they are the paper's."""
    made = options.data.simulated
    if options.data.source != "simulated":
        return f"Inverse design learns from all {len(tables['structures'])} structures."
    text = (
        f"Inverse design learns from {made.pair_structures} structures of two morphologies, "
        f"{_named(made.pair_morphologies)} (widths of the smoothing along x, y and z), of "
        f"{made.edge_voxels} voxels."
    )
    same = set(made.pair_morphologies) == set(paper.PAIR_MORPHOLOGIES)
    if not options.papers_material or (same and made.edge_voxels == paper.EDGE_VOXELS):
        return text
    return (
        f"{text} The paper's are {_named(paper.PAIR_MORPHOLOGIES)} of {paper.EDGE_VOXELS} voxels, "
        f"about {paper.PAIR_STRUCTURES} structures: its {paper.INVERSE_ERROR_PERCENT:g} % is for "
        "another set."
    )


def _named(morphologies: Iterable[Sigmas]) -> str:
    return " and ".join(morphology_name(each) for each in morphologies)


def _scalar(tables: Tables, pictures: Pictures, options: CompositeOptions) -> Section:
    candidates, simulated = tables["inverse c11"], options.papers_material
    outside = candidates.loc[~candidates["inside"], "wanted_c11_gpa"].unique()
    warning = (
        f" Outside the range of the training structures: {', '.join(f'{v:g}' for v in outside)} "
        "GPa."
        if len(outside)
        else ""
    )
    fractions = shown(volume_fractions(candidates, simulated=simulated), simulated)
    beside = (
        f" The paper: about {paper.INVERSE_ERROR_PERCENT:g} % with a mixture, R² "
        f"{paper.INVERSE_R2:g}."
        if simulated
        else ""
    )
    return Section(
        "Structure from C11",
        f"{learned_from(tables, options)} {PRIORS} A network of ours is given "
        f"{options.inverse.draws} noises for each, and its own regressor chooses the structure "
        "that it believes nearest; the solver has no say. error percent is over all components, "
        "likeliest over the heaviest component of each target, better over the component that "
        f"comes nearest, which only the solver can tell.{beside}{warning}",
        [
            Table(
                shown(summary(candidates, "c11", simulated=simulated), simulated),
                "Solved against wanted C11.",
            ),
            Table(
                beside_paper(
                    fractions,
                    COMPONENT,
                    "wanted_c11_gpa",
                    "volume_fraction",
                    "paper_volume_fraction",
                ),
                "Volume fraction of the stiff phase by wanted C11 in GPa (the paper's Table 6); "
                "component 1 is the one of less stiff phase, here and in the figures.",
            ),
            Table(
                beside_paper(fractions, COMPONENT, "wanted_c11_gpa", "error_percent", ""),
                "Error of the solved C11 in percent, by wanted C11 in GPa.",
            ),
        ],
        [
            Figure(
                pictures["c11_cubes"],
                "Real test structures of nearly the wanted C11, and those inferred (Figures 3a, "
                "8), with what the solver finds.",
            ),
            Figure(pictures["c11_errors"], "Error of solved against wanted C11 (Figure 3b)."),
        ],
    )


def _vector(candidates: pd.DataFrame, pictures: Pictures, options: CompositeOptions) -> Section:
    simulated = options.papers_material
    wanted = (
        candidates.drop_duplicates("instance")[["instance", *(f"wanted_{n}" for n in NORMAL)]]
        .rename(columns=lambda name: name.removeprefix("wanted_"))
        .assign(instance=lambda rows: rows["instance"] + 1)
    )
    listed = [Table(wanted, "Wanted vectors in GPa, from test structures (the paper's Table 9).")]
    if simulated:
        columns = ["instance", *paper.TARGET_ORDER]
        values = paper.TARGET_VECTORS_GPA
        theirs = pd.DataFrame(
            [(place + 1, *row) for place, row in enumerate(values.tolist())], columns=columns
        )
        listed.append(
            Table(theirs[["instance", *NORMAL]], "The paper's own vectors in GPa, for comparison.")
        )
    errors = beside_paper(
        shown(component_errors(candidates, simulated=simulated), simulated),
        *(["model", "prior"], "property", "error_percent", "paper_error_percent"),
    )
    return Section(
        "Structure from six components",
        f"The same for {wanted.shape[0]} vectors of test structures: all six components at once, "
        "each of which has a real structure. Chosen and solved as above.",
        [
            *listed,
            Table(
                shown(summary(candidates, "normal", simulated=simulated), simulated),
                "Error over the six components.",
            ),
            Table(errors, "Mean absolute error in percent by component (Table 10)."),
        ],
        [
            Figure(
                pictures["normal_cubes"],
                "The structures that the vectors are from, and those inferred (Figures 10, 11).",
            ),
            Figure(pictures["normal_errors"], "Error by target vector."),
        ],
    )


def _ranked(tables: Tables) -> Section:
    targets: tuple[tuple[Target, str], ...] = (("c11", "C11"), ("normal", "six components"))
    ranked = {target: tables[f"ranked {target}"] for target, _ in targets}
    return Section(
        "Solver-ranked design",
        "What a user of the design command gets: latents drawn from the refitted prior of "
        f"{DESIGNER} (its means alone are above), decoded, solved, and ranked by the solver. "
        "Retrieval needs no network: it returns the training structure that is nearest to what is "
        "wanted.",
        [
            Table(
                ranked_summary(ranked[target]),
                f"The targets as above, {called}; errors in percent.",
            )
            for target, called in targets
        ],
        points=[ranked_sentence(ranked[target], target) for target, _ in targets],
    )


def annealing_section(tables: Tables, pictures: Pictures, options: CompositeOptions) -> Section:
    """Report simulated annealing in the latent space (Figures 4 and 9)."""
    simulated = options.papers_material
    searches = tables["searches"]
    chosen = options.anneal
    return Section(
        "Search in the latent space",
        "Simulated annealing for comparison: in the latent space of mixture_statistics, guided by "
        "regression alone (cnn), which was trained on set all, from "
        f"{chosen.starts} random latents with {chosen.iterations} proposals each, and from the "
        f"inferred ones, the means of the refitted prior, with {chosen.inferred_iterations} (the "
        f"paper: {paper.ANNEALING_RANDOM_STARTS} of at least {paper.ANNEALING_RANDOM_ITERATIONS}, "
        f"and {paper.ANNEALING_INFERRED_ITERATIONS}). Each search has one noise, which nothing "
        "selects, so that an inferred start is not the structure above, whose noise the regressor "
        "chose. An iteration is taken as one proposed latent. "
        f"{_temperatures(options)} told error is what the guiding network believes at the end, "
        "error what the solver finds: their difference is what a search gains by deceiving its "
        "guide.",
        [
            Table(
                shown(search_summary(searches, simulated=simulated), simulated),
                "Searches by their start.",
            )
        ],
        [
            Figure(pictures["anneal_cubes"], "Real structures, and those that searches end with."),
            Figure(
                pictures["anneal_errors"],
                "Searches in the latent space (first two principal components, coloured by C11), "
                "and the errors of their ends.",
            ),
        ],
    )


def _temperatures(options: CompositeOptions) -> str:
    """Say how little cooling the proposals of a search leave room for."""
    step = 2 * options.networks.latent

    def said(proposals: int) -> str:
        count = math.ceil(proposals / step)
        return f"the first {count} temperatures" if count > 1 else "the first temperature alone"

    chosen = options.anneal
    return (
        f"scipy's dual_annealing proposes {step} latents at a temperature (2 a dimension): "
        f"{chosen.iterations} proposals see {said(chosen.iterations)}, "
        f"{chosen.inferred_iterations} {said(chosen.inferred_iterations)}."
    )


def reconstruction_sections(
    tables: Tables, pictures: Pictures, options: CompositeOptions
) -> list[Section]:
    """Report reconstructions (Figure 6) and the slices that the style loss needs (Figure 5)."""
    mismatch = tables["mismatch"]
    return [
        Section(
            "Reconstructions",
            "Test structures encoded and decoded. The style loss compares statistics, so that no "
            "voxel needs to be where it was.",
            (),
            [
                Figure(
                    pictures["reconstructions"],
                    "Test structures over their reconstructions (the paper's Figure 6), with "
                    "volume fraction and solved C11.",
                )
            ],
        ),
        Section(
            "Slices of the style loss",
            f"Voxels optimised for {options.ablation.steps} steps to match the style of a "
            "structure that is long along x. Slices along x alone say nothing of what happens "
            "between them: what is asked is whether slices along all axes mend that (the paper's "
            "Figure 5).",
            [
                Table(
                    _by_variant(mismatch), "Error of the two-point autocorrelation along the axes."
                )
            ],
            [Figure(pictures["slices_ablation"], "Observed structure, both rebuilt, and slices.")],
        ),
    ]


def _by_variant(mismatch: pd.DataFrame) -> pd.DataFrame:
    numbers = list(mismatch.select_dtypes("number"))
    keys = [name for name in mismatch if name not in numbers and name != "structure"]
    return mismatch.groupby(keys, as_index=False, sort=False)[numbers].mean()
