"""Symmetries that a set of structures has: which copies of a structure could belong to it too.

A copy that is mirrored, or whose axes are exchanged, has a stiffness that is known, but a set of
fibres along z has no fibres along x: a model that learns from such copies learns of another set.
"""

from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

import numpy as np
import zarr
from scipy.fft import irfftn, rfftn

from pspflow.io.arrays import provenance_of
from pspflow.studies.composite.structures.options import FAMILIES, SetName

Order = tuple[int, ...]
ORDERS: Final[tuple[Order, ...]] = tuple(permutations(range(3)))
"""Orders of the axes x, y and z, the given one first."""
SIMULATED: Final = "composite structures simulate"
"""Stage whose sets have the symmetries that their morphologies were chosen for."""
MOST: Final = 256
"""Structures that are looked at."""
REACH: Final = 2
"""Steps between the voxels that are compared, up to which statistics are taken."""
LIMIT: Final = 0.1
"""Largest share of a direction that structures may have in common, and be symmetric still."""
CERTAIN: Final = 3.0
"""Standard deviations by which a common direction differs from none."""


@dataclass(frozen=True)
class Symmetries:
    """Mirrors and exchanges of axes under which a set stays as it is. Shifts need no mention."""

    mirrors: tuple[int, ...] = ()
    """Axes along which structures may be mirrored."""
    orders: tuple[Order, ...] = ORDERS[:1]
    """Orders that their axes may be brought into, the given one included."""

    def around_x(self) -> "Symmetries":
        """Return those that leave the axis x where it is, as a strain along x needs."""
        return Symmetries(self.mirrors, tuple(order for order in self.orders if order[0] == 0))

    def __str__(self) -> str:
        """Name them for a reader."""
        parts = ["shifts"]
        if self.mirrors:
            parts.append(f"mirrors along {_axes(self.mirrors)}")
        moved = {axis for order in self.orders for axis in range(3) if order[axis] != axis}
        if moved:
            cyclic = " in cycles" if len(self.orders) == 3 else ""
            parts.append(f"exchanges of {_axes(tuple(sorted(moved)))}{cyclic}")
        return ", ".join(parts)


EVERY: Final = Symmetries(mirrors=(0, 1, 2), orders=ORDERS)
MIRRORS: Final = Symmetries(mirrors=(0, 1, 2))


def symmetries_of(
    structures: zarr.Group, name: SetName, training: np.ndarray, rng: np.random.Generator
) -> Symmetries:
    """Say which symmetries a set has.

    Simulated sets have them by construction: `all` and the families have every morphology in each
    order of the axes, `pair` two that differ in it. Of other sets they are looked for in the
    training structures.

    Parameters
    ----------
    structures
        Store of the set.
    name
        Name of the set.
    training
        Phase ids 0 and 1 of the training structures, shape ``(count, n, n, n)``.
    rng
        Source of the choice of structures, where there are many.
    """
    if provenance_of(structures)["stage"] == SIMULATED:
        by_name: dict[SetName, Symmetries] = {
            "all": EVERY,
            "local": EVERY,
            "pair": MIRRORS,
            "held_out": MIRRORS,
            "large_pair": MIRRORS,
            **dict.fromkeys(FAMILIES, EVERY),
        }
        if name in by_name:
            return by_name[name]
    chosen = np.sort(rng.permutation(len(training))[:MOST])
    return found_symmetries(np.asarray(training[chosen]))


def found_symmetries(structures: np.ndarray) -> Symmetries:
    """Find the symmetries of the population that structures are drawn from.

    Statistics of second and third order, which no shift changes, are compared with those of the
    mirrored or turned structure. A set has a symmetry if the differences of its structures have no
    direction in common: their mean cosine, a U statistic, is neither significantly above 0 nor,
    with two standard deviations added, above `LIMIT`. So a few structures show none, unless each
    is symmetric by itself; and exchanges must be a group.

    Parameters
    ----------
    structures
        Phase ids 0 and 1, shape ``(count, n, n, n)``.
    """
    statistics = np.stack([_statistics(structure) for structure in structures])
    mirrors = tuple(axis for axis in range(3) if _alike(statistics, np.flip(statistics, axis - 3)))
    orders = [
        order
        for order in ORDERS
        if _alike(statistics, statistics.transpose(0, 1, 2, *(3 + axis for axis in order)))
    ]
    closed = all(tuple(one[axis] for axis in two) in orders for one in orders for two in orders)
    return Symmetries(mirrors, tuple(orders) if closed else ORDERS[:1])


def _statistics(structure: np.ndarray) -> np.ndarray:
    """Correlate a structure with itself and with its square, both smoothed, over small distances.

    Returns
    -------
    Shape ``(2 statistics, 2 steps, 5, 5, 5)``, by distance along x, y and z.
    """
    field = structure - structure.mean(dtype=np.float64)
    field /= max(field.std(), np.finfo(float).tiny)
    # of two phases the square is no other field, so that neighbours are averaged first
    smooth = field + sum(np.roll(field, step, axis) for axis in range(3) for step in (-1, 1))
    smooth /= smooth.std() or 1
    plain, square = rfftn(smooth), rfftn(smooth**2 - 1)
    edge = len(structure)
    found = [irfftn(each.conj() * plain, structure.shape) for each in (plain, square)]
    far = np.arange(-REACH, REACH + 1)
    lags = [far * step % edge for step in (1, max(2, edge // 8))]
    return np.stack([[each[np.ix_(at, at, at)] for at in lags] for each in found]) / edge**3


def _alike(given: np.ndarray, copied: np.ndarray) -> bool:
    """Tell whether statistics of structures and of their copies are of one population."""
    differences = (given - copied).reshape(len(given), -1)
    products = differences @ differences.T
    size, count = np.trace(products) / len(given), len(given)
    if size <= 1e-12 * np.square(given).sum() / count:
        return True
    apart = products - np.diag(np.diag(products))
    pairs = count * (count - 1)
    if not pairs:
        return False
    cosine = float(apart.sum()) / pairs / size
    # the spread if each difference might as well have the other sign
    deviation = float(np.sqrt(2 * np.square(apart).sum())) / pairs / size
    return cosine <= CERTAIN * deviation and cosine + 2 * deviation <= LIMIT


def _axes(axes: tuple[int, ...]) -> str:
    names: list[Any] = ["xyz"[axis] for axis in axes]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
