"""Exact sublevel-set persistence of one 2-D image.

A class of the sublevel set ``{pixels <= level}`` is born and dies as the level rises: connected
components in homology dimension 0 (H0), holes in dimension 1 (H1). What counts as connected is the
*convention*:

``"T"``
    Pixels are the top-dimensional cells, closed squares. Components are 8-connected; the
    background that separates holes is 4-connected.
``"V"``
    Pixels are the vertices of a grid of squares. Components are 4-connected; the background is
    8-connected.

The exact backend computes either and knows the pixels behind every pair. The libraries compute T,
and V follows from T by duality, in one place for both.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.topology.fused import order_keys, pair_stack

Convention = Literal["T", "V"]
Backend = Literal["exact", "gudhi", "ripser"]
InfiniteDeath = Literal["max", "drop"]
Pairs = NDArray[np.float64]
PixelPairs = NDArray[np.intp]


def persistence_pairs(
    image: ArrayLike, convention: Convention = "T", backend: Backend = "exact"
) -> tuple[Pairs, Pairs]:
    """Compute the persistence pairs of an image's sublevel sets.

    Parameters
    ----------
    image
        Grey levels, shape ``(rows, cols)``, any real dtype. Computed in float64, so integers
        beyond 2**53 are rounded.
    convention
        ``"T"`` (pixels are cells) or ``"V"`` (pixels are vertices); see the module.
    backend
        ``"exact"`` (`pspflow.topology.kernel`), ``"gudhi"`` (a few times slower) or ``"ripser"``
        (the stack of the temper paper, several hundred times slower). All are exact and return the
        same arrays.

    Returns
    -------
    h0, h1
        Float64 arrays of shape ``(n, 2)`` that hold (birth, death) in grey levels, sorted by birth
        and then by death. Pairs that die at birth are left out. The component that never dies is
        ``(image minimum, inf)`` in `h0`.

    Raises
    ------
    ValueError
        If the image is not 2-D, is empty, is not real, or holds NaN or infinite pixels, or if the
        convention or the backend is unknown.

    References
    ----------
    Temper paper, section 2.3 (sublevel-set persistence, H0 and H1). Conventions and their
    duality: Bleile, Garin, Heiss, Maggs and Robins 2022, "The persistent homology of dual digital
    image constructions".

    Examples
    --------
    A dark ring around a bright pixel is one component and one hole.

    >>> h0, h1 = persistence_pairs([[1, 1, 1], [1, 7, 1], [1, 1, 1]])
    >>> h0.tolist(), h1.tolist()
    ([[1.0, inf]], [[1.0, 7.0]])
    """
    check_choices(convention)
    array = _as_image(image)
    if backend == "exact":
        levels = array.astype(np.float64).ravel()
        h0, h1 = (levels[pixels] for pixels in _critical_pixels(array, convention))
        h0[0, 1] = np.inf
    elif backend in _TOP_CELL_PAIRS:
        top_cell_pairs = _TOP_CELL_PAIRS[backend]
        pairs = top_cell_pairs if convention == "T" else partial(_vertex_pairs, top_cell_pairs)
        h0, h1 = pairs(array.astype(np.float64))
    else:
        raise ValueError(f"backend must be 'exact', 'gudhi' or 'ripser', got {backend!r}")
    return _sorted(h0), _sorted(h1)


def critical_pixels(
    image: ArrayLike, convention: Convention = "T"
) -> tuple[PixelPairs, PixelPairs]:
    """Find the pixels at which an image's pairs are born and die.

    Parameters
    ----------
    image, convention
        As in `persistence_pairs`.

    Returns
    -------
    h0, h1
        Integer arrays of shape ``(n, 2)`` that hold (birth pixel, death pixel) as flat indices into
        the image; `numpy.unravel_index` gives rows and columns. Row for row they are the pairs of
        `persistence_pairs`. The component that never dies has the death -1. Where pixels tie in
        grey level, which of them is named depends on their order in the image.

    Raises
    ------
    ValueError
        As in `persistence_pairs`.

    Examples
    --------
    >>> h0, h1 = critical_pixels([[1, 2, 3], [8, 9, 4], [7, 6, 0]])
    >>> h0.tolist(), h1.tolist()
    ([[8, -1], [0, 5]], [[3, 4]])
    """
    check_choices(convention)
    array = _as_image(image)
    h0, h1 = _critical_pixels(array, convention)
    levels = array.astype(np.float64).ravel()
    deaths = levels[h0[:, 1]]
    deaths[0] = np.inf
    return (
        h0[np.lexsort((h0[:, 1], h0[:, 0], deaths, levels[h0[:, 0]]))],
        h1[np.lexsort((h1[:, 1], h1[:, 0], levels[h1[:, 1]], levels[h1[:, 0]]))],
    )


def close_essential_class(
    h0: Pairs, maximum: float, infinite_death: InfiniteDeath = "max"
) -> Pairs:
    """Give the component that never dies a finite death, or leave it out.

    Parameters
    ----------
    h0
        (birth, death) in grey levels, shape ``(n, 2)``.
    maximum
        Highest grey level of the image. No finite death exceeds it.
    infinite_death
        ``"max"``: the component dies at the maximum; ``"drop"``: it is left out.

    Raises
    ------
    ValueError
        If `infinite_death` is unknown.
    """
    check_choices(infinite_death=infinite_death)
    if infinite_death == "max":
        return np.minimum(h0, maximum)
    return h0[np.isfinite(h0[:, 1])]


def check_choices(convention: str = "T", infinite_death: str = "max") -> None:
    """Refuse, with the choices, a convention or a treatment of the essential class not known.

    Raises
    ------
    ValueError
        As said.
    """
    if convention not in get_args(Convention):
        raise ValueError(f"convention must be 'T' or 'V', got {convention!r}")
    if infinite_death not in get_args(InfiniteDeath):
        raise ValueError(f"infinite_death must be 'max' or 'drop', got {infinite_death!r}")


def _as_image(image: ArrayLike) -> NDArray[Any]:
    """Validate an image."""
    array = np.asarray(image)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"image must be 2-D with at least one pixel, got shape {array.shape}")
    if array.dtype.kind not in "buif":
        raise ValueError(f"image must hold real numbers, got dtype {array.dtype}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("image must be finite, but it holds NaN or infinite pixels")
    return array


def _critical_pixels(image: NDArray[Any], convention: Convention) -> tuple[PixelPairs, PixelPairs]:
    """Run the exact kernel on one image: the essential class comes first, the rest unsorted."""
    pixels, counts = pair_stack(order_keys(image[None]), convention == "T")
    count0 = counts[0, 0]
    return pixels[:count0].astype(np.intp), pixels[count0:].astype(np.intp)


def _sorted(pairs: Pairs) -> Pairs:
    """Sort pairs by birth, then death."""
    # Complex numbers sort by real, then imaginary part, faster than np.lexsort does.
    keys = np.ascontiguousarray(pairs).view(np.complex128)
    return np.sort(keys, axis=0).view(np.float64)


def _vertex_pairs(
    top_cell_pairs: Callable[[NDArray[np.float64]], tuple[Pairs, Pairs]],
    levels: NDArray[np.float64],
) -> tuple[Pairs, Pairs]:
    """Compute convention V from convention T by Alexander duality.

    The sublevel sets of the vertices complement the sublevel sets of the negated image's cells, so
    holes of one are components of the other, with birth and death negated and exchanged. A ring
    below every value is the outside that joins the background at the image's border.
    """
    # At -inf the hole inside the ring turns into (minimum, inf), V's essential class, and the ring
    # itself is the only component born at -inf: it is the outside and has no counterpart in V.
    components, holes = top_cell_pairs(np.pad(-levels, 1, constant_values=-np.inf))
    components = components[np.isfinite(components[:, 0])]
    return -holes[:, ::-1], -components[:, ::-1]


@cache
def _gudhi_transformer() -> Any:
    """Build GUDHI's estimator once: it is the public door to the fast 2-D algorithm."""
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

    # Ripser computes in float32. Ranks pass through it exactly, whatever the levels.
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


_TOP_CELL_PAIRS: dict[str, Callable[[NDArray[np.float64]], tuple[Pairs, Pairs]]] = {
    "gudhi": _gudhi_pairs,
    "ripser": _ripser_pairs,
}
