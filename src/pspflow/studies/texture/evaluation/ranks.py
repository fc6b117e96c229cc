"""Ranks of true coefficients among drawn ones, summarised by arm and by coefficient."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.evaluation.calibration import LEAST_EXPECTED, coverage, holm, uniformity
from pspflow.mechanics.texture.gsh import names
from pspflow.studies.texture.evaluation.arms import Training

LEVELS: Final = (0.5, 0.9, 0.95)
SIGNIFICANT: Final = 0.05


def rank_array(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return ranks `textures x 36` of a table as the stage writes it."""
    return table["rank"].to_numpy(np.int64).reshape(-1, len(names()))


def calibration_table(ranks: Mapping[str, NDArray], draws: int) -> pd.DataFrame:
    """Summarise the calibration of every training.

    Parameters
    ----------
    ranks
        Ranks `textures x 36` by training, ARM/startN.
    draws
        Textures that ranks are among.

    Returns
    -------
    One row per training: arm, start, textures, for each level inside_… (share in percent of all
    coefficients in their central interval; the nearest level that so many draws allow, as the
    column says), not_uniform (number of coefficients whose ranks are not uniform, chi-square test,
    5 % over all of them together by Holm's method; missing with too few textures).
    """
    rows = []
    for name, values in ranks.items():
        training = Training.of(name)
        inside = [coverage(values, draws, level) for level in LEVELS]
        p_values = coefficient_tests(values, draws)["p_adjusted"]
        rows.append(
            {
                "arm": training.arm,
                "start": training.start,
                "textures": len(values),
                **{f"inside_{100 * nominal:.1f}_percent": 100 * seen for nominal, seen in inside},
                "not_uniform": int((p_values < SIGNIFICANT).sum())
                if p_values.notna().all()
                else None,
            }
        )
    return pd.DataFrame(rows)


def coefficient_tests(ranks: NDArray, draws: int) -> pd.DataFrame:
    """Test each coefficient's ranks `textures x 36`.

    Returns
    -------
    coefficient, mean_rank (relative; .5 if right), chi_square, bins, p_value and p_adjusted (Holm);
    no test with too few textures.
    """
    rows = []
    enough = len(ranks) >= 2 * LEAST_EXPECTED
    for name, each in zip(names(), ranks.T, strict=True):
        tested = uniformity(each, draws) if enough else (np.nan, 0, np.nan)
        rows.append((name, float(each.mean()) / draws, *tested))
    table = pd.DataFrame(
        rows, columns=["coefficient", "mean_rank", "chi_square", "bins", "p_value"]
    )
    return table.assign(p_adjusted=holm(table["p_value"].to_numpy()) if enough else np.nan)
