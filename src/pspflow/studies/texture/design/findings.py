"""What was found on designs, in sentences computed from tables."""

from typing import Final

import numpy as np
import pandas as pd

from pspflow.report.section import Headline
from pspflow.studies.texture.design.comparisons import (
    BETTER,
    UNDECIDED,
    WORSE,
    Difference,
    best_of,
    difference,
    known_parameters,
)
from pspflow.studies.texture.design.quantities import values_of
from pspflow.studies.texture.design.reach import MOST_SAID, label
from pspflow.studies.texture.design.store import targets_of_table
from pspflow.studies.texture.design.targets import Target

Judged = tuple[int, str]
"""Outcome of a comparison, and the sentence on it."""
QUANTITY: Final = "Error of the best checked design on what is wanted, mean over targets"
NO_NUMBER: Final = (
    "the paper shows posteriors and pole figures for three targets (Figure 4), and gives no error "
    "of designs in the plasticity model and no retrieval beside them"
)


def findings(targets: pd.DataFrame, designs: pd.DataFrame) -> tuple[str, ...]:
    """Say how designs compare with retrieval, and what became of each wish; what is worse first.

    Parameters
    ----------
    targets
        As of `store.target_table`.
    designs
        As of `designs.table_of`.
    """
    best = best_of(designs)
    unreachable = targets[targets["candidates"] == 0]
    targets = targets[targets["candidates"] > 0]
    judged = [_compared(best), _predicted(best), _hull(targets, designs)]
    judged += [_unreachable(str(name), rows) for name, rows in unreachable.groupby("target")]
    wishes = [each for each in targets_of_table(targets) if each.kind != "test"]
    judged += [_wish(each, designs, best.set_index("target").loc[each.name]) for each in wishes]
    return tuple(text for _, text in sorted(judged, key=lambda each: each[0]) if text)


def headline(designs: pd.DataFrame) -> tuple[Headline, ...]:
    """Set the error of designs beside the paper, which gives none."""
    best = best_of(designs)
    known = best["design_percent"].dropna()
    here = f"{known.mean():.1f} % ({len(known)} targets)" if len(known) else "–"
    found = difference(best)
    beside = (
        f"; retrieval has {best['retrieved_percent'].mean():.1f} %"
        if found is not None
        else "; nothing is checked here"
    )
    return (
        Headline(
            quantity=QUANTITY,
            paper="–",
            here=here,
            verdict="not comparable",
            why=NO_NUMBER + beside,
        ),
    )


def _compared(best: pd.DataFrame) -> Judged:
    """Compare the best designs with the best retrieved textures."""
    found = difference(best)
    if found is None:
        return UNDECIDED, (
            "Designs are predictions only: the plasticity model is elsewhere, and their "
            "orientations are written for measurement."
        )
    both = best[best[["design_percent", "retrieved_percent"]].notna().all(axis=1)]
    words = {
        WORSE: "retrieval comes nearer",
        UNDECIDED: "which comes nearer is undecided",
        BETTER: "designs come nearer",
    }
    worse = both[both["design_percent"] > both["retrieved_percent"]]["target"].tolist()
    further = f" Retrieval comes nearer for {', '.join(worse)}." if worse else ""
    observed = both["observed_percent"].mean()
    return found.outcome, (
        f"{both['design_percent'].mean():.1f} % by the best of {both['tries'].max()} checked "
        f"designs, {both['retrieved_percent'].mean():.1f} % by the best of as many checked "
        f"textures of the pool, which is retrieval by the forward model, and {observed:.1f} % by "
        f"the nearest texture that was observed: error on what is wanted, mean of {len(both)} "
        f"targets; {found}: {words[found.outcome]}.{further}"
    )


def _predicted(best: pd.DataFrame) -> Judged:
    """Say how far the forward model's prediction for its own choice is wrong."""
    known = best.dropna(subset=["design_percent"])
    if known.empty:
        return UNDECIDED, ""
    gap = Difference.of((known["design_percent"] - known["predicted_percent"]).to_numpy(np.float64))
    # a model that promises more than is kept is bad news
    return gap.outcome, (
        f"{known['predicted_percent'].mean():.1f} % by the forward model, "
        f"{known['design_percent'].mean():.1f} % by the plasticity model: error of these designs; "
        f"{gap}."
    )


def _hull(targets: pd.DataFrame, designs: pd.DataFrame) -> Judged:
    each = targets.drop_duplicates("target")
    made = designs[designs["origin"] == "design"]
    moved = made[made["hull_distance"] > 0]
    farthest = (
        f"; among the {len(made)} designs are {len(moved)} of these, which lie up to "
        f"{moved['moved_distance'].max():.2g} from what was drawn (root mean square of ODFs, "
        "multiples of random)"
        if len(moved)
        else "; none of the designs is one of these"
    )
    return UNDECIDED, (
        f"{each['outside'].sum()} of the {each['candidates'].sum()} textures that the flow drew "
        "lie outside the hull of single crystals, and were moved to the nearest texture"
        f"{farthest}."
    )


def _wish(target: Target, designs: pd.DataFrame, best: pd.Series) -> Judged:
    """Say what was wanted and what was reached."""
    part = designs[(designs["target"] == target.name) & (designs["origin"] == "design")]
    parameters, checked = known_parameters(part.iloc[0])
    reached = values_of(target.names, parameters[None])[0]
    most = 7
    values = ", ".join(
        f"{label(name)} {value:.3g} (wanted {wanted:.3g})"
        for name, value, wanted in zip(
            target.names[:most], reached[:most], target.numbers[:most], strict=True
        )
    )
    if target.whole or len(target.names) > most:
        values = f"{len(target.names)} parameters are wanted, {values} among them"
    how = "as the plasticity model finds" if checked else "as the forward model predicts"
    if not checked:
        return UNDECIDED, f"Target {target.name}: {values}, {how}."
    points = best["design_percent"] - best["retrieved_percent"]
    beside = (
        f"; the best retrieved texture of the pool has {best['retrieved_percent']:.1f} %"
        if np.isfinite(points)
        else ""
    )
    return (WORSE if points > 0 else UNDECIDED), (
        f"{best['design_percent']:.1f} % error for target {target.name}: {values}, {how}{beside}."
    )


def _unreachable(name: str, rows: pd.DataFrame) -> Judged:
    """Say that nothing is designed for a target, and what would be reachable."""
    nearest = ", ".join(
        f"{label(row.quantity)} {row.reachable:.3g} (wanted {row.wanted:.3g})"
        for row in rows.head(MOST_SAID).itertuples()
    )
    return (
        WORSE,
        f"Nothing is designed for {name}: no texture of the pool, nor a mixture of them, comes "
        f"nearer than {rows['reachable_error_percent'].iloc[0]:.0f} %; the nearest is {nearest}.",
    )
