"""What a regularisation or variant changes: differences between two kinds of trainings."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.calibration import holm
from pspflow.evaluation.contrasts import limits

Direction = tuple[str, str]
COLUMNS: Final = (
    *("variant", "compared_with", "source", "target", "measure"),
    *("without", "with", "difference", "low", "high", "p_value", "p_adjusted"),
    *("trainings", "sd_over_trainings"),
)


def effects(
    measured: Mapping[tuple[str, Direction], np.ndarray],
    trainings: Mapping[str, Sequence[str]],
    comparisons: Mapping[str, str],
    name: str,
    specimens: int,
) -> pd.DataFrame:
    """Compare each kind of training with its counterpart, by one measure.

    Parameters
    ----------
    measured
        See `plausibility.distances`.
    trainings
        Regularisation or variant, the names of its flows.
    comparisons
        What is compared with what; that which was not trained is left out.
    name
        Name of the measure.
    specimens
        Number of held-out specimens; below 12, limits and probabilities are NaN.

    Returns
    -------
    DataFrame
        `variant`, `compared_with`, `source`, `target`, `measure`, the mean distance `without` it
        (of its counterpart) and `with` it, `difference` (below 0 is better), `low`, `high`,
        `p_value` (that there is none), `p_adjusted` (NaN, see `adjusted`), `trainings` (the fewer
        of both kinds), `sd_over_trainings` of the distance with it.
    """
    rows = []
    for way in dict.fromkeys(way for _, way in measured):
        for kind, other in comparisons.items():
            if not {kind, other} <= set(trainings):
                continue
            ours, theirs = (
                np.stack([measured[flow, way] for flow in trainings[each]])
                for each in (kind, other)
            )
            found = limits(ours, theirs, specimens)
            spread = float(ours[:, 0].std(ddof=1)) if len(ours) > 1 else np.nan
            means = (float(theirs[:, 0].mean()), float(ours[:, 0].mean()))
            fewer = min(len(ours), len(theirs))
            rows.append((kind, other, *way, name, *means, *found, np.nan, fewer, spread))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def adjusted(table: pd.DataFrame) -> pd.DataFrame:
    """Adjust the probabilities of each comparison for its number of measures and directions.

    Parameters
    ----------
    table
        The effects by all measures, see `effects`.
    """
    made = [
        rows.assign(p_adjusted=holm(rows["p_value"].to_numpy(np.float64)))
        if rows["p_value"].notna().all()
        else rows
        for _, rows in table.groupby(["variant", "compared_with"], sort=False)
    ]
    return pd.concat(made, ignore_index=True) if made else table
