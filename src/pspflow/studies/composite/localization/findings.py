"""What was found on localization, in sentences computed from the accuracies."""

from typing import Final

import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, verdict
from pspflow.studies.composite.localization import paper
from pspflow.studies.composite.localization.names import LINEAR, title_of

PRINTED: Final = "cpnet7"
"""The report's CPNet, with the centre that it prints."""
COMPARED: Final = {
    "squared_pearson": ("squared Pearson correlation", 3, "", 1),
    "r2": ("R²", 3, "", 1),
    "error_percent": ("mean absolute error", 1, " %", -1),
}
"""Measure: its name, its digits, its unit and the sign of a better difference."""


def findings(accuracy: pd.DataFrame, *, papers_material: bool) -> tuple[str, ...]:
    """Say how networks compare with the linear filter and the report, what is worse first.

    Parameters
    ----------
    accuracy
        One row per model, with measures and their intervals.
    papers_material
        Whether the structures are of the report's material, so that its numbers compare.
    """
    rows = accuracy.set_index("model")
    judged = [
        _beside_linear(rows, str(name)) for name in rows.index if _is_network(rows, str(name))
    ]
    if papers_material and PRINTED in rows.index:
        judged.append(_beside_report(rows))
    values = ", ".join(f"{name} {value:.3f}" for name, value in rows["squared_pearson"].items())
    return (
        *(sentence for _, sentence in sorted(judged, key=lambda each: each[0])),
        f"Local strains, squared Pearson correlation on test structures: {values}.",
    )


def _is_network(rows: pd.DataFrame, name: str) -> bool:
    """Tell networks, which come after the linear filter, from the linear models."""
    places = list(rows.index)
    return LINEAR in places and places.index(name) > places.index(LINEAR)


def _beside_linear(rows: pd.DataFrame, name: str) -> tuple[int, str]:
    """Compare a network with the linear filter; only intervals that do not overlap decide."""
    said, outcomes = [], {}
    for measure, (called, digits, unit, sign) in COMPARED.items():
        network, linear = (
            [rows.loc[each, f"{measure}{end}"] for end in ("", "_low", "_high")]
            for each in (name, LINEAR)
        )
        here, filters = (
            f"{value:.{digits}f}{unit} ({low:.{digits}f} to {high:.{digits}f})"
            for value, low, high in (network, linear)
        )
        said.append(f"{called} {here}, the filter's {filters}")
        apart = network[1] > linear[2] or network[2] < linear[1]
        ahead = (network[0] - linear[0]) * sign > 0
        outcomes[called] = (BETTER if ahead else WORSE) if apart else UNDECIDED
    sentence = (
        f"Local strains, {title_of(name)} ({name}) compared with the linear filter ({LINEAR}), one "
        f"training, 95 % intervals over test specimens: {'; '.join(said)}: "
        f"{verdict(outcomes, 'the intervals overlap')}."
    )
    return min(outcomes.values()), sentence


def _beside_report(rows: pd.DataFrame) -> tuple[int, str]:
    """Compare the report's CPNet with the range that it gives."""
    low, high = paper.LOCALIZATION_R2
    value = float(rows.loc[PRINTED, "squared_pearson"])
    place = "below" if value < low else "within" if value <= high else "above"
    sentence = (
        f"Local strains: CPNet ({PRINTED}) has a squared Pearson correlation of {value:.2f}, "
        f"{place} the report's {low:.2f} to {high:.2f} in cells of 51 voxels."
    )
    return (WORSE if value < low else BETTER), sentence
