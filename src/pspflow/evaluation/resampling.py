"""Samples of chips, and intervals by resampling their specimens.

Chips of one specimen are not independent samples of a process, so the bootstrap draws specimens and
takes each with all its chips. A resample is a row of weights, one whole number per specimen:
quantities that are linear in the chips are computed once and then weighted.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from pspflow.arrays import refuses_masks, unmasked

CONFIDENCE = 0.95
FEWEST_FOR_INTERVAL = 12
"""With fewer specimens an interval of resamples is far too narrow to print."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Features of a set of chips, and their specimens.

    Parameters
    ----------
    features
        (n, k) float64, one row per chip.
    specimens
        (n,) integers from 0: the specimen of every chip, or the one it was generated for.

    Raises
    ------
    ValueError
        If there is no chip, the shapes or codes are not as above, or a feature is masked, NaN or
        infinite.
    """

    features: np.ndarray
    specimens: np.ndarray

    def __post_init__(self) -> None:
        for name in ("features", "specimens"):
            object.__setattr__(self, name, unmasked(getattr(self, name), name))
        if self.features.ndim != 2 or self.specimens.shape != self.features.shape[:1]:
            raise ValueError(
                "a sample must have features (n, k) and specimens (n,), "
                f"got {self.features.shape} and {self.specimens.shape}"
            )
        if not len(self.specimens):
            raise ValueError("an empty sample: there are no chips to compare")
        if self.specimens.dtype.kind not in "iu" or self.specimens.min() < 0:
            raise ValueError("specimens must be whole numbers from 0")
        if not np.isfinite(self.features.sum()):
            raise ValueError("features must be finite, but they hold NaN or infinite values")

    def membership(self, specimens: int) -> csr_array:
        """Return which chips are of which specimen: sparse (specimens, n), zeros and ones.

        Raises
        ------
        ValueError
            If a chip's specimen is not among them.
        """
        if self.specimens.max() >= specimens:
            raise ValueError(
                f"specimen {self.specimens.max()} has no weight: draws have {specimens} specimens"
            )
        chips = len(self.specimens)
        shape = (specimens, chips)
        return csr_array((np.ones(chips), (self.specimens, np.arange(chips))), shape=shape)


@refuses_masks
def resamples(strata: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw specimens with replacement within each stratum.

    A stratum holds the specimens with chips in the same domains, so no resample lacks a domain. A
    stratum of one specimen always keeps it, and does not widen an interval.

    Parameters
    ----------
    strata
        (S,) stratum of every specimen.
    count
        Number of resamples R.
    rng
        Random generator of the draws.

    Returns
    -------
    ndarray
        (1 + R, S) int64, how often each specimen is drawn. Row 0 is all ones: the original
        data.

    References
    ----------
    Davison and Hinkley 1997, "Bootstrap methods and their application", 3.2 and 3.8.
    """
    draws = np.ones((1 + count, len(strata)), dtype=np.int64)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        size = len(members)
        draws[1:, members] = rng.multinomial(size, np.full(size, 1 / size), size=count)
    return draws


@refuses_masks
def specimen_means(sample: Sample, draws: np.ndarray) -> np.ndarray:
    """Average the chips of every resample.

    Parameters
    ----------
    sample
        The chips; the weight of a chip is how often its specimen was drawn.
    draws
        (1 + R, S) weights, as from `resamples`.

    Returns
    -------
    ndarray
        (1 + R, k) float64, in the unit of the features.

    Raises
    ------
    ValueError
        If a resample draws only specimens that have no chips in the sample.
    """
    member = sample.membership(draws.shape[1])
    totals = draws @ member.sum(axis=1)
    if not totals.all():
        raise ValueError("a resample has no chips: strata must keep the specimens of each sample")
    means: np.ndarray = draws @ (member @ sample.features) / totals[:, None]
    return means


@refuses_masks
def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Return a value and its 95 % interval, the percentiles of the resamples.

    A distance is never negative and grows with noise: where it is small, its resamples lie above
    it, and the whole interval may lie above it too.

    Parameters
    ----------
    values
        (1 + R,), row 0 of the original data; resamples without a value (NaN) are left out.

    Returns
    -------
    tuple
        Value, low and high, in the unit of the values.

    Raises
    ------
    ValueError
        If there are no resamples.
    """
    if len(values) < 2:
        raise ValueError("no resamples: an interval needs at least one")
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.nanpercentile(values[1:], [tail, 100 - tail])
    return float(values[0]), float(low), float(high)
