"""What was found on localization, in sentences computed from the tables."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, OUTCOMES, UNDECIDED, WORSE, Finding
from pspflow.studies.composite.localization import paper
from pspflow.studies.composite.localization.names import PRINTED, SOLVER, title_of
from pspflow.studies.composite.structures.paper import EDGE_VOXELS

COMPARED: Final = {
    "squared_pearson": ("squared Pearson correlation", 3, "", 1),
    "r2": ("R²", 3, "", 1),
    "error_percent": ("mean absolute error", 1, " %", -1),
    "peak_error_percent": ("error in the voxels of the highest percentile", 1, " %", -1),
    "phase_error_percent": ("error of the phases' means", 1, " %", -1),
    "mean_error_percent": ("error of the cell's mean", 2, " %", -1),
}
"""Measure: its name, its digits, its unit and the sign of a better difference."""
EXACT: Final = 1e-3
"""Differences in percent of cells' means that are only rounding: some models have them exact."""


def findings(
    accuracy: pd.DataFrame,
    differences: pd.DataFrame,
    speed: pd.DataFrame,
    edge: int,
    *,
    papers_material: bool,
) -> tuple[str, ...]:
    """Say how networks compare with the linear filter, the report and the solver; worse first.

    Parameters
    ----------
    accuracy
        One row per field, model and training, with measures and their intervals.
    differences
        One row per field, model, other model and measure; see `accuracy.differences_of`.
    speed
        One row per way to a field, with its time.
    edge
        Voxels along each edge of the structures.
    papers_material
        Whether the structures are of the report's material, so that its numbers compare.
    """
    fields = differences.groupby("field", sort=False)
    judged = [_compared(str(field), rows) for field, rows in fields]
    if papers_material:
        judged += _beside_report(accuracy, edge)
    judged += _beside_solver(speed)
    return tuple(each.text for each in sorted(judged, key=lambda each: each.outcome))


def outcome_of(row: pd.Series, sign: int) -> int:
    """Judge a difference: both its intervals must exclude zero, over specimens and trainings."""
    if row["measure"] == "mean_error_percent" and abs(row["difference"]) < EXACT:
        return UNDECIDED
    ends = [(row["low"], row["high"])]
    if row["runs"] > 1:
        ends.append((row["runs_low"], row["runs_high"]))
    # an interval without a value excludes nothing
    if not (all(low > 0 for low, _ in ends) or all(high < 0 for _, high in ends)):
        return UNDECIDED
    return BETTER if row["difference"] * sign > 0 else WORSE


def _compared(field: str, rows: pd.DataFrame) -> Finding:
    """Compare networks with other models by every measure, and say the first measure's values."""
    clauses: list[Finding] = []
    found: list[int] = []
    for (model, other), pair in rows.groupby(["model", "other"], sort=False):
        outcomes = {
            COMPARED[row["measure"]][0]: outcome_of(row, COMPARED[row["measure"]][-1])
            for _, row in pair.iterrows()
        }
        found += outcomes.values()
        first = pair.iloc[0]
        called, digits, unit, _ = COMPARED[first["measure"]]
        values = " and ".join(
            f"{first[name]:.{digits}f}{unit}" for name in ("value", "other_value")
        )
        text = (
            f"{title_of(model)} ({model}) compared with {title_of(other)} ({other}): "
            f"{_by_measure(outcomes)}; {called} {values}"
        )
        clauses.append(Finding(min(outcomes.values()), text))
    runs = int(rows["runs"].max())
    counts = ", ".join(f"{found.count(kind)} {word}" for kind, word in OUTCOMES.items())
    each = " ".join(f"{clause.text}." for clause in sorted(clauses, key=lambda each: each.outcome))
    text = (
        f"{counts} of {len(found)}: measures of local {field}, {runs} "
        f"training{'s' if runs > 1 else ''}, paired 95 % intervals over test specimens"
        f"{' and over trainings' if runs > 1 else ''}. {each}"
    )
    return Finding(min(found), text)


def _by_measure(outcomes: Mapping[str, int]) -> str:
    """Name the measures of each outcome, unless it is that of all."""
    if len(set(outcomes.values())) == 1:
        return f"{OUTCOMES[next(iter(outcomes.values()))]} by every measure"
    named = {kind: [name for name, each in outcomes.items() if each == kind] for kind in OUTCOMES}
    return "; ".join(
        f"{word} by {', '.join(named[kind])}" for kind, word in OUTCOMES.items() if named[kind]
    )


def _beside_report(accuracy: pd.DataFrame, edge: int) -> Iterator[Finding]:
    """Compare the report's CPNet with the range that it gives, for cells that may be others."""
    rows = accuracy[(accuracy["field"] == "strain") & (accuracy["model"] == PRINTED)]
    if rows.empty:
        return
    low, high = paper.LOCALIZATION_R2
    value = float(rows["squared_pearson"].mean())
    place = "below" if value < low else "within" if value <= high else "above"
    text = (
        f"{value:.2f}, {place} the report's {low:.2f} to {high:.2f}: squared Pearson correlation "
        f"of local strain by CPNet ({PRINTED})"
    )
    if edge == EDGE_VOXELS:
        yield Finding(WORSE if value < low else BETTER, f"{text} in cells of {edge} voxels too.")
        return
    text += (
        f"; but these are other cells, of {edge} voxels and not {EDGE_VOXELS}, with other training "
        "structures, so that the numbers do not decide which is better."
    )
    yield Finding(WORSE if value < low else UNDECIDED, text)


def _beside_solver(speed: pd.DataFrame) -> Iterator[Finding]:
    """Say how long the networks take beside the solver, with the same threads."""
    for threads, rows in speed.groupby("threads"):
        times = rows.set_index("model")["seconds_per_structure"]
        if SOLVER not in times:
            continue
        networks = times[~times.index.isin([SOLVER]) & (rows["parameters"] > 2).to_numpy()]
        # in the order of the table: that of the times would change from run to run
        said = ", ".join(
            f"{name} {_significant(ratio)}" for name, ratio in (networks / times[SOLVER]).items()
        )
        device = ", ".join(sorted(set(rows["device"])))
        yield Finding(
            UNDECIDED,
            f"{_significant(times[SOLVER])} s by the solver, and by networks times that {said}: "
            f"time for one structure of {int(rows['edge_voxels'].iloc[0])} voxels per edge on "
            f"{device} with {threads} thread{'s' if threads != 1 else ''}.",
        )


def _significant(value: float) -> str:
    return np.format_float_positional(value, precision=2, fractional=False, trim="-")
