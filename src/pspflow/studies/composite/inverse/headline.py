"""The paper's numbers of inverse design beside ours, and the structures that ours hold for."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Self

import numpy as np
import pandas as pd

from pspflow.report.section import Headline
from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.accuracy import summary
from pspflow.studies.composite.inverse.comparisons import search_summary
from pspflow.studies.composite.inverse.options import DESIGNER, LARGE
from pspflow.studies.composite.structures import paper as papers_structures
from pspflow.studies.composite.structures.options import SetName
from pspflow.studies.composite.structures.properties import Target
from pspflow.studies.composite.structures.sets import morphology_name

QUANTITIES: Final[dict[Target, str]] = {"c11": "C11", "normal": "six components"}
VECTOR_PERCENT: Final = {
    prior: float(np.mean(list(errors.values())))
    for prior, errors in paper.VECTOR_ERRORS_PERCENT.items()
}
"""The paper's mean error over the six components, by prior."""
OURS: Final = (DESIGNER, "refitted")
PAPERS_PRIORS: Final = (("gaussian", "joint"), ("mixture", "joint"))
"""Models and priors that are the paper's."""


class DesignSet(NamedTuple):
    """The structures that inverse design learns from."""

    structures: int
    """Number of structures in all splits."""
    morphologies: tuple[str, ...]
    edge_voxels: int
    papers_material: bool

    @classmethod
    def of(cls, table: pd.DataFrame, edge_voxels: int, *, papers_material: bool) -> Self:
        """Describe a set by the table of its structures."""
        kinds = tuple(dict.fromkeys(table["morphology"]))
        return cls(len(table), kinds, edge_voxels, papers_material)

    @property
    def is_papers(self) -> bool:
        """Whether material, morphologies and edge are the paper's."""
        return self.papers_material and (set(self.morphologies), self.edge_voxels) == (
            {morphology_name(each) for each in papers_structures.PAIR_MORPHOLOGIES},
            papers_structures.EDGE_VOXELS,
        )

    @property
    def why_not_papers(self) -> str:
        """Say how the set differs from the paper's."""
        if not self.papers_material:
            return "the structures are of another material than the paper's"
        theirs = " and ".join(morphology_name(one) for one in papers_structures.PAIR_MORPHOLOGIES)
        kinds = self.morphologies
        ours = " and ".join(kinds) if len(kinds) == 2 else f"{len(kinds)} morphologies"
        return (
            f"{self.structures} structures of {ours}, {self.edge_voxels} voxels per edge; the "
            f"paper's are about {papers_structures.PAIR_STRUCTURES} of {theirs}, "
            f"{papers_structures.EDGE_VOXELS} voxels per edge"
        )


def headline(
    candidates: Mapping[Target, pd.DataFrame],
    searches: pd.DataFrame,
    learned: Mapping[SetName, DesignSet],
) -> Iterator[Headline]:
    """Yield the paper's errors of inference and of annealing with ours.

    Targets outside the range of the training structures are not counted.

    Parameters
    ----------
    candidates
        Target, and its candidates as `infer` writes them.
    searches
        As `anneal` writes them.
    learned
        The structures behind each set; that of both targets first.
    """
    limit = paper.INVERSE_ERROR_PERCENT
    for name, each in reversed(list(learned.items())):  # the paper's own size first
        made = candidates["c11"][candidates["c11"]["set"] == name]
        for key in (("mixture", "joint"), OURS):
            row, notes = _errors(made, "c11", key)
            if name == LARGE and row is None:
                continue
            size = f"{each.edge_voxels} voxels per edge"
            named = f"inverse design of C11, {size}, {_named(key, 'section 4')}"
            yield _percent(f"Mean error of {named}", limit, row, notes, each)
            yield _r2(f"R² of {named}", row, notes, each)
    design = next(iter(learned.values()))
    for key, prior in zip((*PAPERS_PRIORS, OURS), ("gaussian", "mixture", "mixture"), strict=True):
        row, notes = _errors(candidates["normal"], "normal", key)
        quantity = f"Mean error of inverse design of six components, {_named(key, 'Table 10')}"
        yield _percent(quantity, VECTOR_PERCENT[prior], row, notes, design)
    ends = search_summary(searches, papers_material=design.papers_material)
    for _, row in ends.iterrows():
        start, model = row[["start", "model"]]
        quantity = f"Mean error of annealing from {start} latents of {model} (section 4)"
        notes = [f"{row['start_error_percent']:.1f} % at the starts"]
        limit = paper.ANNEALED_ERROR_PERCENT
        yield _percent(quantity, limit, row, notes, design, bound="below ")


def _named(key: tuple[str, str], place: str) -> str:
    model, prior = key
    if key == OURS:
        return f"{model}, {prior} prior (the paper's mixture: {place})"
    return f"{model} prior (the paper's {place})"


def _errors(
    candidates: pd.DataFrame, target: Target, key: tuple[str, str]
) -> tuple[pd.Series | None, list[str]]:
    """Summarise a model and prior over the targets in range; None if there is nothing to tell."""
    rows = candidates[(candidates["model"] == key[0]) & (candidates["prior"] == key[1])]
    if rows.empty:
        return None, [f"this run does not train {key[0]} to design for {QUANTITIES[target]}"]
    known = rows[rows["inside"]]
    wanted, outside = (
        len(each[["run", "instance"]].drop_duplicates()) for each in (rows, rows[~rows["inside"]])
    )
    notes = [f"{outside} of {wanted} targets are outside the training range and not counted"]
    if known.empty:
        return None, notes
    found = summary(known, target, papers_material=False).iloc[0]
    return found, notes if outside else []


def _percent(
    quantity: str,
    limit: float,
    row: pd.Series | None,
    notes: list[str],
    learned: DesignSet,
    bound: str = "",
) -> Headline:
    here = None
    if row is not None:
        deviation = row.get("error_percent_sd", np.nan)
        runs = "" if pd.isna(deviation) else f" ± {deviation:.1f}"
        here = f"{row['error_percent']:.1f}{runs} %"
    reached = row is not None and (
        row["error_percent"] < limit if bound else row["error_percent"] <= limit
    )
    return _row(quantity, f"{bound}{limit:.0f} %", here, reached, notes, learned)


def _r2(quantity: str, row: pd.Series | None, notes: list[str], learned: DesignSet) -> Headline:
    known = row is not None and pd.notna(row["r2"])
    if row is not None and not known:
        notes = [*notes, "R² needs more than one target"]
    here = f"{row['r2']:.2f}" if row is not None and known else None
    reached = row is not None and known and row["r2"] >= paper.INVERSE_R2
    return _row(quantity, f"{paper.INVERSE_R2:g}", here, bool(reached), notes, learned)


def _row(
    quantity: str,
    theirs: str,
    here: str | None,
    reached: bool,
    notes: list[str],
    learned: DesignSet,
) -> Headline:
    scale = (
        f"{learned.structures} structures, the paper's about {papers_structures.PAIR_STRUCTURES}"
        if learned.is_papers
        else learned.why_not_papers
    )
    comparable = here is not None and learned.is_papers
    return Headline(
        quantity=quantity,
        paper=theirs,
        here=here or "–",
        verdict=("reached" if reached else "not reached") if comparable else "not comparable",
        why="; ".join([*notes, scale] if here else notes),
    )
