"""A phase percolates where a path in it returns one or more periods further along."""

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pspflow.studies.composite.certificates.percolation import percolation

from .cases import laminate

SOFT, STIFF = 0, 1


def test_layers_percolate_along_themselves():
    """Both phases of a laminate percolate along its layers, and none across."""
    assert percolation(laminate(axis=1)).tolist() == [[1, 0, 1], [1, 0, 1]]


def test_one_phase_alone_percolates_everywhere():
    """A homogeneous structure percolates along each axis; the absent phase does not."""
    assert percolation(np.ones((3, 4, 5), np.uint8)).tolist() == [[0, 0, 0], [1, 1, 1]]


def test_an_inclusion_does_not_percolate_across_a_face():
    """A part that lies on both sides of a periodic face is an inclusion."""
    structure = np.zeros((6, 6, 6), np.uint8)
    structure[:2, 2:4, 2:4] = structure[-2:, 2:4, 2:4] = 1
    assert percolation(structure)[STIFF].tolist() == [0, 0, 0]


def test_touching_both_faces_is_not_enough():
    """A part that touches both faces at places that do not meet does not percolate."""
    structure = np.zeros((6, 6, 6), np.uint8)
    structure[:3, 0, 0] = structure[2, :4, 0] = structure[2:, 3, 0] = 1
    assert percolation(structure)[STIFF].tolist() == [0, 0, 0]


def test_share_counts_percolating_parts_alone():
    """A bar of six voxels beside an inclusion of two is three quarters of its phase."""
    structure = np.zeros((6, 6, 6), np.uint8)
    structure[:, 1, 1] = 1
    structure[2:4, 4, 4] = 1
    assert percolation(structure)[STIFF].tolist() == [0.75, 0, 0]


@pytest.mark.parametrize("seed", range(12))
def test_agrees_with_supercells(seed):
    """A voxel percolates along an axis if it is joined to its image in seven periodic cells."""
    rng = np.random.default_rng(seed)
    structure = (rng.random((4, 5, 4)) < (0.25, 0.35, 0.45)[seed % 3]).astype(np.uint8)
    found = percolation(structure)
    for phase in (SOFT, STIFF):
        member = structure == phase
        for axis in range(3):
            repeats = np.ones(3, int)
            repeats[axis] = 7  # a prime, larger than any winding of so small a structure
            labels = _periodic_labels(np.tile(member, repeats))
            moved = np.roll(labels, structure.shape[axis], axis)
            joined = (labels == moved) & np.tile(member, repeats)
            assert found[phase, axis] == pytest.approx(joined.sum() / 7 / max(1, member.sum()))


def _periodic_labels(member):
    """Label the face-connected parts of a periodic structure, voxel by voxel."""
    places = np.arange(member.size).reshape(member.shape)
    edges = []
    for axis in range(3):
        both = member & np.roll(member, -1, axis)
        edges.append(np.stack([places[both], np.roll(places, -1, axis)[both]]))
    rows, columns = np.concatenate(edges, axis=1)
    graph = coo_matrix((np.ones(rows.size), (rows, columns)), (member.size, member.size))
    return connected_components(graph, directed=False)[1].reshape(member.shape)
