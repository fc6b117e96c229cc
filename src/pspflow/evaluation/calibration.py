"""Calibration of a posterior by the ranks of true values among its samples.

Where the posterior is right, a true value is as likely to have any rank among samples given its
data: ranks are uniform (Talts et al. 2018, "Validating Bayesian inference algorithms with
simulation-based calibration", arXiv:1804.06788). Ranks heaped in the middle come from a posterior
that is too wide, at both ends from one too narrow, at one end from one that is shifted.

It holds for truths drawn from the prior: test data must be drawn as the training data were.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from pspflow.arrays import refuses_masks

Ranks = NDArray[np.int64]
MOST_BINS = 20
LEAST_EXPECTED = 5
"""Ranks that a bin must be expected to hold, for the chi-square distribution to be a fair one."""


class Uniformity(NamedTuple):
    """Pearson's test of ranks against a uniform distribution."""

    statistic: float
    bins: int
    p_value: float
    """Probability of so large a statistic where the posterior is right."""


class Coverage(NamedTuple):
    """How many true values lie in central intervals of the samples."""

    nominal: float
    """Share that does where the posterior is right: the nearest that so many samples allow."""
    observed: float


@refuses_masks
def ranks_among(truths: np.ndarray, samples: np.ndarray) -> Ranks:
    """Count the samples below each true value.

    Parameters
    ----------
    truths
        (n, d).
    samples
        (n, s, d), `s` for each of the `n`.

    Returns
    -------
    ndarray
        (n, d) int64, from 0 to s.

    Raises
    ------
    ValueError
        If the shapes do not match, or a number is not finite.
    """
    if samples.ndim != 3 or truths.shape != (samples.shape[0], samples.shape[2]):
        raise ValueError(
            "truths must be (n, d) and samples (n, s, d), "
            f"got shapes {truths.shape} and {samples.shape}"
        )
    if not (np.isfinite(truths).all() and np.isfinite(samples).all()):
        raise ValueError("truths and samples must be finite, but they hold NaN or infinity")
    return (samples < truths[:, None]).sum(axis=1, dtype=np.int64)


@refuses_masks
def rank_histogram(ranks: np.ndarray, draws: int, bins: int) -> tuple[NDArray, NDArray]:
    """Count ranks in bins of nearly equal width.

    Parameters
    ----------
    ranks
        (n,) of one quantity, from 0 to `draws`.
    draws
        Samples that ranks are among.
    bins
        At most `draws` + 1.

    Returns
    -------
    counts, expected
        (bins,) each: ranks counted, and expected of a uniform distribution.

    Raises
    ------
    ValueError
        If there are no ranks, or one is outside 0 to `draws`.
    """
    _check(ranks, draws)
    edges = np.linspace(0, draws + 1, bins + 1).round().astype(np.int64)
    counts = np.histogram(ranks, np.append(edges[:-1], draws + 1) - 0.5)[0]
    return counts, np.diff(edges) / (draws + 1) * len(ranks)


@refuses_masks
def uniformity(ranks: np.ndarray, draws: int) -> Uniformity:
    """Test whether ranks are uniform.

    Bins are at most `MOST_BINS`, and so few that each is expected to hold `LEAST_EXPECTED` ranks.

    Parameters
    ----------
    ranks
        (n,) of one quantity, from 0 to `draws`; at least 10.
    draws
        Samples that ranks are among.

    Raises
    ------
    ValueError
        As `rank_histogram`, or if there are too few ranks for two bins.
    """
    bins = min(MOST_BINS, draws + 1, len(ranks) // LEAST_EXPECTED)
    if bins < 2:
        raise ValueError(f"at least {2 * LEAST_EXPECTED} ranks are needed, got {len(ranks)}")
    counts, expected = rank_histogram(ranks, draws, bins)
    statistic = float((np.square(counts - expected) / expected).sum())
    return Uniformity(statistic, bins, float(chi2.sf(statistic, bins - 1)))


@refuses_masks
def coverage(ranks: np.ndarray, draws: int, level: float) -> Coverage:
    """Return how many true values lie in the central interval of a level.

    The interval reaches from the k-th smallest to the k-th largest sample, which holds a share of
    1 - 2 k / (draws + 1) where the posterior is right; `k` is such that it is nearest to the level.

    Parameters
    ----------
    ranks
        Of any shape, from 0 to `draws`.
    draws
        Samples that ranks are among.
    level
        Between 0 and 1.

    Raises
    ------
    ValueError
        As `rank_histogram`, or if the level is not between 0 and 1.
    """
    _check(ranks, draws)
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    left_out = int(np.clip(round((1 - level) * (draws + 1) / 2), 1, (draws + 1) // 2))
    inside = (ranks >= left_out) & (ranks <= draws - left_out)
    return Coverage(1 - 2 * left_out / (draws + 1), float(inside.mean()))


@refuses_masks
def holm(p_values: np.ndarray) -> NDArray[np.float64]:
    """Adjust p-values for being many (Holm 1979, Scand. J. Stat. 6, 65).

    Rejecting what is below a level then rejects one that is true with at most that probability,
    whatever their dependence.

    Parameters
    ----------
    p_values
        (m,).
    """
    order = np.argsort(p_values, kind="stable")
    left = len(p_values) - np.arange(len(p_values))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p_values[order] * left))
    return adjusted


def _check(ranks: np.ndarray, draws: int) -> None:
    if not ranks.size:
        raise ValueError("ranks must not be empty")
    if ranks.min() < 0 or ranks.max() > draws:
        raise ValueError(f"ranks must be from 0 to the {draws} draws")
