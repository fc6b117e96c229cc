"""When the loop ends: the likelihood of the validation textures has settled (equation 10)."""

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import real, refuses_masks

WINDOW = 5
"""K: changes that are averaged."""
TOLERANCE = 0.001
"""φ, on the mean log-likelihood per point."""


@refuses_masks
def mean_change(log_likelihoods: ArrayLike, window: int = WINDOW) -> float:
    """Return the mean absolute change over the last iterations, in nats per point.

    Parameters
    ----------
    log_likelihoods
        Mean log-likelihood per validation point after each iteration, `i`.
    window
        K, the number of changes.

    Returns
    -------
    float
        The left side of equation 10; infinity with fewer changes than K.

    Raises
    ------
    ValueError
        If a likelihood is not finite, or the window is not positive.
    """
    values = real(log_likelihoods, "log_likelihoods").ravel()
    if window < 1:
        raise ValueError(f"window must be at least 1, got {window}")
    if not np.isfinite(values).all():
        first = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(
            f"the log-likelihood of iteration {first} is {values[first]}: its flow did not train; "
            "lower the learning rate"
        )
    if len(values) <= window:
        return float("inf")
    return float(np.abs(np.diff(values[-window - 1 :])).mean())


@refuses_masks
def stopping_reason(
    log_likelihoods: ArrayLike,
    most_iterations: int,
    *,
    window: int = WINDOW,
    tolerance: float = TOLERANCE,
) -> str | None:
    """Return why the loop ends now, as a sentence, or None where it goes on.

    Parameters
    ----------
    log_likelihoods
        Mean log-likelihood per validation point after each iteration, `i`. The paper does not say
        how its likelihood is normalised; here it is the mean over points, whose changes do not grow
        with their number.
    most_iterations
        Iterations after which it ends in any case.
    window, tolerance
        K and φ.
    """
    change = mean_change(log_likelihoods, window)
    done = int(np.size(log_likelihoods))
    if change < tolerance:
        return (
            f"The log-likelihood per validation point changed by {change:.2g} on average over the "
            f"last {window} iterations, less than {tolerance:g} (iteration {done})."
        )
    if done >= most_iterations:
        return (
            f"The limit of {most_iterations} iterations was reached before the likelihood settled."
        )
    return None
