"""What the report says about designs: text and tables."""

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.report.tables import shown_columns
from pspflow.studies.composite.certificates.descriptors import DESCRIPTORS
from pspflow.studies.composite.certificates.reference import MOST
from pspflow.studies.composite.design.comparisons import by_distance, summary
from pspflow.studies.composite.design.findings import (
    AIM_PERCENT,
    QUANTITIES,
    Points,
    designer_of,
    findings,
    headline,
)
from pspflow.studies.composite.design.options import DesignOptions
from pspflow.studies.composite.structures.options import HELD_OUT

CERTIFIED: Final = (
    *("target", "network", "instance", "refined_error_percent", "error_bar_percent"),
    *("voigt_reuss", "hashin_shtrikman", "morphology", "descriptor_distance"),
    *(f"{name}_percentile" for name in DESCRIPTORS),
    *("copy_of", "copy_correlation", "is_copy"),
)
"""Columns of certificates that the page shows."""


def design_section(
    points: Points,
    certificates: pd.DataFrame,
    figures: Mapping[str, Figure],
    options: DesignOptions,
    *,
    papers_material: bool,
) -> Section:
    """Report designs with the solver in the loop, in a region held out of training, certified.

    Parameters
    ----------
    points
        Set and target, and what `by_target` says of the designs of all runs.
    certificates
        As `certify` writes them.
    figures
        The figure errors.
    options
        Options of the chapter.
    papers_material
        Whether the structures are of the paper's material: only then its values are shown.
    """
    return Section(
        title="Designs",
        headline=tuple(headline(points, papers_material=papers_material)),
        findings=findings(points, certificates),
        parts=tuple(_parts(points, certificates, figures, options)),
    )


def _parts(
    points: Points,
    certificates: pd.DataFrame,
    figures: Mapping[str, Figure],
    options: DesignOptions,
) -> Iterator[Part]:
    aims = " and ".join(f"{aim:g} % for {QUANTITIES[name]}" for name, aim in AIM_PERCENT.items())
    yield Part(
        title="The solver in the loop",
        text="What a user of the design command gets: latents drawn from the refitted prior of a "
        f"network, decoded, solved, ranked by the solver, and the best {options.refined} of "
        f"{options.candidates} refined. For C11 alone the level moves at which the decoded field "
        "is cut; for six components the latent vector moves along the solver's own sensitivity "
        "of the stiffness to every voxel, and then voxels of the boundary are exchanged, for C11 "
        "too where no level comes near enough. Decoded is the error before that exchange, of what "
        "the decoder itself makes; the last column is the share of voxels exchanged. Retrieval "
        "takes no network: the training structure of the run that is nearest to what is wanted; "
        "it has no latent vector, so that the same loop moves its boundary alone. Aims of the "
        f"loop: mean errors of {aims}. Drawn is the mean error of all that a network draws, which "
        "is the network alone; best that of the best of them by the solver.",
        figures=(figures["errors"],),
        tables=tuple(
            Table.of(
                shown_columns(summary(rows), papers_material=True),
                f"Designs for {QUANTITIES[target]}; errors in percent, means over targets and "
                "runs; solutions and seconds of one refinement, on one thread.",
            )
            for (name, target), rows in points.items()
            if name != HELD_OUT
        ),
    )
    if options.held_out:
        yield _held_out(points, options.held_out)
    yield Part(
        title="Certificates",
        text="What is known of a design beyond its stiffness on one grid: how far that depends on "
        "grid and element (error bar), whether it obeys the bounds of Voigt and Reuss and, where "
        "it is nearly isotropic, of Hashin and Shtrikman, how far its descriptors are from the "
        "morphology that it is nearest to, in units of the distance between real structures, and "
        "which training structure it is most alike, in any shift and orientation. The real "
        f"structures are the {MOST} of the training, at most, that are nearest to a design in "
        "stiffness whatever their orientation: a copy is among them.",
        tables=(
            Table.of(
                certificates[list(CERTIFIED)].assign(instance=certificates["instance"] + 1),
                "Refined designs of the first run.",
            ),
        ),
    )


def _held_out(points: Points, quantiles: tuple[float, float]) -> Part:
    low, high = quantiles
    tables = []
    for (name, target), rows in points.items():
        if name != HELD_OUT:
            continue
        said = f"for {QUANTITIES[target]}, in the region that is held out"
        designer = designer_of(rows)
        tables += [
            Table.of(shown_columns(summary(rows), papers_material=True), f"Designs {said}."),
            Table.of(
                by_distance(rows, designer),
                f"Designs by {designer} {said}: thirds of the targets by their distance to the "
                "nearest training structure; in percent of what is wanted.",
            ),
        ]
    return Part(
        title="A region held out of training",
        text="Targets that retrieval cannot serve: structures whose C11 lies between its quantiles "
        f"{low:g} and {high:g} neither train nor validate. Networks that were trained without "
        "them design for values of C11 that span the region, and for the vectors of structures "
        "in it; retrieval returns what lies nearest outside.",
        tables=tuple(tables),
    )
