"""What was found on designs, in sentences computed from tables, and the rows that open the page."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Finding
from pspflow.report.section import Headline
from pspflow.studies.composite.certificates.certificate_text import FARTHEST
from pspflow.studies.composite.certificates.descriptors import DESCRIPTORS
from pspflow.studies.composite.design.comparisons import RETRIEVAL, compare, summary, verdict
from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.options import DESIGNER
from pspflow.studies.composite.structures.options import HELD_OUT
from pspflow.studies.composite.structures.properties import Target

QUANTITIES: Final[dict[Target, str]] = {"c11": "C11", "normal": "six components"}
AIM_PERCENT: Final[dict[Target, float]] = {"c11": 0.5, "normal": 2.0}
"""Mean errors that designs with the solver in the loop should have at most."""
PAPER_PERCENT: Final[dict[Target, float]] = {
    "c11": paper.INVERSE_ERROR_PERCENT,
    "normal": float(np.mean(list(paper.VECTOR_ERRORS_PERCENT["mixture"].values()))),
}
"""The paper's mean errors with its mixture prior, of the network alone."""
Points = Mapping[tuple[str, Target], pd.DataFrame]
"""Set and target, and what `by_target` says of it."""


def findings(points: Points, certificates: pd.DataFrame) -> tuple[str, ...]:
    """Say what refinement reaches, whether retrieval does as well, and what certificates show.

    Parameters
    ----------
    points
        Designs by set and target, of all runs.
    certificates
        As `certify` writes them.

    Returns
    -------
    What is worse first.
    """
    found = [_certified(certificates)]
    for (name, target), rows in points.items():
        found += [_refined(rows, name, target), _retrieved(rows, name, target)]
    return tuple(each.text for each in sorted(found, key=lambda each: each.outcome))


def headline(points: Points, *, papers_material: bool) -> Iterator[Headline]:
    """Yield the errors with the solver in the loop, with the paper's of the network alone.

    Parameters
    ----------
    points
        As in `findings`.
    papers_material
        Whether the structures are of the paper's material: only then its values are shown.
    """
    for (name, target), rows in points.items():
        designer = designer_of(rows)
        row = summary(rows).set_index("network").loc[designer]
        theirs = f"{PAPER_PERCENT[target]:.0f} %, network alone" if papers_material else "–"
        yield Headline(
            quantity=f"Mean error of design for {QUANTITIES[target]}{_where(name)}, {designer} "
            "with the solver in the loop",
            paper="–" if name == HELD_OUT else theirs,
            here=f"{row['refined_error_percent']:.2f} %",
            verdict="not comparable",
            why=f"the paper has no solver in the loop; here the network alone has "
            f"{row['drawn_error_percent']:.1f} %, the nearest training structure "
            f"{rows.loc[rows['network'] == designer, 'nearest_percent'].mean():.1f} %",
        )


def designer_of(points: pd.DataFrame) -> str:
    """Name the network whose designs are compared: ours if it designs, else the first."""
    networks = [name for name in points["network"].unique() if name != RETRIEVAL]
    return DESIGNER if DESIGNER in networks else str(networks[0])


def _where(name: str) -> str:
    return " in the region held out of training" if name == HELD_OUT else ""


def _refined(points: pd.DataFrame, name: str, target: Target) -> Finding:
    """Compare the mean errors of every network and run with the aim."""
    rows = summary(points[points["network"] != RETRIEVAL]).set_index("network")
    aim = AIM_PERCENT[target]
    parts = [
        f"{network} {row['refined_error_percent']:.2f} % (alone {row['drawn_error_percent']:.1f} %,"
        f" the best of {row['drawn']:.0f} {row['best_error_percent']:.1f} %, as the decoder makes "
        f"it {row['decoded_error_percent']:.2f} %, with {row['exchanged_percent']:.1f} % of the "
        "voxels exchanged after it)"
        for network, row in rows.iterrows()
    ]
    missed = [str(each) for each, worst in rows["worst_run_percent"].items() if worst > aim]
    runs = int(rows["runs"].max())
    trainings = f"{runs} training{'s' if runs > 1 else ''}"
    reached = f"The aim of {aim:g} % is " + (
        f"missed by {' and '.join(missed)}." if missed else f"reached from each, in {trainings}."
    )
    return Finding(
        WORSE if missed else BETTER,
        f"Solver in the loop, {QUANTITIES[target]}{_where(name)}: mean errors over "
        f"{int(rows['targets'].max())} targets of {trainings} are {', '.join(parts)}, by "
        f"{rows['solves'].mean():.0f} solutions in {rows['seconds'].mean():.1f} s. {reached}",
    )


def _retrieved(points: pd.DataFrame, name: str, target: Target) -> Finding:
    """Compare the network alone, and with the solver in the loop, with retrieval."""
    designer = designer_of(points)
    rows = points[points["network"] == designer]
    best, refined = "best_error_percent", "refined_error_percent"
    near, moved = "nearest_percent", "nearest_refined_percent"
    alone, looped = compare(rows, best, near), compare(rows, refined, near)
    fair = compare(rows, refined, moved)
    return Finding(
        min(alone.outcome, looped.outcome),
        f"Design and retrieval, {QUANTITIES[target]}{_where(name)}: the best of "
        f"{rows['drawn'].max()} structures drawn by {designer} has a mean error of "
        f"{rows[best].mean():.2f} %, the nearest training structure {rows[near].mean():.2f} %; "
        f"difference {alone.text}: {verdict(alone.outcome)}. With the solver in the loop design "
        f"has {rows[refined].mean():.2f} %; difference {looped.text}: {verdict(looped.outcome)}. "
        f"The loop that starts from the nearest training structure in place of a design ends at "
        f"{rows[moved].mean():.2f} %: "
        + {
            WORSE: "that comes nearer than design.",
            UNDECIDED: "which comes nearer is undecided.",
            BETTER: "design comes nearer than that too.",
        }[fair.outcome],
    )


def _certified(certificates: pd.DataFrame) -> Finding:
    """Count what certificates hold against designs."""
    count = len(certificates)
    copies = int(certificates["is_copy"].sum())
    bounds = certificates[["voigt_reuss", "hashin_shtrikman"]]
    broken = int((bounds == "outside").any(axis=1).sum())
    far = certificates[[f"{name}_percentile" for name in DESCRIPTORS]] >= FARTHEST
    unlike = int(far.any(axis=1).sum())
    error, bar = certificates[["refined_error_percent", "error_bar_percent"]].mean()
    grid = (
        "what is met is the stiffness on this grid, not that of the continuum"
        if bar > error
        else "which the loop's error exceeds"
    )
    return Finding(
        WORSE if copies or broken or unlike or bar > error else BETTER,
        f"Certificates of {count} refined designs: {copies} are copies of a training structure, "
        f"{broken} leave the bounds, {unlike} are farther than every real structure in a "
        f"descriptor, and the mean error of grid and element is {bar:.1f} % "
        f"where the loop leaves {error:.2f} %: {grid}.",
    )
