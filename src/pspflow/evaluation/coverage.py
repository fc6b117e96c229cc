"""Whether made samples lie where real ones do, and wherever: density, coverage, precision."""

from typing import Final

import numpy as np
from scipy.spatial.distance import cdist

from pspflow.arrays import refuses_masks

NEIGHBOURS: Final = 5
"""Nearest real samples that set the radius of a ball; 5 in Naeem et al., section 5."""


@refuses_masks
def inside_balls(real: np.ndarray, made: np.ndarray, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """Tell which made samples lie in the ball of each real one.

    The ball of a real sample reaches to its k-th nearest other real sample.

    Parameters
    ----------
    real, made
        (n, d) and (m, d) features; of comparable scale, see `features.standardise`.
    neighbours
        k.

    Returns
    -------
    ndarray
        (n, m) bool.

    Raises
    ------
    ValueError
        If there are not more real samples than neighbours, or a feature is not finite.

    References
    ----------
    Naeem, Oh, Uh, Choi and Yoo 2020, "Reliable fidelity and diversity metrics for generative
    models", ICML, equations 3 and 4.
    """
    if len(real) <= neighbours:
        raise ValueError(
            f"{len(real)} real samples have no {neighbours} neighbours each; give more samples"
        )
    if not (np.isfinite(real).all() and np.isfinite(made).all()):
        raise ValueError("features must be finite, but they hold NaN or infinite values")
    # the nearest of all is the sample itself
    radii = np.partition(cdist(real, real), neighbours, axis=1)[:, neighbours]
    inside: np.ndarray = cdist(real, made) <= radii[:, None]
    return inside


@refuses_masks
def density(
    inside: np.ndarray, weights: np.ndarray | None = None, neighbours: int = NEIGHBOURS
) -> np.ndarray:
    """Average over made samples the number of balls that each lies in, divided by k.

    It is 1 on average where both populations are equal, and above 1 where made samples gather where
    real ones are dense.

    Parameters
    ----------
    inside
        (n, m) as from `inside_balls`, of as many `neighbours`.
    weights
        (r, n) weights of the real samples, for resamples; None: all ones.

    Returns
    -------
    ndarray
        (r,) float64.
    """
    mine = np.ones((1, len(inside))) if weights is None else weights
    # of as many balls as there are, whatever the weights sum to
    balls = mine * (len(inside) / mine.sum(axis=1, keepdims=True))
    values: np.ndarray = balls @ inside.mean(axis=1) / neighbours
    return values


@refuses_masks
def coverage(inside: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the share of real samples in whose ball a made sample lies.

    Its expectation for equal populations follows from k and the numbers of samples (lemma 2 of
    Naeem et al.); it is below 1.

    Parameters
    ----------
    inside
        (n, m) as from `inside_balls`.
    weights
        (r, n) weights of the real samples, for resamples; None: all ones.

    Returns
    -------
    ndarray
        (r,) float64, 0 to 1.
    """
    mine = np.ones((1, len(inside))) if weights is None else weights
    shares: np.ndarray = mine @ inside.any(axis=1) / mine.sum(axis=1)
    return shares


@refuses_masks
def precision(inside: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the share of made samples that lie in the ball of some real one.

    Exchanged roles give the recall: with `inside_balls(made, real)` it is the share of real samples
    that lie in the ball of some made one. Both depend on the numbers of samples: compare them with
    those of two real sets of the same sizes.

    Parameters
    ----------
    inside
        (n, m) as from `inside_balls`.
    weights
        (r, m) weights of the made samples, for resamples; None: all ones.

    Returns
    -------
    ndarray
        (r,) float64, 0 to 1.

    References
    ----------
    Kynkäänniemi, Karras, Laine, Lehtinen and Aila 2019, "Improved precision and recall metric for
    assessing generative models", NeurIPS, equations 1 and 2.
    """
    return coverage(inside.T, weights)
