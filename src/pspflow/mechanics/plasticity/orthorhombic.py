"""Tension of an orthorhombic texture, of which a part of the grains tells the whole.

A half turn about the lateral axis that is an axis of the specimen leaves tension as it is. Two
grains that it turns onto each other carry the same stresses, but for the shears across that axis,
which are opposite: one grain of each pair is enough, with these shears of the strain rate at 0.
Along an axis of the specimen this holds for all three half turns.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ALL = 4
"""Lateral parts of the strain rate, without symmetry."""
ALIGNED = 1e-12


class Part(NamedTuple):
    """Directions that the same grains are enough for."""

    at: NDArray[np.int64]
    """Numbers of the directions."""
    turns: tuple[int, ...]
    """Axes of the half turns, 0 to 2, whose grains are needed beside those that are given."""
    free: int
    """Unknown lateral parts of the strain rate, the first ones of `tensors.tension_frame`."""


def parts(along: Floats, second: Floats) -> Iterator[Part]:
    """Divide directions (k, 3), whose second lateral axes are given, by the grains they need."""
    normal = _axis_of(second)
    # all three of the axes of tension lie along those of the specimen
    axial = np.where(normal >= 0, _axis_of(along), -1)
    yield Part(np.flatnonzero(axial >= 0), (), 1)
    for axis in range(3):
        yield Part(np.flatnonzero((axial < 0) & (normal == axis)), ((axis + 1) % 3,), 2)
    yield Part(np.flatnonzero((axial < 0) & (normal < 0)), (0, 1, 2), ALL)


def turned(orientations: Floats, axis: int) -> Floats:
    """Turn Bunge-Euler angles (n, 3) in radians by half a turn about a specimen axis, 0 to 2."""
    first, second, third = orientations.T
    if axis == 0:
        first, second = -first, second + np.pi
    elif axis == 1:
        first, second = np.pi - first, second + np.pi
    else:
        first = first + np.pi
    return np.mod(np.column_stack([first, second, third]), 2 * np.pi)


def _axis_of(vectors: Floats) -> NDArray[np.int64]:
    """Return the number of the specimen axis that each vector lies along, or -1."""
    sizes = np.abs(vectors)
    return np.where(sizes.max(1) > 1 - ALIGNED, sizes.argmax(1), -1)
