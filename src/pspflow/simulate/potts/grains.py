"""Grains of a Potts model: connected sites of one spin, their number and sizes, their boundary."""

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks

STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""To a neighbour along y and x, one of each pair of opposite directions."""


@refuses_masks
def label_grains(labels: NDArray[np.integer], *, periodic: bool) -> NDArray[np.int32]:
    """Give every grain of one image, or of many, its number.

    A grain is a set of sites of one spin that are connected through the 8 neighbours of each. Two
    grains may have one spin.

    Parameters
    ----------
    labels
        Spins (..., y, x), 0 or above.
    periodic
        Whether sites at opposite edges are neighbours.

    Returns
    -------
    ndarray of int32, shape (..., y, x)
        Grains, from 0 in each image, in the order of their first sites.
    """
    given = np.asarray(labels)
    images = given.reshape(-1, *given.shape[-2:])
    grains = [_grains_of(image, periodic) for image in images]
    return np.array(grains, np.int32).reshape(given.shape)


@refuses_masks
def count_grains(labels: NDArray[np.integer], *, periodic: bool) -> NDArray[np.int64]:
    """Return the number of grains (...) of each image of spins (..., y, x); see `label_grains`."""
    return label_grains(labels, periodic=periodic).max(axis=(-2, -1)).astype(np.int64) + 1


@refuses_masks
def grain_sizes(labels: NDArray[np.integer], *, periodic: bool) -> NDArray[np.int64]:
    """Return the areas (grains,) in sites of the grains of one image of spins (y, x).

    They are in the order of `label_grains`.
    """
    return np.bincount(label_grains(labels, periodic=periodic).ravel())


@refuses_masks
def boundary_energy(labels: NDArray[np.integer], *, periodic: bool) -> NDArray[np.int64]:
    """Return the energy (...) of each image of spins (..., y, x): pairs of unlike neighbours.

    Each pair is counted once, on 8 neighbours a site.
    """
    here = np.asarray(labels)
    total = np.zeros(here.shape[:-2], np.int64)
    for step in STEPS:
        near, far = _pairs(here, step, periodic)
        total += (near != far).sum(axis=(-2, -1))
    return total


def _pairs(sites: np.ndarray, step: tuple[int, int], periodic: bool) -> tuple[np.ndarray, ...]:
    """Return the values at sites, and at the neighbours that a step away lie in the image."""
    if periodic:
        return sites, np.roll(sites, (-step[0], -step[1]), (-2, -1))
    down, right = step
    rows, columns = sites.shape[-2:]
    near = sites[..., : rows - down, max(0, -right) : columns - max(0, right)]
    far = sites[..., down:, max(0, right) : columns - max(0, -right)]
    return near, far


def _grains_of(image: np.ndarray, periodic: bool) -> NDArray[np.int32]:
    """Give every grain of one image (y, x) its number."""
    from skimage.measure import label  # noqa: PLC0415 - with scipy it takes half a second

    # numbered in the order of their first sites, from 1
    grains = label(image, background=-1, connectivity=2).astype(np.int32) - 1
    if not periodic:
        return grains
    joined = _joined_at_edges(image, grains)
    _, first = np.unique(joined, return_index=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[np.searchsorted(np.unique(joined), joined)][grains]


def _joined_at_edges(image: np.ndarray, grains: np.ndarray) -> NDArray[np.int32]:
    """Return the component (grains,) of each grain when opposite edges touch."""
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    touching = []
    for spins, numbers in ((image, grains), (image.T, grains.T)):
        for shift in (-1, 0, 1):
            same = spins[-1] == np.roll(spins[0], shift)
            touching.append((numbers[-1][same], np.roll(numbers[0], shift)[same]))
    near, far = (np.concatenate(side) for side in zip(*touching, strict=True))
    count = int(grains.max()) + 1
    graph = coo_array((np.ones(len(near), np.int8), (near, far)), (count, count))
    return connected_components(graph, directed=False)[1]
