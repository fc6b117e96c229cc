"""What the report says about the textures: how many, how they fill the hull, and departures."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.texture.textures import paper
from pspflow.studies.texture.textures.coverage import SAME, Neighbours
from pspflow.studies.texture.textures.departures import departures
from pspflow.studies.texture.textures.options import SET_NAMES, TexturesOptions
from pspflow.studies.texture.textures.sets import CRYSTALS, INDEX, MISSED, NAME

SETS_CAPTION = (
    "The textures of the three sets in the first coefficients, the limit that no texture exceeds "
    "(line: the hull of single crystals), and the distribution of the texture index."
)
NEIGHBOURS_CAPTION = (
    "Share of the textures that are at most so far from the nearest candidate: test and validation "
    "textures, and beside them candidates from the nearest other candidate."
)
FIRST = 3
"""Coefficients that the text names: those that the paper plots."""


def textures_section(
    tables: Mapping[str, pd.DataFrame],
    spans: pd.DataFrame,
    apart: Neighbours,
    figures: tuple[Figure, ...],
    options: TexturesOptions,
) -> Section:
    """Describe the textures.

    Parameters
    ----------
    tables
        Tables of the sets by name.
    spans
        From `coverage.spans`.
    apart
        From `coverage.neighbours`.
    figures
        Of `figures.sets_figure` and `figures.neighbours_figure`.
    options
        The options of the chapter.
    """
    return Section(
        title="Textures",
        lead=_lead(tables, options),
        findings=(*_shared(apart), _distances(apart), _spanned(spans)),
        parts=(
            Part(
                title="Candidates, validation and test textures",
                text=_text(tables, options),
                figures=figures,
                tables=(
                    Table.of(counts(tables), "Textures of each set, and the paper's."),
                    Table.of(spans.head(FIRST), _spans_caption(spans)),
                    Table.of(departures(options), "Departures from the paper."),
                    *_doubts(tables),
                ),
            ),
        ),
    )


def counts(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tabulate the sets: how many textures, of how many crystals, and how sharp they are."""
    rows = []
    for name in SET_NAMES:
        table = tables[name]
        row = {"set": name, "paper": paper.COUNTS[name], "here": len(table)}
        if CRYSTALS in table:
            row["of_one_crystal"] = int((table[CRYSTALS] == 1).sum())
        quantiles = table[INDEX].quantile([0.05, 0.5, 0.95])
        rows.append({**row, **{f"index_{q:.0%}": value for q, value in quantiles.items()}})
    return pd.DataFrame(rows)


def _lead(tables: Mapping[str, pd.DataFrame], options: TexturesOptions) -> str:
    count = sum(map(len, tables.values()))
    if options.source == "simulated":
        return (
            f"This report rests on {count} textures that are simulated: none was measured. Set "
            "texture.textures.source to 'sheet' to use your own."
        )
    return f"This report rests on {count} textures from {options.files.sheet}."


def _shared(apart: Neighbours) -> list[str]:
    """Say first where test or validation textures are candidates too."""
    found = []
    for name in ("test", "validation"):
        same = int((getattr(apart, name) < SAME).sum())
        if same:
            found.append(
                f"{same} of {len(getattr(apart, name))} {name} textures have the coefficients of a "
                "candidate: for these the models may have seen the answer."
            )
    return found


def _distances(apart: Neighbours) -> str:
    def said(distances: NDArray[np.float64]) -> str:
        median, most = np.quantile(distances, [0.5, 0.95])
        return f"median {median:.2g}, 95 % below {most:.2g}"

    return (
        f"{said(apart.test)} for test textures, {said(apart.validation)} for validation textures, "
        f"{said(apart.pool)} from one candidate to another: distance to the nearest candidate "
        "(root mean square of ODFs up to l = 12, in multiples of random)."
    )


def _spanned(spans: pd.DataFrame) -> str:
    first = ", ".join(
        f"{row.coefficient} {row.share:.0%}" for row in spans.head(FIRST).itertuples()
    )
    narrowest = spans.loc[spans["share"].idxmin()]
    return (
        f"{spans['share'].mean():.0%} on average ({first}; the least is {narrowest['coefficient']} "
        f"with {narrowest['share']:.0%}): share of the widths of coefficients, from the least to "
        "the greatest of any texture, that the pool spans."
    )


def _spans_caption(spans: pd.DataFrame) -> str:
    return (
        f"Range of the first of {len(spans)} coefficients over all textures and over the pool, and "
        "the pool's share of the width."
    )


def _text(tables: Mapping[str, pd.DataFrame], options: TexturesOptions) -> str:
    theirs = (
        f"The paper's data are {paper.SINGLE_CRYSTALS:,} single crystals and "
        f"{paper.POLYCRYSTALS:,} polycrystals."
    )
    if options.source == "sheet":
        missed = max(float(table[MISSED].max()) for table in tables.values())
        return (
            f"Each file is represented by {options.files.grains} of its orientations, chosen to "
            f"have its texture; the farthest is {missed:.2g} from its file (root mean square of "
            f"ODFs up to l = 12, in multiples of random). {theirs}"
        )
    made = options.simulated
    low, high = made.half_width_range_deg
    return (
        f"The pool has {made.singles} candidates of one crystal, whose orientations are evenly "
        f"spread, and {made.mixtures} mixtures of 1 to {made.largest} random crystals, each number "
        "equally often, in shares that are uniform among all possible ones. Every texture has one "
        f"spread around its crystals, a half width from {low:g}° to {high:g}° that is uniform in "
        f"its logarithm, and {made.grains} grains. Validation and test textures are drawn likewise "
        f"and independently, so that none is a candidate. {theirs}"
    )


def _doubts(tables: Mapping[str, pd.DataFrame]) -> list[Table]:
    """List what should be checked in the user's files."""
    if not all("doubts" in table for table in tables.values()):
        return []
    every = pd.concat(list(tables.values()), ignore_index=True)
    rows = every[every["doubts"] != ""][[NAME, "doubts"]]
    return [Table.of(rows, "What to check in your files.")] if len(rows) else []
