"""Sliced Wasserstein distance between sets of persistence diagrams.

On a line the 1-Wasserstein distance of two measures is the area between their cumulative functions,
so each diagram is stored as histograms of its projections: sets of diagrams are then compared by
their means, and can be resampled.
"""

from collections.abc import Sequence

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.evaluation.measures import Distance, histogram_wasserstein

TOP_LEVEL = 255.0
DIRECTIONS = 16
BIN_WIDTH = 0.5
FEWEST_BINS = 4
"""Bins that diagrams must reach if they hold fractions of a grey level."""


@refuses_masks
def projected_diagrams(
    diagrams: Sequence[np.ndarray], directions: int = DIRECTIONS, bin_width: float = BIN_WIDTH
) -> np.ndarray:
    """Project persistence diagrams onto lines.

    For each direction theta in [-pi/2, pi/2) a row holds the histogram of the projected points,
    minus that of the projections of the diagonal points nearest to them. Each point is spread over
    its two nearest bins so that the mean does not change.

    Parameters
    ----------
    diagrams
        (m_i, 2) finite births and deaths in grey levels, 0 to 255; a diagram may be empty.
    directions
        Number of lines, at equal angles.
    bin_width
        Width of a bin in grey levels.

    Returns
    -------
    ndarray
        (n, directions * bins) float64, numbers of points. With the defaults a diagram takes 93 kB.

    Raises
    ------
    ValueError
        If a birth or death is not finite or not a grey level, or if they are fractions that would
        all fall into the first bins, as those of images on 0 to 1.
    """
    sizes = [len(diagram) for diagram in diagrams]
    points = np.concatenate([np.empty((0, 2)), *diagrams])
    if not ((points >= 0) & (points <= TOP_LEVEL)).all():
        raise ValueError(f"births and deaths must be finite and within 0 to {TOP_LEVEL:g}")
    highest = points.max(initial=0.0)
    if 0 < highest < FEWEST_BINS * bin_width and (np.rint(points) != points).any():
        raise ValueError(
            f"births and deaths must be grey levels, but they are fractions up to {highest:g}: "
            "bring them to 0 to 255, or give a narrower bin_width"
        )
    nearest = np.repeat(points.mean(axis=1, keepdims=True), 2, axis=1)
    ends = np.concatenate([points, nearest])
    signs = np.repeat([1.0, -1.0], len(points))
    bins = int(np.ceil(TOP_LEVEL * np.sqrt(2) / bin_width)) + 2
    first = np.tile(np.repeat(np.arange(len(sizes)), sizes), 2) * bins
    rows = np.empty((len(sizes), directions, bins))
    for row, theta in enumerate(_angles(directions)):
        # a line's bins begin at the least projection of any grey levels
        start = TOP_LEVEL * min(0.0, np.sin(theta))
        projected = ends @ [np.cos(theta), np.sin(theta)]
        position = np.maximum(projected - start, 0) / bin_width
        below = np.floor(position).astype(np.intp)
        above = position - below
        index = first + below
        counts = np.bincount(index, signs * (1 - above), len(sizes) * bins)
        counts += np.bincount(index + 1, signs * above, len(sizes) * bins)
        rows[:, row] = counts.reshape(len(sizes), bins)
    return rows.reshape(len(sizes), directions * bins)


def _angles(directions: int) -> np.ndarray:
    return np.pi * (np.arange(directions) / directions - 0.5)


def sliced_wasserstein(directions: int = DIRECTIONS, bin_width: float = BIN_WIDTH) -> Distance:
    """Return the sliced Wasserstein distance of rows of `projected_diagrams`.

    Between two diagrams A and B it is the mean over directions of the 1-Wasserstein distance
    between A with B's nearest diagonal points, and B with A's. Between two sets it is that distance
    of their mean diagrams (expected measures). It thus compares the averages of the sets and not
    how their diagrams vary.

    Parameters
    ----------
    directions, bin_width
        As for `projected_diagrams`.

    Returns
    -------
    Distance
        For rows (..., directions * bins), in grey levels (times points, as in any matching).

    References
    ----------
    Carriere, Cuturi and Oudot 2017, "Sliced Wasserstein kernel for persistence diagrams", ICML.
    Divol and Lacombe 2021, "Understanding the topology and the geometry of the space of persistence
    diagrams via optimal partial transport", J. Appl. Comput. Topol. 5 (expected diagrams).
    """
    along = histogram_wasserstein(bin_width)

    @refuses_masks
    def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        apart = (a - b).reshape(*np.broadcast_shapes(a.shape, b.shape)[:-1], directions, -1)
        return along(apart, np.zeros(())).mean(axis=-1)

    return distance
