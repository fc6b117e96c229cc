"""Classes of a label: cut once, between its distinct values, over all labelled specimens.

Feed rates and other settings are the same for many specimens. Terciles of such values fall on a
value: specimens that are equal would be told apart, or classes would merge, in one fold and not in
another. Here a cut lies between two distinct values, so that equal values are in one class, and
every class has at least two specimens: one can be held out while the other is trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

CLASSES = ("low", "mid", "high")
FEWEST_IN_CLASS = 2
SAME = 1e-9
"""Relative difference of two values that count as equal: rounding, and no other setting."""


@dataclass(frozen=True)
class Classes:
    """Classes of a label.

    Parameters
    ----------
    limits
        Values between the classes, rising; none lies on a label.
    """

    limits: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes: two have no middle."""
        return CLASSES if len(self.limits) == 2 else CLASSES[:: len(CLASSES) - 1]

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return the class of each value, int64 from 0, any shape."""
        return np.searchsorted(self.limits, values)


def cut(values: Sequence[float] | np.ndarray) -> Classes | None:
    """Cut a label into three classes of nearly equal size, or into two.

    Parameters
    ----------
    values
        (n,) the label of each specimen, finite.

    Returns
    -------
    The most classes, three at most, of which each has two specimens; among such cuts, the one with
    the least sum of squared sizes. None if there are not two such classes; see `uncut`.
    """
    if not len(values):
        return None
    distinct, counts = _distinct(np.asarray(values, dtype=np.float64))
    before = np.concatenate([[0], np.cumsum(counts)])
    for limits in (_two_limits(before), _one_limit(before)):
        if limits:
            ends = (distinct[i - 1, 1] / 2 + distinct[i, 0] / 2 for i in limits)
            return Classes(tuple(map(float, ends)))
    return None


def uncut(values: Sequence[float] | np.ndarray) -> str:
    """Say why a label, (n,) values, cannot be cut into classes; nothing if it can."""
    if cut(values) is not None:
        return ""
    _, counts = _distinct(np.asarray(values, dtype=np.float64))
    if len(counts) == 1:
        return "all labelled specimens have one label value, at least 2 different ones are needed"
    return (
        f"{counts.max()} of {len(values)} labelled specimens have one label value, at least "
        f"{FEWEST_IN_CLASS} others are needed on one side of it"
    )


def _distinct(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group equal values: (groups, 2) least and largest value of each, rising, and their counts."""
    ordered = np.sort(values)
    apart = np.diff(ordered) > SAME * np.maximum(np.abs(ordered[1:]), np.abs(ordered[:-1]))
    groups = np.split(ordered, np.flatnonzero(apart) + 1)
    return np.array([(each[0], each[-1]) for each in groups]), np.array([*map(len, groups)])


def _one_limit(before: np.ndarray) -> tuple[int, ...]:
    """Choose one cut between groups, of which `before` counts specimens; none if there is none."""
    return _best([(i,) for i in range(1, len(before) - 1)], before)


def _two_limits(before: np.ndarray) -> tuple[int, ...]:
    """Choose two cuts: for every first one, the second is next to the middle of the rest."""
    tried = []
    for first in range(1, len(before) - 2):
        middle = int(np.searchsorted(before, (before[first] + before[-1]) / 2))
        tried += [
            (first, second) for second in (middle - 1, middle) if first < second < len(before) - 1
        ]
    return _best(tried, before)


def _best(tried: Sequence[tuple[int, ...]], before: np.ndarray) -> tuple[int, ...]:
    """Return the cuts whose classes are the most equal; none if each has a class too small."""
    sizes = {
        cuts: [int(before[b] - before[a]) for a, b in pairwise((0, *cuts, len(before) - 1))]
        for cuts in tried
    }
    whole = {cuts: each for cuts, each in sizes.items() if min(each) >= FEWEST_IN_CLASS}
    return min(whole, key=lambda cuts: sum(n * n for n in whole[cuts]), default=())
