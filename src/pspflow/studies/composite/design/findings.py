"""What was found on designs, in sentences computed from tables, and the rows that open the page."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, WORSE, Finding, joined
from pspflow.report.section import Headline
from pspflow.studies.composite.certificates.certificate_text import FARTHEST
from pspflow.studies.composite.certificates.descriptors import DESCRIPTORS
from pspflow.studies.composite.design.comparisons import RETRIEVAL, compare, summary
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
    found = [_certified(certificates), _refined(points), *_retrieved(points)]
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


def _refined(points: Points) -> Finding:
    """Compare the mean errors of every network and run with the aim."""
    parts, missed, solves, seconds = [], [], [], []
    for (name, target), designs in points.items():
        rows = summary(designs[designs["network"] != RETRIEVAL]).set_index("network")
        errors, alone = (rows[f"{kind}_error_percent"] for kind in ("refined", "drawn"))
        above = rows.index[rows["worst_run_percent"] > AIM_PERCENT[target]]
        missed += [f"{network} ({_called(name, target)})" for network in above]
        runs = int(rows["runs"].max())
        parts.append(
            f"{_range(errors, 2)} for {_called(name, target)} (aim {AIM_PERCENT[target]:g} %, "
            f"networks alone {_range(alone, 1)}, {int(rows['targets'].max())} targets of {runs} "
            f"training{'s' if runs > 1 else ''})"
        )
        solves.append(rows["solves"].mean())
        seconds.append(rows["seconds"].mean())
    reached = f"missed by {', '.join(missed)}" if missed else "reached by every network"
    return Finding(
        WORSE if missed else BETTER,
        f"{'; '.join(parts)}: mean errors with the solver in the loop, by at most "
        f"{max(solves):.0f} solutions in {max(seconds):.1f} s. Aims are {reached}.",
    )


def _range(errors: pd.Series, digits: int) -> str:
    """Write the least and the largest error in percent."""
    ends = [f"{value:.{digits}f}" for value in (errors.min(), errors.max())]
    return f"{' to '.join(dict.fromkeys(ends))} %"


def _called(name: str, target: Target) -> str:
    return f"{QUANTITIES[target]}{_where(name)}"


def _retrieved(points: Points) -> Iterator[Finding]:
    """Compare the network alone, and with the solver in the loop, with retrieval."""
    best, refined = "best_error_percent", "refined_error_percent"
    near, moved = "nearest_percent", "nearest_refined_percent"
    for mine, theirs, about in (
        (
            best,
            near,
            "errors of the best of the structures that a network draws, less those of the nearest "
            "training structure",
        ),
        (
            refined,
            near,
            "errors of design with the solver in the loop, less those of the nearest training "
            "structure",
        ),
        (
            refined,
            moved,
            "errors of design with the solver in the loop, less those of the same loop from the "
            "nearest training structure",
        ),
    ):
        said = []
        for (name, target), designs in points.items():
            designer = designer_of(designs)
            rows = designs[designs["network"] == designer]
            found = compare(rows, mine, theirs)
            text = (
                f"{found.text} for {_called(name, target)} by {designer}, {rows[mine].mean():.2f} "
                f"% and {rows[theirs].mean():.2f} %"
            )
            said.append(Finding(found.outcome, text))
        yield from joined(said, about)


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
        f"{copies} of {count} refined designs are copies of a training structure, {broken} leave "
        f"the bounds, {unlike} are farther than every real structure in a descriptor; the mean "
        f"error of grid and element is {bar:.1f} % where the loop leaves {error:.2f} %: {grid}.",
    )
