"""Errors of networks on the family that they were trained on, and on others."""

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import Difference
from pspflow.studies.composite.forward.accuracy import mape, nearly_none


def errors(solved: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Measure predictions of C11 of test structures, in percent.

    Parameters
    ----------
    solved, predicted
        In GPa, shape ``(n,)``.

    Returns
    -------
    mape, see `forward.accuracy.mape`; mean_relative_error, without structures that have nearly
    none; bias_percent, the mean of predicted less solved over the mean solved value.
    """
    kept = ~nearly_none(solved)
    relative = np.abs(predicted - solved)[kept] / np.abs(solved[kept])
    return {
        "mape": mape(solved, predicted),
        "mean_relative_error": 100 * float(relative.mean()) if kept.any() else np.nan,
        "bias_percent": 100 * float((predicted - solved).mean() / np.abs(solved.mean())),
    }


def matrix(rows: pd.DataFrame, measure: str = "mean_relative_error") -> pd.DataFrame:
    """Average a measure over the runs: network and training family down, test family across.

    Parameters
    ----------
    rows
        One row per network, training family, test family and run.
    measure
        A column.
    """
    table = rows.pivot_table(
        index=["network", "trained_on"], columns="tested_on", values=measure, sort=False
    )
    return table.reset_index().rename_axis(columns=None)


def abroad(rows: pd.DataFrame, network: str) -> pd.DataFrame:
    """Average the mean relative error over pairs of families: columns own and other, by run."""
    mine = rows[rows["network"] == network]
    own = mine["trained_on"] == mine["tested_on"]
    return pd.DataFrame(
        {
            name: mine[which].groupby("run")["mean_relative_error"].mean()
            for name, which in (("own", own), ("other", ~own))
        }
    )


def growth(rows: pd.DataFrame, network: str) -> Difference:
    """Return the error on other families less that on a network's own, over the runs."""
    table = abroad(rows, network)
    return Difference.of((table["other"] - table["own"]).to_numpy())
