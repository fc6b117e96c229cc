"""Differences between two kinds of trainings that are judged on the same specimens.

Such a difference has two sources of chance, other trainings and other specimens. Its variance is
the sum of both: that over trainings from their spread, that over specimens from resamples, which
weight both sides alike. Limits are Student's, with the degrees of freedom of Welch and
Satterthwaite. With one training of a kind nothing is known of others, and the limits take in
specimens alone.
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from pspflow.arrays import refuses_masks
from pspflow.evaluation.resampling import CONFIDENCE, FEWEST_FOR_INTERVAL


class Limits(NamedTuple):
    """A difference of means with its 95 % interval and its probability by chance."""

    difference: float
    low: float
    high: float
    p_value: float


@refuses_masks
def limits(ours: np.ndarray, theirs: np.ndarray, specimens: int) -> Limits:
    """Compare two kinds of trainings.

    Parameters
    ----------
    ours, theirs
        (trainings, 1 + R) values and their resamples, the same draws of both kinds; resamples
        without a value are NaN and left out.
    specimens
        Number of specimens that are resampled; below 12, only the difference is known.
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
