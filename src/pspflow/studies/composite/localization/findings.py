"""What was found on localization, in sentences computed from the tables."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Finding, verdict
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
    pairs = differences.groupby(["field", "model", "other"], sort=False)
    judged = [_compared(*map(str, names), rows) for names, rows in pairs]  # type: ignore[call-arg]
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


def _compared(field: str, model: str, other: str, rows: pd.DataFrame) -> Finding:
    """Compare a network with another model by every measure."""
    said, outcomes = [], {}
    for _, row in rows.iterrows():
        called, digits, unit, sign = COMPARED[row["measure"]]
        here, theirs = (f"{row[name]:.{digits}f}{unit}" for name in ("value", "other_value"))
        said.append(f"{called} {here} and {theirs}")
        outcomes[called] = outcome_of(row, sign)
    runs = int(rows["runs"].iloc[0])
    over = "test specimens" + (" and over trainings" if runs > 1 else "")
    text = (
        f"Local {field}, {title_of(model)} ({model}) and {title_of(other)} ({other}), {runs} "
        f"training{'s' if runs > 1 else ''}, paired 95 % intervals over {over}: of the first, "
        f"{verdict(outcomes, 'the interval of the difference holds zero')}: {'; '.join(said)}."
    )
    return Finding(min(outcomes.values()), text)


def _beside_report(accuracy: pd.DataFrame, edge: int) -> Iterator[Finding]:
    """Compare the report's CPNet with the range that it gives, for cells that may be others."""
    rows = accuracy[(accuracy["field"] == "strain") & (accuracy["model"] == PRINTED)]
    if rows.empty:
        return
    low, high = paper.LOCALIZATION_R2
    value = float(rows["squared_pearson"].mean())
    place = "below" if value < low else "within" if value <= high else "above"
    text = (
        f"Local strain, CPNet ({PRINTED}): squared Pearson correlation {value:.2f}, {place} the "
        f"report's {low:.2f} to {high:.2f}"
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
            f"Time for one structure of {int(rows['edge_voxels'].iloc[0])} voxels per edge on "
            f"{device} with {threads} thread{'s' if threads != 1 else ''}: the solver takes "
            f"{_significant(times[SOLVER])} s; the networks, over the solver's time: {said}.",
        )


def _significant(value: float) -> str:
    return np.format_float_positional(value, precision=2, fractional=False, trim="-")
