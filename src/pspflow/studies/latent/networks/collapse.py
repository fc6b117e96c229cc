"""Whether made images are all alike: the collapse of adversarial networks."""

import numpy as np
from scipy.spatial.distance import pdist

from pspflow.arrays import refuses_masks


@refuses_masks
def pair_distance_ratio(made: np.ndarray, real: np.ndarray) -> float:
    """Return the mean distance of pairs of made images over that of real ones.

    It is 0 where all made images are the same, and near 1 where they differ as real ones do; but
    blobs of the right contrast differ as much, so that it shows a collapse, and no success.

    Parameters
    ----------
    made, real
        (n, y, x) and (m, y, x) images in the same units; at least two of each.

    Raises
    ------
    ValueError
        If all real images are the same, or there are fewer than two.
    """
    if min(len(made), len(real)) < 2:
        raise ValueError("distances need at least two made and two real images")
    ours, theirs = (
        float(pdist(each.reshape(len(each), -1).astype(np.float64)).mean()) for each in (made, real)
    )
    if not theirs:
        raise ValueError("all real images are the same")
    return ours / theirs
