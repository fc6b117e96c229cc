"""Whether made images are all alike: the collapse of adversarial networks."""

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.evaluation.pair_distances import image_distances, mean_of_pairs


@refuses_masks
def pair_distance_ratio(made: np.ndarray, real: np.ndarray) -> float:
    """Return the mean distance of pairs of made images over that of real ones.

    It is 0 where all made images are the same, and near 1 where they differ as real ones do; but
    blobs of the right contrast differ as much, so that it shows a collapse, and no success.

    Parameters
    ----------
    made, real
        (n, y, x) and (m, y, x) uint8 images; at least two of each.

    Raises
    ------
    ValueError
        If all real images are the same, or there are fewer than two.
    """
    if min(len(made), len(real)) < 2:
        raise ValueError("distances need at least two made and two real images")
    ours, theirs = (_mean_distance(each) for each in (made, real))
    if not theirs:
        raise ValueError("all real images are the same")
    return ours / theirs


def _mean_distance(images: np.ndarray) -> float:
    (mean,) = mean_of_pairs(image_distances(images), np.ones((1, len(images))))
    return float(mean)
