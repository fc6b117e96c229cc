"""Periodic cells filled by random sequential addition of inclusions.

Inclusions are placed one after another at random. One that would share a voxel with an earlier one
is refused and drawn again: the inclusions are hard. Random sequential addition saturates (spheres
at 38 % of the volume, aligned cylinders at 55 %), so that no denser cell can be hard. Where
`TRIALS` draws in a row are refused, the rest of the inclusions may overlap, as in a Boolean model.

References
----------
Widom 1966, "Random sequential addition of hard spheres to a volume", J. Chem. Phys. 44, 3888.
Torquato 2002, "Random heterogeneous materials", sections 3.4 and 5.1 (saturation; overlapping
inclusions).
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks

TRIALS: Final = 50
"""Draws in a row that may be refused before inclusions overlap."""

Measure = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""How far voxels ``(m, 3)`` from an inclusion's centre lie inside it: below 1, smallest within."""


class Inclusion(NamedTuple):
    """An inclusion about the origin."""

    reach: NDArray[np.float64]
    """Half of its extent along x, y and z, in voxels, shape ``(3,)``."""
    measure: Measure


class Packing(NamedTuple):
    """A cell filled with inclusions."""

    phases: NDArray[np.uint8]
    """1 inside inclusions, shape ``(edge, edge, edge)``."""
    voxels: list[NDArray[np.int64]]
    """Voxels of each inclusion, as places in the flat cell, in the order of placing."""
    hard: int
    """How many inclusions, from the first, share no voxel with an earlier one."""


def pack(
    edge: int,
    draw: Callable[[np.random.Generator], Inclusion],
    volume_fraction: float,
    rng: np.random.Generator,
) -> Packing:
    """Fill a periodic cell with inclusions up to a volume fraction.

    Of the last inclusion only the innermost voxels are taken, so that the fraction is met to half a
    voxel.

    Parameters
    ----------
    edge
        Voxels along each axis.
    draw
        Draws one inclusion, large enough to hold a voxel wherever it lies.
    volume_fraction
        Share of the voxels that inclusions cover, from 0 to 1.
    rng
        Generator of inclusions and of their places.

    Raises
    ------
    ValueError
        If the edge is not positive, or the fraction is not from 0 to 1.
    """
    if edge < 1:
        raise ValueError(f"edge must be at least 1 voxel, got {edge}")
    if not 0 <= volume_fraction <= 1:
        raise ValueError(f"volume_fraction must be from 0 to 1, got {volume_fraction}")
    wanted = int(np.floor(volume_fraction * edge**3 + 0.5))
    covered = np.zeros(edge**3, bool)
    left, refused, hard = wanted, 0, 0
    placed: list[NDArray[np.int64]] = []
    while left:
        inside = voxels_inside(edge, draw(rng), edge * rng.random(3))
        new = inside[~covered[inside]]
        if refused < TRIALS:
            if len(new) < len(inside):
                refused += 1
                continue
            refused, inside, hard = 0, inside[:left], hard + 1
        covered[new[:left]] = True
        left -= len(new[:left])
        placed.append(inside)
    phases = covered.astype(np.uint8).reshape((edge,) * 3)
    return Packing(phases, placed, hard)


@refuses_masks
def voxels_inside(
    edge: int, inclusion: Inclusion, centre: NDArray[np.float64]
) -> NDArray[np.int64]:
    """List the voxels whose centres lie in an inclusion, the innermost first.

    What leaves the cell comes in at its opposite face; where an inclusion meets itself, a voxel
    counts once.

    Parameters
    ----------
    edge
        Voxels along each axis.
    inclusion
        The inclusion.
    centre
        Its centre in voxels, shape ``(3,)``.

    Returns
    -------
    Places in the flat cell, int64.
    """
    low = np.ceil(centre - inclusion.reach).astype(np.int64)
    high = np.floor(centre + inclusion.reach).astype(np.int64)
    axes = [np.arange(first, last + 1) for first, last in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    depth = inclusion.measure(points - centre)
    inside = depth < 1
    places = np.ravel_multi_index(tuple((points[inside] % edge).T), (edge,) * 3)
    ordered = places[np.argsort(depth[inside], kind="stable")]
    _, first = np.unique(ordered, return_index=True)
    return np.asarray(ordered[np.sort(first)], np.int64)
