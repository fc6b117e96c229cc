"""Persistence pairs by other libraries, with which the exact kernel is compared.

Each computes convention T. Convention V follows by duality, in one place for all.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.float64]
TopCellPairs = Callable[[NDArray[np.float64]], tuple[Pairs, Pairs]]


def vertex_pairs(top_cell_pairs: TopCellPairs, levels: NDArray[np.float64]) -> tuple[Pairs, Pairs]:
    """Compute convention V from convention T by Alexander duality.

    The sublevel sets of the vertices complement the sublevel sets of the negated image's cells, so
    holes of one are components of the other, with birth and death negated and exchanged. A ring
    below every value is the outside that joins the background at the image's border. Levels are
    ``(rows, columns)``, pairs ``(n, 2)``.
    """
    # At -inf the hole inside the ring turns into (minimum, inf), V's essential class, and the ring
    # itself is the only component born at -inf: it is the outside and has no counterpart in V.
    components, holes = top_cell_pairs(np.pad(-levels, 1, constant_values=-np.inf))
    components = components[np.isfinite(components[:, 0])]
    return -holes[:, ::-1], -components[:, ::-1]


@cache
def _gudhi_transformer() -> Any:
    """Build GUDHI's estimator once: it is the public access to the fast 2-D algorithm."""
    from gudhi.sklearn import CubicalPersistence  # noqa: PLC0415 - loads scikit-learn, 1 s

    return CubicalPersistence(homology_dimensions=[0, 1]).fit([])


def _gudhi_pairs(levels: NDArray[np.float64]) -> tuple[Pairs, Pairs]:
    """Compute convention T with GUDHI, which keeps float64 and drops pairs that die at birth."""
    h0, h1 = _gudhi_transformer().transform([levels])[0]
    return h0, h1


def _ripser_pairs(levels: NDArray[np.float64]) -> tuple[Pairs, Pairs]:
    """Compute convention T with Ripser (Tralie, Saul and Bar-On 2018, JOSS 3(29)).

    The complex is the flag complex of the 8-neighbour graph, in which a clique enters with its
    highest pixel. It is the nerve of the pixels' closed squares, so its homology is T's.
    """
    from ripser import ripser  # noqa: PLC0415 - loads scikit-learn, 1 s

    # Ripser computes in float32, which holds ranks exactly, whatever the levels are.
    values, ranks = np.unique(levels, return_inverse=True)
    graph = _lower_star_graph(ranks.reshape(levels.shape))
    values = np.append(values, np.inf)
    diagrams = ripser(graph, distance_matrix=True, maxdim=1)["dgms"]
    h0, h1 = (values[np.minimum(diagram, values.size - 1).astype(np.intp)] for diagram in diagrams)
    return h0[h0[:, 0] < h0[:, 1]], h1[h1[:, 0] < h1[:, 1]]


def _lower_star_graph(ranks: NDArray[np.intp]) -> Any:
    """Build the sparse 8-neighbour graph: vertex births on its diagonal, edge births above it."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - only this backend needs it

    index = np.arange(ranks.size).reshape(ranks.shape)
    shifts = [
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1, :], np.s_[1:, :]),
        (np.s_[:-1, :-1], np.s_[1:, 1:]),
        (np.s_[:-1, 1:], np.s_[1:, :-1]),
    ]
    tails = [index.ravel(), *(index[tail].ravel() for tail, _ in shifts)]
    heads = [index.ravel(), *(index[head].ravel() for _, head in shifts)]
    rows, cols = np.concatenate(tails), np.concatenate(heads)
    births = np.maximum(ranks.ravel()[rows], ranks.ravel()[cols])
    return coo_matrix((births, (rows, cols)), shape=(ranks.size, ranks.size))


TOP_CELL_PAIRS: dict[str, TopCellPairs] = {"gudhi": _gudhi_pairs, "ripser": _ripser_pairs}
