"""Accuracy of forward predictions on test structures: measures, their summary, and its stage."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, cast

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, mean_absolute_percentage_error, r2_score

from pspflow.errors import InputError
from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log
from pspflow.options import Names, Paths
from pspflow.studies.composite import paper
from pspflow.studies.composite.baselines import BASELINES
from pspflow.studies.composite.properties import TARGETS, Target
from pspflow.studies.composite.rows import rows_of

NETWORKS: Final = (
    "cnn",
    "cnn_augmented",
    "cnn_statistics",
    "gaussian",
    "mixture",
    "gaussian_statistics",
    "mixture_statistics",
)
"""Networks that predict properties, in the paper's order, our own additions after their kin."""
ORDER: Final = (*BASELINES, *NETWORKS)
MEASURES: Final = ("mape", "mean_relative_error", "r2", "coverage_95")
NORMAL_95: Final = 1.959964
"""Standard deviations that hold 95 % of a normal distribution about its mean."""


def forward_accuracy(
    *,
    models: Names,
    targets: Names,
    runs: Names,
    predictions: Paths,
    baseline_targets: Names,
    baseline_runs: Names,
    baselines: Paths,
    stiffness: Path,
    accuracy: Path,
) -> None:
    """Measure what networks and baselines predict of the test structures.

    Parameters
    ----------
    models, targets, runs
        Model, target and run of each of the predictions, in their order.
    predictions
        Tables of the networks' predictions.
    baseline_targets, baseline_runs
        Target and run of each of the baselines' tables, in their order.
    baselines
        Tables of the baselines' predictions.
    stiffness
        Table of the solved stiffnesses.
    accuracy
        Parquet table to write: a row a model, target, property and run.
    """
    rows = pd.concat(
        errors_of(points, cast("Target", target)).assign(target=target, run=int(run))
        for points, target, run in held_out_points(
            models,
            targets,
            runs,
            predictions,
            baseline_targets,
            baseline_runs,
            baselines,
            stiffness,
        )
    )
    table = rows[["model", "target", "property", "run", *MEASURES]].reset_index(drop=True)
    for target in dict.fromkeys(table["target"]):
        for line in summary(table, target).round(3).to_string(index=False).splitlines():
            log.info("%s", line)
    inputs: Inputs = {
        "predictions": predictions,
        "baselines": baselines,
        "stiffness": stiffness,
    }
    write_table(accuracy, table, Provenance.of("composite forward-accuracy", inputs))


def held_out_points(
    models: Sequence[str],
    targets: Sequence[str],
    runs: Sequence[str],
    predictions: Sequence[Path],
    baseline_targets: Sequence[str],
    baseline_runs: Sequence[str],
    baselines: Sequence[Path],
    stiffness: Path,
) -> Iterator[tuple[pd.DataFrame, str, str]]:
    """Yield test structures with what is predicted and what is solved, a table at a time.

    Parameters are those of `forward_accuracy`.

    Yields
    ------
    points, target, run
        Columns structure, model, and for each property of the target PROPERTY (predicted),
        PROPERTY_sd and PROPERTY_solved, in GPa.

    Raises
    ------
    InputError
        If a table holds no test structure, or one whose stiffness is not known.
    """
    sources = [
        *zip(models, targets, runs, predictions, strict=True),
        *zip([None] * len(baselines), baseline_targets, baseline_runs, baselines, strict=True),
    ]
    for model, target, run, path in sources:
        table = read_table(path)
        points = table[table["split"] == "test"].reset_index(drop=True)
        if points.empty:
            raise InputError(f"{path}: column split has no test structures; make more structures.")
        if model is not None:
            points["model"] = model
        solved = rows_of(stiffness, points["structure"].to_numpy(), path)
        for column in TARGETS[cast("Target", target)]:
            points[f"{column}_solved"] = solved[column].to_numpy()
        yield points.drop(columns="split"), target, run


def errors_of(points: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Measure the errors of each model and property.

    Parameters
    ----------
    points
        As from `held_out_points`, of one target and run.
    target
        The properties.

    Returns
    -------
    A row a model and property: model, property, and
    mape, the mean absolute error over the size of the mean solved value, in percent, as the
    composite paper defines it in section 4;
    mean_relative_error, the mean of each absolute error over its own solved value, in percent;
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
                    "mean_relative_error": 100 * mean_absolute_percentage_error(solved, predicted),
                    "r2": r2_score(solved, predicted) if len(part) > 1 else np.nan,
                    "coverage_95": inside if sd.notna().all() else np.nan,
                }
            )
    return pd.DataFrame(rows)


def mape(solved: np.ndarray, predicted: np.ndarray) -> float:
    """Return the composite paper's MAPE in percent: mean absolute error over mean solved value.

    The size of the mean counts: C21 is below 0 where phases widen as they are stretched.
    """
    return 100 * float(mean_absolute_error(solved, predicted)) / abs(float(np.mean(solved)))


def summary(accuracy: pd.DataFrame, target: str) -> pd.DataFrame:
    """Average over the runs and set the paper's values beside, in the paper's order of models.

    Parameters
    ----------
    accuracy
        As `forward_accuracy` writes it.
    target
        c11 or normal.

    Returns
    -------
    A row a property and model: property, model, runs, mape, mape_sd, mean_relative_error, r2,
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
    reported = paper.FORWARD[cast("Target", target)]
    none = paper.Forward(*[np.nan] * 4)
    beside = [
        reported.get(model, {}).get(column, none)
        for model, column in zip(table["model"], table["property"], strict=True)
    ]
    names = [f"paper_{name}" for name in paper.Forward._fields]
    table[names] = np.array(beside, np.float64).reshape(-1, len(names))
    places = {name: i for i, name in enumerate((*TARGETS[cast("Target", target)], *ORDER))}
    return table.sort_values(
        ["property", "model"], key=lambda column: column.map(places), ignore_index=True
    )


def against(accuracy: pd.DataFrame, model: str, others: Sequence[str]) -> pd.DataFrame:
    """Compare a model with others on the same splits.

    Parameters
    ----------
    accuracy
        As `forward_accuracy` writes it.
    model
        The model that is compared.
    others
        What it is compared with.

    Returns
    -------
    A row a target, property and other model: target, property, model, other, runs (that both
    have), difference (mean over these of the model's MAPE less the other's, in percentage points:
    negative where the model is better) and difference_sd (over the runs; NaN for one alone).
    """
    keys = ["target", "property", "run"]
    own = accuracy[accuracy["model"] == model][[*keys, "mape"]]
    rivals = accuracy[accuracy["model"].isin(others)][["model", *keys, "mape"]]
    pairs = own.merge(rivals.rename(columns={"model": "other"}), on=keys, suffixes=("", "_other"))
    pairs["difference"] = pairs["mape"] - pairs["mape_other"]
    table = pairs.groupby(["target", "property", "other"], as_index=False, sort=False).agg(
        runs=("run", "nunique"),
        difference=("difference", "mean"),
        difference_sd=("difference", "std"),
    )
    table.insert(2, "model", model)
    return table
