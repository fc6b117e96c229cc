"""Percolation of the phases of periodic structures along each axis."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy import ndimage

from pspflow.arrays import refuses_masks

PHASES: Final = ("soft", "stiff")
AXES: Final = ("x", "y", "z")
FACES: Final = ndimage.generate_binary_structure(3, 1)
"""Voxels are joined through faces: stress that passes an edge or a corner alone is an artefact."""


@refuses_masks
def percolation(structure: np.ndarray) -> np.ndarray:
    """Measure which share of each phase belongs to parts that percolate along each axis.

    A part percolates along an axis if a path in it, continued through the periodic faces, returns
    to its start one or more periods further along this axis. Touching both faces is not enough.

    Parameters
    ----------
    structure
        Phase ids 0 (soft) and 1 (stiff), shape ``(nx, ny, nz)``.

    Returns
    -------
    Float64 of shape ``(2, 3)``: phase, then axis; 0 if no part percolates or the phase is absent.

    References
    ----------
    Machta, Choi, Lucke, Schweizer and Chayes 1996, "Invaded cluster algorithm for Potts models",
    Phys. Rev. E 54, 1332 (displacements along a spanning tree show whether a cluster wraps).
    """
    return np.stack([_shares(structure == phase) for phase in (0, 1)])


def _shares(member: np.ndarray) -> np.ndarray:
    """Return the share of voxels of one phase in percolating parts, per axis, ``(3,)``."""
    labels, count = ndimage.label(member, FACES)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    parts, windings = _windings(count, list(_crossings(labels)))
    wraps = np.zeros((count + 1, 3), bool)
    for root, along in windings:
        wraps[root] |= along
    shares: np.ndarray = (sizes[1:, None] * wraps[parts[1:]]).sum(axis=0) / max(1, sizes[1:].sum())
    return shares


def _crossings(labels: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Yield pairs of labels that meet through a periodic face, and its axis."""
    for axis in range(3):
        last, first = labels.take(-1, axis).ravel(), labels.take(0, axis).ravel()
        both = (last > 0) & (first > 0)
        for low, high in np.unique(np.stack([last[both], first[both]], axis=1), axis=0).tolist():
            yield low, high, axis


def _windings(
    count: int, crossings: list[tuple[int, int, int]]
) -> tuple[np.ndarray, list[tuple[int, np.ndarray]]]:
    """Join labels through the faces, and find the closed paths that lead to another period.

    Returns
    -------
    The root of each label, shape ``(count + 1,)``, and for each closed path the root of its part
    and whether it advances along each axis, bool ``(3,)``.
    """
    neighbours: dict[int, list[tuple[int, np.ndarray]]] = {}
    for low, high, axis in crossings:
        step = np.eye(3, dtype=int)[axis]
        neighbours.setdefault(low, []).append((high, step))
        neighbours.setdefault(high, []).append((low, -step))
    roots, found = np.arange(count + 1), []
    cells: dict[int, np.ndarray] = {}
    for root in neighbours:
        if root in cells:
            continue
        cells[root], waiting = np.zeros(3, int), [root]
        while waiting:
            label = waiting.pop()
            roots[label] = root
            for other, step in neighbours[label]:
                at = cells[label] + step
                if other not in cells:
                    cells[other] = at
                    waiting.append(other)
                elif (at != cells[other]).any():
                    found.append((root, at != cells[other]))
    return roots, found
