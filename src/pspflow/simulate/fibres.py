"""Simulated fibre composites: stiff cylinders in a matrix, in a periodic cell."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks
from pspflow.simulate.inclusions import Inclusion, pack

FIBRE_RADIUS_VOXELS: Final = 2.0


@refuses_masks
def simulate_fibres(
    edge: int,
    volume_fraction: float,
    rng: np.random.Generator,
    *,
    axis: int | None = 0,
    radius_voxels: float = FIBRE_RADIUS_VOXELS,
    length_voxels: float | None = None,
    spread_degrees: float = 0.0,
) -> NDArray[np.uint8]:
    """Simulate one periodic cell of fibres by random sequential addition.

    Fibres are hard as long as there is room and overlap from there, and the last one is thinner, so
    that the fraction is met to half a voxel; see `pspflow.simulate.inclusions`.

    Parameters
    ----------
    edge
        Voxels along each axis.
    volume_fraction
        Share of the voxels that are fibre, phase 1, from 0 to 1.
    rng
        Generator of places and directions.
    axis
        Axis that the fibres are aligned with: 0 (x), 1 or 2; None: directions are uniform.
    radius_voxels
        Radius of a fibre.
    length_voxels
        Length of a fibre; None: infinite where fibres are aligned without spread, else the edge.
    spread_degrees
        Standard deviation of the angle to the axis in each of the two planes that contain it.

    Returns
    -------
    Phase ids 0 and 1, uint8, shape ``(edge, edge, edge)``.

    Raises
    ------
    ValueError
        If a size, the spread, the edge, the fraction or the axis is out of range.

    Examples
    --------
    >>> structure = simulate_fibres(11, 0.3, np.random.default_rng(0))
    >>> structure.shape, int(structure.sum())
    ((11, 11, 11), 399)
    """
    length = float(edge) if length_voxels is None else length_voxels
    if axis not in (0, 1, 2, None):
        raise ValueError(f"axis must be 0, 1, 2 or None, got {axis}")
    # a fibre with a sphere of radius 1 in it holds a voxel wherever it lies
    if edge > 0 and not (1 <= radius_voxels < np.inf and 2 <= length < np.inf):
        raise ValueError(
            "radius_voxels must be at least 1 and the length 2, and both finite, got "
            f"{radius_voxels} and {length}"
        )
    if not 0 <= spread_degrees <= 90:
        raise ValueError(f"spread_degrees must be from 0 to 90, got {spread_degrees}")

    def draw(rng: np.random.Generator) -> Inclusion:
        return _cylinder(_direction(axis, spread_degrees, rng), radius_voxels, length)

    return pack(edge, draw, volume_fraction, rng).phases


def _direction(
    axis: int | None, spread_degrees: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the direction of a fibre, a unit vector ``(3,)``."""
    if axis is None:
        vector = rng.normal(size=3)
    else:
        vector = np.tan(np.clip(np.radians(spread_degrees) * rng.normal(size=3), -1.5, 1.5))
        vector[axis] = 1
    return np.asarray(vector / np.linalg.norm(vector))


def _cylinder(direction: NDArray[np.float64], radius: float, length: float) -> Inclusion:
    """Return a cylinder, whose depth is the distance from its axis over the radius."""

    def measure(points: NDArray[np.float64]) -> NDArray[np.float64]:
        along = points @ direction
        across = np.linalg.norm(points - along[:, None] * direction, axis=1)
        return np.where(np.abs(along) <= length / 2, across / radius, np.inf)

    ends = np.abs(direction) * length / 2
    return Inclusion(ends + radius * np.sqrt(1 - np.minimum(direction**2, 1)), measure)
