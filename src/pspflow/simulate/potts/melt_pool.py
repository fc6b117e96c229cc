"""Melt pools seen from above, in a frame that moves with them.

``u`` points the way the pool moves and ``v`` across it; the origin is at the pool's widest place.
Lengths are in sites.
"""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks

Floats = NDArray[np.float64]
TeardropCase = Literal["I", "II", "III"]
ASPECTS: Final[dict[TeardropCase, float]] = {"I": 1.4, "II": 1.8, "III": 2.2}
"""Length over width; SPPARKS's documentation of `weld_shape_teardrop`."""
EXPONENTS: Final[dict[TeardropCase, tuple[float, float]]] = {
    "I": (0.42, 0.57),
    "II": (0.40, 0.66),
    "III": (0.38, 0.71),
}
"""Exponents of the front and the tail. Ours: the half-width stays within 3 % of the largest one on
average from the outlines that the documentation shows, whose curves it does not state."""
OUTLINE_POINTS = 512


class MeltPool(Protocol):
    """A convex shape, symmetric about its axis."""

    @property
    def width(self) -> float:
        """Width at the widest place."""

    @property
    def front(self) -> float:
        """Length from the widest place forwards."""

    @property
    def tail(self) -> float:
        """Length from the widest place backwards."""

    def span(self, v: Floats) -> tuple[Floats, Floats]:
        """Return where lines across begin and end within the pool; NaN beside it.

        Parameters
        ----------
        v
            Lines (n,), by their distance from the axis.

        Returns
        -------
        tuple of ndarray
            u of the back and of the front, (n,) each.
        """

    def distance(self, u: Floats, v: Floats) -> Floats:
        """Return the distance to the pool at points (...) outside of it; within it, 0."""


@dataclass(frozen=True)
class DoubleEllipse:
    """Two half ellipses that share their width: a short one in front, a long one behind.

    It is the section of SPPARKS's double half-ellipsoid at the surface; report, section 2.2.
    """

    width: float
    front: float
    tail: float

    @refuses_masks
    def span(self, v: Floats) -> tuple[Floats, Floats]:
        """See `MeltPool.span`."""
        offset = np.abs(np.asarray(v, np.float64)) / (self.width / 2)
        share = np.sqrt(1 - np.where(offset < 1, offset, np.nan) ** 2)
        return -self.tail * share, self.front * share

    @refuses_masks
    def distance(self, u: Floats, v: Floats) -> Floats:
        """See `MeltPool.distance`: to the ellipse whose half lies on the point's side."""
        along, across = np.broadcast_arrays(np.asarray(u, np.float64), np.abs(v))
        length = np.where(along >= 0, self.front, self.tail)
        return _distance_to_ellipse(np.abs(along), across, length, self.width / 2)


@dataclass(frozen=True)
class Teardrop:
    """A blunt front and a slender tail; report, section 2.3.

    At a share s of the length from the front, the half-width is proportional to ``s^p (1-s)^q``;
    see `ASPECTS` and `EXPONENTS`.
    """

    width: float
    case: TeardropCase

    @property
    def length(self) -> float:
        """Length along the axis."""
        return ASPECTS[self.case] * self.width

    @property
    def front(self) -> float:
        """See `MeltPool.front`."""
        return self._widest * self.length

    @property
    def tail(self) -> float:
        """See `MeltPool.tail`."""
        return (1 - self._widest) * self.length

    @property
    def _widest(self) -> float:
        """Share of the length from the front to the widest place."""
        p, q = EXPONENTS[self.case]
        return p / (p + q)

    @refuses_masks
    def half_width(self, share: Floats) -> Floats:
        """Return the half-width at shares (...) of the length from the front, 0 to 1."""
        p, q = EXPONENTS[self.case]
        widest = self._widest
        shape = (share / widest) ** p * ((1 - share) / (1 - widest)) ** q
        return np.asarray(self.width / 2 * shape)

    @refuses_masks
    def span(self, v: Floats) -> tuple[Floats, Floats]:
        """See `MeltPool.span`; by bisection on either side of the widest place."""
        offset = np.abs(np.asarray(v, np.float64))
        offset = np.where(offset < self.width / 2, offset, np.nan)
        ends = []
        for end in (1.0, 0.0):
            outside = np.where(np.isnan(offset), np.nan, end)
            inside = np.full(offset.shape, self._widest)
            for _ in range(50):
                middle = (outside + inside) / 2
                wide = self.half_width(middle) > offset
                inside = np.where(wide, middle, inside)
                outside = np.where(wide, outside, middle)
            ends.append(self.front - self.length * outside)
        return ends[0], ends[1]

    @refuses_masks
    def distance(self, u: Floats, v: Floats) -> Floats:
        """See `MeltPool.distance`; to a polygon within a thousandth of the width."""
        from scipy.spatial import cKDTree  # noqa: PLC0415 - it takes a fifth of a second

        along, across = np.broadcast_arrays(np.asarray(u, np.float64), np.abs(v))
        share = (1 - np.cos(np.linspace(0, np.pi, OUTLINE_POINTS))) / 2  # denser at both ends
        outline = np.stack([self.front - self.length * share, self.half_width(share)], -1)
        points = np.stack([along, across], -1)
        _, corner = cKDTree(outline).query(points)
        nearest = np.full(along.shape, np.inf)
        for first in (corner - 1, corner):  # the sides that meet there
            side = first.clip(0, OUTLINE_POINTS - 2)
            step = outline[side + 1] - outline[side]
            off = points - outline[side]
            at = np.clip((off * step).sum(-1) / (step * step).sum(-1), 0, 1)
            nearest = np.minimum(nearest, np.hypot(*np.moveaxis(off - at[..., None] * step, -1, 0)))
        share = np.clip((self.front - along) / self.length, 0, 1)
        return np.where(across < self.half_width(share), 0, nearest)


def _distance_to_ellipse(x: Floats, y: Floats, a: Floats, b: float) -> Floats:
    """Return the distance (...) of points in the first quadrant to an ellipse; within it, 0.

    The nearest point is ``(a^2 x / (t + a^2), b^2 y / (t + b^2))`` for the root t of a convex
    falling function: Newton's steps from the left of the root never pass it.
    """
    outside = (x / a) ** 2 + (y / b) ** 2 > 1
    t = np.maximum(np.maximum(a * x - a * a, b * y - b * b), 0)
    for _ in range(30):
        p, q = a * x / (t + a * a), b * y / (t + b * b)
        excess = p * p + q * q - 1
        slope = 2 * (p * p / (t + a * a) + q * q / (t + b * b))
        step = np.where(outside & (excess > 0), excess / np.maximum(slope, 1e-300), 0)
        t = t + step
        if np.all(step <= 1e-9 * (t + 1)):
            break
    return np.where(outside, t * np.hypot(x / (t + a * a), y / (t + b * b)), 0)
