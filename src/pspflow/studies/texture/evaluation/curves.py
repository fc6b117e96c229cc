"""Curves: likelihoods and errors of every training of a flow, by the number of observations."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.studies.texture.evaluation.arms import Training
from pspflow.studies.texture.loop.round_trips import (
    error_summary,
    errors_percent,
    reached_parameters,
)

Floats = NDArray[np.float64]
OWN, JUDGED = "own", "judged"
"""Who predicts what drawn textures have: the arm's own forward model, or the judge."""
JUDGE_CALLED: Final = {
    OWN: "by each arm's own forward model",
    JUDGED: "by one forward model for all, that of arm full",
}
SECONDS: Final = ("seconds_gp", "seconds_flow", "seconds_selection", "seconds_truth")
"""What a loop needs; to check it takes longer."""
LIKELIHOODS: Final = (
    "validation_per_point",
    "test_per_point",
    "test_per_dimension",
    "test_loss_per_dimension",
)


def curve(
    training: Training,
    history: pd.DataFrame,
    seconds: pd.DataFrame,
    judged: tuple[Floats, Floats] | None,
) -> pd.DataFrame:
    """Make the curve of one loop.

    Parameters
    ----------
    training
        Its arm and start.
    history
        One row per training of the flow.
    seconds
        What each of them took, in columns seconds_….
    judged
        Mean error and the one of 95 %, (n,) each, of the same iterations, by the judge.

    Returns
    -------
    One row per training of the flow: arm, start, iteration, observations, likelihoods, the two
    errors of each judge (NaN where there is none), seconds since the beginning, and why the loop
    stopped, in its last row.
    """
    mean, worst = judged or (np.nan, np.nan)
    return pd.DataFrame(
        {
            "arm": training.arm,
            "start": training.start,
            "iteration": history["iteration"],
            "observations": history["observations"],
            **{name: history[name] for name in LIKELIHOODS},
            "own_error_mean": history["own_error_mean"],
            "own_error_95": history["own_error_95"],
            "judged_error_mean": mean,
            "judged_error_95": worst,
            "seconds": seconds[list(SECONDS)].sum(axis=1).cumsum(),
            "stopped": history["stopped"],
        }
    )


def judge(
    samples: Iterable[Floats], wanted: Floats, forward: MultiOutputGP
) -> tuple[Floats, Floats]:
    """Judge the textures that each iteration's flow drew.

    Parameters
    ----------
    samples
        Drawn textures of each iteration, `textures x samples x 36`.
    wanted
        Parameters that they were drawn for, `textures x 54`.
    forward
        The judge.

    Returns
    -------
    mean, worst
        Mean error and that of 95 %, in percent, of every iteration.
    """
    found = [
        error_summary(errors_percent(reached_parameters(forward, each).parameters, wanted))
        for each in samples
    ]
    mean, worst = np.array(found).reshape(-1, 2).T
    return mean, worst


def judges(curves: pd.DataFrame) -> list[str]:
    """Name who judged: the arms' own forward models, and the judge where there is one."""
    return [JUDGED, OWN] if curves["judged_error_mean"].notna().any() else [OWN]


def of_arm(curves: pd.DataFrame, arm: str) -> Mapping[int, pd.DataFrame]:
    """Return the curves of an arm by start."""
    rows = curves[curves["arm"] == arm].sort_values(["start", "observations"])
    return {int(str(start)): part for start, part in rows.groupby("start")}
