"""Choice among structures of different noise by what a network predicts, and whether it helps.

It selects structures that are predicted to be right, and among these the ones that are predicted
wrongly: where predictions of decoded structures err by more than these differ, nothing is gained.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Difference

LATENT: Final = ["instance", "component"]
"""Columns that name what the draws of noise are decoded with."""


def choice_summary(draws: pd.DataFrame) -> pd.DataFrame:
    """Tabulate errors by the number of noises that are chosen from, in powers of two.

    Parameters
    ----------
    draws
        As `choose` writes them.

    Returns
    -------
    One row per number: draws, and, in percent and means over latents and over the blocks of so many
    draws, of the structure that is chosen by its own network: predicted_error_percent, as that
    network predicts, and error_percent, solved; guide_error_percent, solved, of the one that the
    guide would choose; best_error_percent, of the one that only the solver can choose.
    """
    most = int(draws["draw"].max()) + 1
    counts = [2**power for power in range(most.bit_length()) if 2**power <= most]
    rows = []
    for count in counts:
        own, guided, solved = (
            _chosen(draws, count, f"{by}error_percent") for by in ("predicted_", "guide_", "")
        )
        rows.append(
            {
                "draws": count,
                "predicted_error_percent": own["predicted_error_percent"].mean(),
                "error_percent": own["error_percent"].mean(),
                "guide_error_percent": guided["error_percent"].mean(),
                "best_error_percent": solved["error_percent"].mean(),
            }
        )
    return pd.DataFrame(rows)


def choice_sentence(draws: pd.DataFrame) -> tuple[int, str]:
    """Say whether the choice of a network among all draws helps: outcome and sentence."""
    most = int(draws["draw"].max()) + 1
    chosen = _chosen(draws, most, "predicted_error_percent").groupby("instance").mean()
    alone = draws.groupby("instance")[["predicted_error_percent", "error_percent"]].mean()
    each = Difference.of((chosen["error_percent"] - alone["error_percent"]).to_numpy(np.float64))
    outcome = each.outcome(-1)
    said = {
        WORSE: "the choice does harm",
        UNDECIDED: "it cannot be told whether the choice helps",
        BETTER: "the choice helps",
    }[outcome]
    interval = (
        f"95 % interval over {each.runs} targets {each.low:+.1f} to {each.high:+.1f}"
        if each.runs > 1
        else "one target"
    )
    off = 100 * (draws["predicted_c11_gpa"] / draws["c11_gpa"] - 1).abs().mean()
    spread = _spread(draws)
    return outcome, (
        f"Among {most} draws of noise, the one of the lowest predicted error has a predicted error "
        f"of {chosen['predicted_error_percent'].mean():.1f} % and a solved one of "
        f"{chosen['error_percent'].mean():.1f} %; draws that nothing chooses have "
        f"{alone['predicted_error_percent'].mean():.1f} and {alone['error_percent'].mean():.1f} % "
        f"(difference of the solved {each.mean:+.1f} points, {interval}): {said}. Predictions of "
        f"these structures are off by {off:.1f} %, and the draws of one latent differ by "
        f"{spread:.1f} % (standard deviation): what is chosen is in part the error of the "
        "prediction."
    )


def _spread(draws: pd.DataFrame) -> float:
    """Return the mean standard deviation of C11 over the draws of a latent, in percent."""
    groups = draws.groupby(LATENT)["c11_gpa"]
    deviation: Callable[..., pd.Series] = groups.std
    return float(100 * (deviation(ddof=1) / groups.mean()).mean())


def _chosen(draws: pd.DataFrame, count: int, by: str) -> pd.DataFrame:
    """Choose the lowest in a column from each full block of `count` draws of each latent."""
    block = (draws["draw"] // count).rename("block")
    full = draws.groupby([*LATENT, block])[by].transform("size") == count
    return draws.loc[draws[full].groupby([*LATENT, block[full]])[by].idxmin()]
