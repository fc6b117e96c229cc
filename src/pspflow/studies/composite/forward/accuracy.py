"""Accuracy of forward predictions on test structures: measures and their summary."""

from typing import Final

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, mean_absolute_percentage_error, r2_score

from pspflow.studies.composite.forward import paper
from pspflow.studies.composite.forward.models import ORDER
from pspflow.studies.composite.structures.properties import TARGETS, Target

MEASURES: Final = ("mape", "mean_relative_error", "r2", "coverage_95")
LEAST: Final = 0.01
"""Share of a usual value below which errors are not said in percent."""
NORMAL_95: Final = 1.959964
"""Standard deviations that hold 95 % of a normal distribution about its mean."""


def errors_of(points: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Measure the errors of each model and property.

    Parameters
    ----------
    points
        Test structures of one target and run, see `pspflow.studies.composite.forward.held_out`.
    target
        The properties.

    Returns
    -------
    One row per model and property: model, property, and
    mape, the mean absolute error over the size of the mean solved value, in percent, as the
    composite paper defines it in section 4;
    mean_relative_error, the mean of each absolute error over its own solved value, in percent,
    without structures that have `nearly_none` (NaN if all have);
    r2, the coefficient of determination;
    coverage_95, the share of the structures within 1.96 predictive standard deviations, .95 where
    these are right, NaN where there are none.
    """
    rows = []
    for model, part in points.groupby("model", sort=False):
        for column in TARGETS[target]:
            solved, predicted = part[f"{column}_solved"], part[column]
            sd = part[f"{column}_sd"]
            inside = ((solved - predicted).abs() <= NORMAL_95 * sd).mean()
            rows.append(
                {
                    "model": model,
                    "property": column,
                    "mape": mape(solved.to_numpy(), predicted.to_numpy()),
                    "mean_relative_error": _mean_relative_error(solved, predicted),
                    "r2": r2_score(solved, predicted) if len(part) > 1 else np.nan,
                    "coverage_95": inside if sd.notna().all() else np.nan,
                }
            )
    return pd.DataFrame(rows)


def nearly_none(values: np.ndarray | pd.Series, scale: float | None = None) -> np.ndarray:
    """Tell which values are too small for an error to be said in percent of them.

    A structure that does not percolate has next to no stiffness: any error is millions of percent.

    Parameters
    ----------
    values
        Solved values, in GPa, any shape.
    scale
        A usual value; the mean of their sizes if it is not given.
    """
    sizes = np.abs(np.asarray(values, np.float64))
    return sizes <= LEAST * (sizes.mean() if scale is None else scale)


def _mean_relative_error(solved: pd.Series, predicted: pd.Series) -> float:
    kept = ~nearly_none(solved)
    if not kept.any():
        return np.nan
    return 100 * float(mean_absolute_percentage_error(solved[kept], predicted[kept]))


def mape(solved: np.ndarray, predicted: np.ndarray) -> float:
    """Return the composite paper's MAPE in percent: mean absolute error over mean solved value.

    Both are (n,), in GPa. The size of the mean counts: C21 is below 0 where phases widen as they
    are stretched. NaN if the mean is 0.
    """
    mean = abs(float(np.mean(solved)))
    return 100 * float(mean_absolute_error(solved, predicted)) / mean if mean else np.nan


def summary(accuracy: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Average over the runs and set the paper's values beside, in the order of the models.

    Parameters
    ----------
    accuracy
        One row per model, target, property and run.
    target
        c11 or normal.

    Returns
    -------
    One row per property and model: property, model, runs, mape, mape_sd, mean_relative_error, r2,
    r2_sd, coverage_95, paper_mape, paper_mape_sd, paper_r2, paper_r2_sd. Standard deviations are
    over the runs, NaN for one alone; the paper's values are NaN where it gives none.
    """
    chosen = accuracy[accuracy["target"] == target]
    table = chosen.groupby(["property", "model"], as_index=False, sort=False).agg(
        runs=("run", "nunique"),
        mape=("mape", "mean"),
        mape_sd=("mape", "std"),
        mean_relative_error=("mean_relative_error", "mean"),
        r2=("r2", "mean"),
        r2_sd=("r2", "std"),
        coverage_95=("coverage_95", "mean"),
    )
    reported = paper.FORWARD[target]
    none = paper.Forward(*[np.nan] * 4)
    beside = [
        reported.get(model, {}).get(column, none)
        for model, column in zip(table["model"], table["property"], strict=True)
    ]
    names = [f"paper_{name}" for name in paper.Forward._fields]
    table[names] = np.array(beside, np.float64).reshape(-1, len(names))
    places = {name: i for i, name in enumerate((*TARGETS[target], *ORDER))}
    return table.sort_values(
        ["property", "model"], key=lambda column: column.map(places), ignore_index=True
    )


def over_properties(accuracy: pd.DataFrame, target: Target, measure: str) -> pd.DataFrame:
    """Average a measure over the properties: one row per run, one column per model."""
    chosen = accuracy[accuracy["target"] == target]
    table = chosen.pivot_table(
        index="run", columns="model", values=measure, aggfunc="mean", sort=False, dropna=False
    )
    return table[sorted(table, key=ORDER.index)]
