"""Tables of the trials: what is measured, the search of weights, and the learning curve."""

import re
from collections.abc import Iterable
from typing import Final, get_args

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.evaluation.comparisons import Difference
from pspflow.studies.composite.trials.options import Varied

SETTINGS: Final = (
    "training_structures",
    "regression_weight",
    "kl_weight",
    "latent",
    "components",
    "prior_spread",
    "epochs",
    "ended_by",
)
MEASURES: Final = (
    "mape",
    "r2",
    "squares",
    "reconstruction",
    "divergence",
    "entropy",
    "active_dimensions",
    "log_density",
    "density_gain",
    "separation",
    "separation_by_c11",
    "design_error",
)
COLUMNS: Final = ("split", *SETTINGS, *MEASURES)
"""Of a trial: the split that is measured, what the training was told, and the measures."""
RANKED: Final = ("mape", "reconstruction", "design_error")
"""Validation errors whose geometric mean ranks the weights of the loss."""
WEIGHTS: Final = ["regression_weight", "kl_weight"]
SCORE: Final = "score"


def named(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Add what the name of a trial says to its rows: varied, network, run.

    Raises
    ------
    InputError
        If it is not a trial's name.
    """
    kinds = "|".join(get_args(Varied))
    found = re.fullmatch(rf"({kinds})-([^/]+)/(\w+)/run(\d+)", name)
    if found is None:
        raise InputError(
            f"A trial is named {name!r}; name it VARIED-VALUE/NETWORK/runN, VARIED one of {kinds}."
        )
    varied, _, network, run = found.groups()
    told = pd.DataFrame({"varied": varied, "network": network, "run": int(run)}, index=rows.index)
    return pd.concat([told, rows], axis=1)


def averaged(trials: pd.DataFrame, keys: Iterable[str], measures: Iterable[str]) -> pd.DataFrame:
    """Average measures over the runs.

    Parameters
    ----------
    trials
        One row per trial and split.
    keys
        Columns that tell the rows of the result apart, in their order.
    measures
        Columns to average.

    Returns
    -------
    Columns keys, runs, measures, capped (how many of the trainings a cap ended).
    """
    kept = list(keys)
    groups = trials.assign(capped=trials["ended_by"] == "cap").groupby(kept, sort=False)
    table = groups.agg(
        runs=("run", "nunique"),
        **{name: (name, "mean") for name in measures},
        capped=("capped", "sum"),
    )
    return table.reset_index()


def sweep_of(rows: pd.DataFrame) -> pd.Series:
    """Name the network of each row's sweep: a prior of one component begins its mixture's."""
    mixtures = rows["network"].str.replace("gaussian", "mixture")
    return rows["network"].where(rows["varied"] != "components", mixtures)


def scored(trials: pd.DataFrame) -> pd.DataFrame:
    """Score the validation rows of the search of weights.

    Returns
    -------
    The rows with `score`, the geometric mean of their `RANKED` errors.
    """
    rows = trials[(trials["varied"] == "weights") & (trials["split"] == "validation")]
    logs = np.log(rows[list(RANKED)].clip(lower=1e-12))
    return rows.assign(**{SCORE: np.exp(logs.mean(axis=1))})


def ranking(rows: pd.DataFrame, network: str) -> pd.DataFrame:
    """Rank the weights of a network by their mean score.

    Parameters
    ----------
    rows
        The result of `scored`.
    network
        The network.

    Returns
    -------
    One row per pair of weights, the first one first: the weights, runs, mape, reconstruction,
    design_error, divergence, score, and capped.
    """
    mine = rows[rows["network"] == network]
    table = averaged(mine, WEIGHTS, [*RANKED, "divergence", SCORE])
    return table.sort_values(SCORE, kind="stable", ignore_index=True)


def behind(rows: pd.DataFrame, network: str, weights: tuple[float, float]) -> Difference:
    """Compare weights with those that rank first, on the same splits.

    Returns
    -------
    How much higher the logarithm of their score is, over the runs.
    """
    first = tuple(ranking(rows, network)[WEIGHTS].iloc[0])
    mine = rows[rows["network"] == network].set_index([*WEIGHTS, "run"])[SCORE]
    mine = mine.map(np.log).sort_index()
    return Difference.of((mine.loc[weights] - mine.loc[first]).dropna().to_numpy())


def curve(trials: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the learning curve.

    Returns
    -------
    One row per network and number of training structures, in this order: network,
    training_structures, runs, mape, mape_sd, r2 of test structures, epochs, ended_by.
    """
    rows = trials[(trials["varied"] == "structures") & (trials["split"] == "test")]
    order = {name: place for place, name in enumerate(dict.fromkeys(rows["network"]))}
    table = (
        rows.groupby(["network", "training_structures"], sort=False)
        .agg(
            runs=("run", "nunique"),
            mape=("mape", "mean"),
            mape_sd=("mape", "std"),
            r2=("r2", "mean"),
            epochs=("epochs", "mean"),
            ended_by=("ended_by", lambda each: ", ".join(sorted(set(each)))),
        )
        .reset_index()
    )
    return table.sort_values(
        ["network", "training_structures"],
        key=lambda column: column.map(order) if column.name == "network" else column,
        ignore_index=True,
    )
