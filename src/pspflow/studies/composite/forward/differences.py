"""Differences of the accuracy of two models on the same splits."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from pspflow.arrays import refuses_masks
from pspflow.evaluation.comparisons import Difference, verdict
from pspflow.studies.composite.forward.accuracy import over_properties
from pspflow.studies.composite.structures.properties import Target

COMPARED: Final = {
    "mape": ("MAPE", " points", 2, -1),
    "mean_relative_error": ("mean relative error", " points", 2, -1),
    "r2": ("R²", "", 4, 1),
}
"""Measure: its name, the unit and the digits of a difference, and the sign of a better one."""


def compared(
    accuracy: pd.DataFrame, target: Target, model: str, other: str
) -> dict[str, Difference]:
    """Compare two models by each measure, averaged over the target's properties.

    Parameters
    ----------
    accuracy
        One row per model, target, property and run.
    target
        c11 or normal.
    model, other
        The models; differences are the first one's less the second one's.

    Returns
    -------
    Measure of `COMPARED` and its difference; measures that a model lacks are left out.
    """
    found = {}
    for measure in COMPARED:
        table = over_properties(accuracy, target, measure)
        values = (table[model] - table[other]).dropna().to_numpy()
        if len(values):
            found[measure] = Difference.of(values)
    return found


@refuses_masks
def beside_value(values: np.ndarray, reported: float) -> int:
    """Judge the MAPEs of the runs, (runs,), beside a value of the paper's: by their 95 % interval.

    This one rule decides what findings and headline call reached.
    """
    return Difference.of(values[~np.isnan(values)] - reported).outcome(-1)


def outcome(differences: Mapping[str, Difference]) -> int:
    """Judge by every measure: worse if one is worse, better only if all are."""
    return min(each.outcome(COMPARED[name][-1]) for name, each in differences.items())


def written(difference: Difference, digits: int, unit: str = "") -> str:
    """Write a difference with its 95 % interval; one repetition alone has none."""
    said = f"{difference.mean:+.{digits}f}"
    if difference.runs > 1:
        said += f" ({difference.low:+.{digits}f} to {difference.high:+.{digits}f})"
    return said + unit


def sentence(differences: Mapping[str, Difference]) -> str:
    """Say the differences with their 95 % intervals, and which way they decide."""
    said, outcomes = [], {}
    for measure, each in differences.items():
        name, unit, digits, sign = COMPARED[measure]
        said.append(f"{name} {written(each, digits, unit)}")
        outcomes[name] = each.outcome(sign)
    runs = max(each.runs for each in differences.values())
    if runs < 2:
        return f"difference in one run: {', '.join(said)}; one run cannot tell which is better"
    decided = verdict(outcomes, "the 95 % interval holds 0")
    return f"difference over {runs} runs: {', '.join(said)}; {decided}"


def against(accuracy: pd.DataFrame, model: str, others: Sequence[str]) -> pd.DataFrame:
    """Tabulate the MAPE of a model less that of others on the same splits.

    Parameters
    ----------
    accuracy
        One row per model, target, property and run.
    model
        The model that is compared.
    others
        The models that it is compared with.

    Returns
    -------
    One row per target, property and other model: target, property, model, other, runs (that both
    have), difference (mean over these of the model's MAPE less the other's, in percentage points:
    negative where the model is better), difference_sd (over the runs; NaN for one alone), and
    difference_low and difference_high, its 95 % interval.
    """
    keys = ["target", "property", "run"]
    own = accuracy[accuracy["model"] == model][[*keys, "mape"]]
    rivals = accuracy[accuracy["model"].isin(others)][["model", *keys, "mape"]]
    pairs = own.merge(rivals.rename(columns={"model": "other"}), on=keys, suffixes=("", "_other"))
    rows = []
    for (target, column, other), part in pairs.groupby([*keys[:2], "other"], sort=False):
        each = Difference.of((part["mape"] - part["mape_other"]).to_numpy())
        ends = [end if np.isfinite(end) else np.nan for end in (each.low, each.high)]
        rows.append((target, column, model, other, each.runs, each.mean, each.sd, *ends))
    names = ["difference", "difference_sd", "difference_low", "difference_high"]
    return pd.DataFrame(rows, columns=[*keys[:2], "model", "other", "runs", *names])
