"""How fast grains grow."""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from pspflow.arrays import refuses_masks


class GrowthExponent(NamedTuple):
    """Exponent of the mean area of grains over time, with its 95 % interval over images."""

    value: float
    low: float
    high: float


@refuses_masks
def growth_exponent(
    times: ArrayLike, mean_areas: ArrayLike, from_time: float, to_time: float
) -> GrowthExponent:
    """Estimate the exponent ``n`` of a mean area that grows as ``t^n`` between two times.

    It is the slope of the least squares line through the logarithm of the mean area, itself the
    mean over images, over that of time. Every given time within the range weighs alike: times in
    equal ratios weigh alike on a logarithmic axis. The interval is the jackknife's: images are left
    out one by one.

    Parameters
    ----------
    times
        Increasing, (t,).
    mean_areas
        Sites over grains (n, t) of each image at each time.
    from_time, to_time
        The range, ends included.

    Raises
    ------
    ValueError
        If fewer than 2 times lie within the range, or fewer than 2 images are given.
    """
    at, areas = np.asarray(times, np.float64), np.asarray(mean_areas, np.float64)
    within = (at >= from_time) & (at <= to_time)
    images = len(areas)
    if within.sum() < 2 or images < 2:
        raise ValueError(
            f"An exponent between {from_time:g} and {to_time:g} needs 2 times and 2 images; there "
            f"are {within.sum()} and {images}."
        )
    x = np.log(at[within])
    x -= x.mean()
    weights = x / (x @ x)
    chosen = areas[:, within]
    value = float(np.log(chosen.mean(0)) @ weights)
    others = np.log((chosen.sum(0) - chosen) / (images - 1)) @ weights
    error = np.sqrt((images - 1) * others.var())
    half = float(scipy.special.stdtrit(images - 1, 0.975) * error)
    return GrowthExponent(value, value - half, value + half)
