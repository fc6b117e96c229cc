"""What a regularisation or variant changes: differences between two kinds of trainings.

A difference of distances has two sources of chance, other trainings and other specimens. Its
variance is the sum of both: that over trainings from their spread, that over specimens from
resamples, which weight both sides alike. Limits are Student's, with the degrees of freedom of Welch
and Satterthwaite. With one training of a kind nothing is known of others, and the limits take in
specimens alone.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import t as student

from pspflow.evaluation.calibration import holm
from pspflow.evaluation.comparisons import CONFIDENCE
from pspflow.studies.temper.labels.classification import FEWEST_FOR_INTERVAL

Direction = tuple[str, str]
COLUMNS: Final = (
    *("variant", "compared_with", "source", "target", "measure"),
    *("without", "with", "difference", "low", "high", "p_value", "p_adjusted"),
    *("trainings", "sd_over_trainings"),
)


class Limits(NamedTuple):
    """A difference of means with its 95 % interval and its probability by chance."""

    difference: float
    low: float
    high: float
    p_value: float


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


def limits(ours: np.ndarray, theirs: np.ndarray, specimens: int) -> Limits:
    """Compare the distances of two kinds of trainings.

    Parameters
    ----------
    ours, theirs
        (trainings, 1 + R) distances and their resamples, the same of both kinds.
    specimens
        Number of specimens that are resampled.
    """
    difference = float(ours[:, 0].mean() - theirs[:, 0].mean())
    if specimens < FEWEST_FOR_INTERVAL:
        return Limits(difference, np.nan, np.nan, np.nan)
    resampled = ours[:, 1:].mean(axis=0) - theirs[:, 1:].mean(axis=0)
    parts = [(float(np.nanvar(resampled, ddof=1)), specimens - 1)]
    parts += [
        (float(each[:, 0].var(ddof=1)) / len(each), len(each) - 1)
        for each in (ours, theirs)
        if len(each) > 1
    ]
    variance = sum(part for part, _ in parts)
    if not variance:
        return Limits(difference, difference, difference, float(difference == 0))
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)
    error = np.sqrt(variance)
    half = float(student.ppf((1 + CONFIDENCE) / 2, freedom)) * error
    p_value = 2 * float(student.sf(abs(difference) / error, freedom))
    return Limits(difference, difference - half, difference + half, p_value)


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
