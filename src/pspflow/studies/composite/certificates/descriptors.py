"""Descriptors of single periodic structures, by which designs are compared with real ones.

All keep directions apart, and are scaled so that structures of somewhat different volume fractions
compare. They are not what a network is trained on, except that the two-point statistics are the
trunk of the `statistics` networks.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from joblib import Parallel, delayed

from pspflow.arrays import refuses_masks
from pspflow.microstructure.two_point import two_point_statistics
from pspflow.studies.composite.certificates.percolation import percolation
from pspflow.topology import persistence_images

RESOLUTION: Final = 10
"""Pixels along births and persistences of persistence images."""
REACH: Final = 8
"""Distance in voxels beyond which no difference is made: its level is 0.88 of the largest."""


@refuses_masks
def describe(phases: np.ndarray, threads: int = 1) -> dict[str, np.ndarray]:
    """Compute every descriptor of structures.

    Parameters
    ----------
    phases
        Phase ids 0 and 1, uint8, shape ``(n, e, e, e)``.
    threads
        Structures that are described at once.

    Returns
    -------
    Name of each of `DESCRIPTORS`, float64 ``(n, size)``.
    """
    rows = Parallel(n_jobs=threads, prefer="threads")(
        delayed(lambda each: [make(each) for make in DESCRIPTORS.values()])(structure)
        for structure in phases
    )
    return {name: np.stack([row[at] for row in rows]) for at, name in enumerate(DESCRIPTORS)}


@refuses_masks
def two_point(structure: np.ndarray) -> np.ndarray:
    """Return the autocovariance of a structure (nx, ny, nz) over its value at 0, flat.

    It has displacements of up to half an edge.
    """
    joint = two_point_statistics(structure[None])[0].astype(np.float64)
    share = structure.mean()
    return ((joint - share**2) / max(share * (1 - share), np.finfo(float).tiny)).ravel()


@refuses_masks
def lineal_path(structure: np.ndarray) -> np.ndarray:
    """Compute how often segments along an axis lie wholly in one phase, over its volume fraction.

    Segments wrap around the edges, and are 1, 2, ... voxels long, up to the edge.

    Returns
    -------
    Flat, of shape ``(2 phases, 3 axes, edge)``; 0 for a phase that is absent.

    References
    ----------
    Torquato 2002, "Random heterogeneous materials", section 2.4 (lineal-path function).
    """
    curves = np.zeros((2, 3, len(structure)))
    for phase in range(2):
        member = structure == phase
        for axis in range(3):
            inside = member
            for length in range(len(structure)):
                # one voxel more: both the segment and the voxel after it lie in the phase
                inside = inside & np.roll(member, -length, axis) if length else inside
                curves[phase, axis, length] = inside.mean()
    return (curves / np.maximum(curves[..., :1], 1 / structure.size)).ravel()


@refuses_masks
def slice_persistence(structure: np.ndarray) -> np.ndarray:
    """Average persistence images of the slices normal to each axis.

    Phases have no levels, so that the signed distance d from the interface within the slice, in
    voxels and negative in the stiff phase, is filtered, as d / (1 + |d|): components are parts of
    the stiff phase as it grows from their cores, and holes are enclosed parts of the soft one.

    Returns
    -------
    Flat, of shape ``(3 axes, 2 homologies, 10, 10)``.

    References
    ----------
    Robins, Saadatfar, Delgado-Friedrichs and Sheppard 2016, "Percolating length scales from
    topological persistence analysis of micro-CT images of porous materials", Water Resour. Res. 52,
    315 (signed distances). Adams et al. 2017, JMLR 18(8) (persistence images).
    """
    images = [
        persistence_images(
            _levels(np.ascontiguousarray(np.moveaxis(structure, axis, 0))), resolution=RESOLUTION
        ).mean(axis=0)
        for axis in range(3)
    ]
    return np.stack(images).ravel()


@refuses_masks
def connected_shares(structure: np.ndarray) -> np.ndarray:
    """Return the shares of `percolation`, (6,): soft along x, y, z, stiff along x, y, z."""
    return percolation(structure).ravel()


DESCRIPTORS: Final[dict[str, Callable[[np.ndarray], np.ndarray]]] = {
    "two_point": two_point,
    "lineal_path": lineal_path,
    "persistence": slice_persistence,
    "percolation": connected_shares,
}
"""Each maps phase ids ``(e, e, e)`` to a vector."""


def _levels(slices: np.ndarray) -> np.ndarray:
    """Turn slices of phases into grey levels of their signed distances, uint8 of the same shape."""
    signed = np.sqrt(_squared_distances(slices == 1)) - np.sqrt(_squared_distances(slices == 0))
    # the interface is half a voxel from the voxels next to it
    signed -= np.sign(signed) / 2
    return np.rint(127.5 * (1 + signed / (1 + np.abs(signed)))).astype(np.uint8)


def _squared_distances(member: np.ndarray) -> np.ndarray:
    """Return the squared distance of each voxel to its slice's nearest one that is a member.

    Slices ``(n, rows, columns)`` are periodic; distances along an axis end at `REACH`.
    """
    found = np.where(member, 0, REACH**2).astype(np.float32)
    for axis in (1, 2):
        steps = range(-REACH, REACH + 1)
        nearest = found
        for step in steps:
            nearest = np.minimum(nearest, np.roll(found, step, axis) + np.float32(step**2))
        found = nearest
    return found
