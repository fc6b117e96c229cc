"""Heat-affected zones around a melt pool, and what pool and zone are on the rows of a lattice."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pspflow.simulate.potts.melt_pool import DoubleEllipse, Floats, MeltPool

COLUMNS_PER_SITE = 2
"""Columns per site of the table of mobilities, whose nearest column is taken."""
RIM_SITES = 2
"""Width of the outer pool, whose sites get random spins."""


class Zone(Protocol):
    """The pool and its surroundings, in which grain boundaries move."""

    @property
    def pool(self) -> MeltPool:
        """The melt pool in it."""

    @property
    def half_width(self) -> float:
        """Largest distance from the axis, in sites."""

    def span(self, v: Floats) -> tuple[Floats, Floats]:
        """Return where lines (n,) across begin and end within the zone; see `MeltPool.span`."""

    def mobility(self, u: Floats, v: Floats) -> Floats:
        """Return the probability (...) of a trial at points outside of the pool."""


@dataclass(frozen=True)
class EllipseZone:
    """A larger double ellipse with the mobility ``exp(-a d)`` at a distance d from the pool.

    SPPARKS's `am/ellipsoid`, in the past `potts/additive`; report, section 2.2.
    """

    pool: DoubleEllipse
    extent: DoubleEllipse
    decay: float

    @property
    def half_width(self) -> float:
        """See `Zone.half_width`."""
        return self.extent.width / 2

    def span(self, v: Floats) -> tuple[Floats, Floats]:
        """See `Zone.span`."""
        return self.extent.span(v)

    def mobility(self, u: Floats, v: Floats) -> Floats:
        """See `Zone.mobility`."""
        return np.exp(-self.decay * self.pool.distance(u, v))


@dataclass(frozen=True)
class MarginZone:
    """All points nearer to the pool than a width, with the mobility ``1 - d / width``.

    SPPARKS's `potts/weld`; report, section 2.3.
    """

    pool: MeltPool
    width: float

    @property
    def half_width(self) -> float:
        """See `Zone.half_width`."""
        return self.pool.width / 2 + self.width

    def span(self, v: Floats) -> tuple[Floats, Floats]:
        """See `Zone.span`: of the box around the zone, in whose corners nothing is mobile."""
        back = np.full(np.shape(v), -self.pool.tail - self.width)
        front = np.full(np.shape(v), self.pool.front + self.width)
        return back, front

    def mobility(self, u: Floats, v: Floats) -> Floats:
        """See `Zone.mobility`."""
        return np.clip(1 - self.pool.distance(u, v) / self.width, 0, None)


class Imprint(NamedTuple):
    """A pool and its zone on the rows of a lattice, while their axis lies at one height."""

    first_row: int
    """Row of the lattice that has the first row of the arrays."""
    spans: NDArray[np.float64]
    """(rows, 4): back and front of the zone and of the pool, along the axis from the widest place.
    A row beside the pool has NaN there, which no place lies between."""
    mobility: NDArray[np.float32]
    """(rows, n): probability of a trial, from the zone's backmost place; see `COLUMNS_PER_SITE`."""
    candidates: NDArray[np.int32]
    """(n, 2): row of the arrays and column of each site in or near the zone, but for the inner
    pool, while the widest place lies between the columns 0 and 1. What a site of the inner pool
    has is drawn again before it can matter, on its way through the outer pool."""


def imprint(zone: Zone, y: float, rows: int) -> Imprint:
    """Put a zone with its axis at the height `y` on a lattice, whose first row has the height 0."""
    first = max(0, int(np.floor(y - zone.half_width)) + 1)
    last = min(rows - 1, int(np.ceil(y + zone.half_width)) - 1)
    v = np.arange(first, max(last, first - 1) + 1, dtype=np.float64) - y
    spans = np.stack([*zone.span(v), *zone.pool.span(v)], -1).reshape(-1, 4)
    if not len(v):
        empty = np.zeros((0, 1), np.float32)
        return Imprint(first, spans, empty, np.zeros((0, 2), np.int32))
    back, front = spans[:, 0].min(), spans[:, 1].max()
    u = back + np.arange(int((front - back) * COLUMNS_PER_SITE) + 2) / COLUMNS_PER_SITE
    mobility = zone.mobility(u, v[:, None]).astype(np.float32)
    return Imprint(first, spans, mobility, _candidates(zone, v, spans))


def _candidates(zone: Zone, v: Floats, spans: Floats) -> NDArray[np.int32]:
    """Return the rows and columns of the sites that can change; see `Imprint.candidates`."""
    from scipy.ndimage import minimum_filter  # noqa: PLC0415 - it takes a tenth of a second

    columns = np.arange(np.floor(spans[:, 0].min()), np.ceil(spans[:, 1].max()) + 2)
    # rows beside the lattice tell what the inner pool is at its edges
    around = np.concatenate(
        [v[0] + np.arange(-RIM_SITES, 0), v, v[-1] + np.arange(1, RIM_SITES + 1)]
    )
    back, front = (side[:, None] for side in zone.pool.span(around))
    molten = (columns - 1 > back) & (columns < front)  # wherever between 0 and 1 it lies
    size = 2 * RIM_SITES + 1
    inner = minimum_filter(molten, size, mode="constant")[RIM_SITES:-RIM_SITES]
    zone_back, zone_front = spans[:, :1], spans[:, 1:2]
    near = (columns > zone_back) & (columns - 1 < zone_front)
    mobile = np.maximum(
        zone.mobility(columns, v[:, None]), zone.mobility(columns - 1.0, v[:, None])
    )
    row, column = np.nonzero(near & (mobile > 0) & ~inner)
    return np.stack([row, columns[column]], -1).astype(np.int32)
