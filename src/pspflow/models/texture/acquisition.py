"""Which texture to observe next: the determinant of the predictive covariance (paper, 2.2.3).

The covariance of `h` outputs is W V W' + noise. Where the columns of W are orthonormal, or the
noise is one of the latent functions, its determinant needs no matrix: up to a constant, its
logarithm is the sum of log(1 + v / noise) over the latent functions. Any other W needs a matrix of
the number of latent functions (matrix determinant lemma).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks
from pspflow.models.texture.multi_output_gp import MultiOutputGP

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
DECIMALS = 9
"""Scores that agree to as many decimals are equal: rounding does not decide between them."""


@refuses_masks
def information(variances: Floats, noises: Floats) -> Floats:
    """Return ½ log |covariance| of every candidate, up to one constant, in nats.

    It is what an observation of all outputs at the candidate tells about the latent functions.

    Parameters
    ----------
    variances
        Posterior variances of the latent functions, without noise, `n x l`.
    noises
        Variance of their noise, `l`: for an orthonormal W and noise σ² of every output, σ² each.
    """
    return 0.5 * np.log1p(variances / noises).sum(axis=-1)


@refuses_masks
def log_determinant(variances: Floats, mixing: Floats, noise: float) -> Floats:
    """Return log |W V W' + σ² I| of every candidate, for any mixing matrix.

    Parameters
    ----------
    variances
        Posterior variances V of the latent functions, `n x l`.
    mixing
        W, `h x l`.
    noise
        σ², the variance of the noise of every output.
    """
    if not noise > 0:
        raise ValueError(f"noise must be positive, got {noise}: a determinant would be 0")
    roots = np.sqrt(variances)
    inner = roots[:, :, None] * (mixing.T @ mixing / noise) * roots[:, None]
    _, logarithms = np.linalg.slogdet(np.eye(variances.shape[1]) + inner)
    return len(mixing) * np.log(noise) + logarithms


@refuses_masks
def best(scores: Floats, count: int = 1, excluded: Sequence[int] = ()) -> Positions:
    """Return the positions of the highest scores, the highest first; equal ones by position.

    Parameters
    ----------
    scores
        One number a candidate, `n`.
    count
        How many.
    excluded
        Positions that were observed before.

    Raises
    ------
    ValueError
        If a score is NaN or fewer candidates are left than are wanted.
    """
    left = _left(len(scores), count, excluded)
    rounded = np.round(scores, DECIMALS)
    if np.isnan(rounded[left]).any():
        raise ValueError("a candidate's score is NaN: check its coefficients")
    return left[np.argsort(-rounded[left], kind="stable")[:count]]


@refuses_masks
def greedy_batch(
    model: MultiOutputGP, candidates: Floats, count: int, excluded: Sequence[int] = ()
) -> Positions:
    """Choose several candidates, each as if those before it were observed already.

    A variance does not depend on the value that is observed, so the batch is what one observation
    after the other would choose with fixed hyperparameters.

    Parameters
    ----------
    model
        The forward model.
    candidates
        Textures `n x d`.
    count
        Candidates to choose.
    excluded
        Positions that were observed before.

    Returns
    -------
    ndarray
        Positions in the order of choice.
    """
    _left(len(candidates), count, excluded)
    predicted = model.predict(candidates)
    variances, noises = predicted.latent_variances.copy(), predicted.latent_noises
    chosen: list[int] = []
    known: list[Floats] = []  # covariances with each choice, given those before, over their spread
    for _ in range(count):
        (pick,) = best(information(variances, noises), 1, [*excluded, *chosen])
        chosen.append(int(pick))
        if len(chosen) == count:
            break
        covariance = model.latent_covariance(candidates, candidates[pick])
        for before in known:
            covariance = covariance - before * before[pick]
        known.append(covariance / np.sqrt(variances[pick] + noises))
        variances = np.maximum(variances - known[-1] ** 2, 0)
    return np.array(chosen)


def _left(candidates: int, count: int, excluded: Sequence[int]) -> Positions:
    left = np.setdiff1d(np.arange(candidates), np.asarray(excluded, np.int64))
    if not 1 <= count <= len(left):
        raise ValueError(
            f"count must be between 1 and the {len(left)} candidates that are left, got {count}"
        )
    return left
