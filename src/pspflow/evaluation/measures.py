"""Distances between two sets of chips, for all resamples of their specimens at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sklearn.metrics.pairwise import polynomial_kernel

from pspflow.arrays import refuses_masks
from pspflow.evaluation.resampling import Sample, specimen_means

Distance = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Maps features (..., k) and (..., k) to distances (...)."""
_ROWS = 1024
"""Rows of a kernel matrix in memory at a time."""


class Measure(Protocol):
    """Distance between two sets of chips."""

    @property
    def unit(self) -> str:
        """Unit of the values."""

    def compare(self, a: Sample, b: Sample, draws: np.ndarray) -> np.ndarray:
        """Compare two samples in every resample.

        Parameters
        ----------
        a, b
            Features of the same length k.
        draws
            (1 + R, S) as from `resamples`: the same draws are the weights of both sides.

        Returns
        -------
        ndarray
            (1 + R,) float64, in `unit`.

        Raises
        ------
        ValueError
            If a resample leaves a sample without chips.
        """


@dataclass(frozen=True)
class MeanMeasure:
    """The distance between the mean features of two samples.

    Parameters
    ----------
    distance
        Distance of two stacks of features, over the last axis.
    unit
        Unit of the distance.
    """

    distance: Distance
    unit: str

    @refuses_masks
    def compare(self, a: Sample, b: Sample, draws: np.ndarray) -> np.ndarray:
        """Compare as `Measure` does."""
        return self.distance(specimen_means(a, draws), specimen_means(b, draws))


@dataclass(frozen=True)
class KernelMeasure:
    """Kernel distance (KID): the squared maximum mean discrepancy under a cubic kernel.

    With k(x, y) = (x.y / d + 1)^3, d features, the value estimates
    ``E k(x, x') + E k(y, y') - 2 E k(x, y)``, where x, x' are chips drawn from the population
    of sample a, and y, y' from that of b. A chip is never paired with itself, so the value for the
    original data is the U-statistic of Binkowski et al.: unbiased where chips are independent,
    zero on average where both populations are equal, and sometimes negative.

    In a resample a specimen may occur in several copies. Pairs between two copies of it are left
    out: chips of one specimen resemble each other more than others do, and each copy already
    contributes the pairs within it. The resamples then scatter about the value for the original
    data.

    Features should be comparable: see `standardise`.

    References
    ----------
    Binkowski, Sutherland, Arbel and Gretton 2018, "Demystifying MMD GANs", ICLR, section 4.
    Gretton et al. 2012, "A kernel two-sample test", JMLR 13, lemma 6.
    """

    unit: str = "1"

    @refuses_masks
    def compare(self, a: Sample, b: Sample, draws: np.ndarray) -> np.ndarray:
        """Compare as `Measure` does; NaN for a resample that has only one chip."""
        within = _pair_mean(a, a, draws, distinct=True) + _pair_mean(b, b, draws, distinct=True)
        return within - 2 * _pair_mean(a, b, draws)


def _pair_mean(a: Sample, b: Sample, draws: np.ndarray, *, distinct: bool = False) -> np.ndarray:
    """Average the kernel over pairs of chips, without the pairs of a chip with itself: (1 + R,)."""
    specimens = draws.shape[1]
    member_a, member_b = a.membership(specimens), b.membership(specimens)
    kernel = np.zeros((specimens, specimens))
    pairs = np.outer(member_a.sum(axis=1), member_b.sum(axis=1))
    for start in range(0, len(a.features), _ROWS):
        rows = slice(start, start + _ROWS)
        values = polynomial_kernel(a.features[rows], b.features, degree=3, coef0=1)
        if distinct:
            np.fill_diagonal(values[:, rows], 0)
        kernel += member_a[:, rows] @ (values @ member_b.T)
    if distinct:
        pairs -= np.diag(member_a.sum(axis=1))
    counts = _over_copies(pairs, draws)
    counts[counts == 0] = np.nan  # a single chip has no partner
    return _over_copies(kernel, draws) / counts


def _over_copies(blocks: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Sum blocks (S, S) over a resample: each copy with itself and with other specimens alone."""
    sums: np.ndarray = np.sum(draws @ blocks * draws, axis=1)
    return sums - (draws**2 - draws) @ np.diag(blocks)


@refuses_masks
def mean_absolute(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Average the absolute differences of (..., k) features: (...), in their unit."""
    return _finite(np.abs(a - b).mean(axis=-1))


@refuses_masks
def root_mean_square(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Take the root of the mean squared difference of (..., k) features: (...), in their unit."""
    return _finite(np.sqrt(np.square(a - b).mean(axis=-1)))


def histogram_wasserstein(bin_width: float = 1.0) -> Distance:
    """Return the 1-Wasserstein distance of histograms of equal mass.

    On a line it is the area between the cumulative histograms.

    Parameters
    ----------
    bin_width
        Width of a bin, in grey levels or in the unit of the histogram's axis.

    Returns
    -------
    Distance
        For (..., bins) histograms, in the unit of the bin width times that of the mass.

    References
    ----------
    Ramdas, Garcia Trillos and Cuturi 2017, "On Wasserstein two-sample testing", Entropy 19(2).
    """

    @refuses_masks
    def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return _finite(bin_width * np.abs(np.cumsum(a - b, axis=-1)).sum(axis=-1))

    return distance


def _finite(distances: np.ndarray) -> np.ndarray:
    """Refuse distances of features that are no numbers."""
    if not np.isfinite(distances).all():
        raise ValueError("features must be finite, but they hold NaN or infinite values")
    return distances
