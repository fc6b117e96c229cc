"""Exact sublevel-set persistence of one 2-D image.

A class of the sublevel set ``{pixels <= level}`` is born and dies as the level rises: connected
components in homology dimension 0 (H0), holes in dimension 1 (H1). The *convention* defines which
pixels are connected:

``"T"``
    Pixels are the top-dimensional cells, closed squares. Components are 8-connected; the
    background that separates holes is 4-connected.
``"V"``
    Pixels are the vertices of a grid of squares. Components are 4-connected; the background is
    8-connected.

The exact backend also finds the pixels of every pair, which `critical_pixels` returns.
"""

from functools import partial
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import along, refuses_masks, unmasked
from pspflow.topology.kernel import pair_stack
from pspflow.topology.libraries import TOP_CELL_PAIRS, Pairs, vertex_pairs

Convention = Literal["T", "V"]
Backend = Literal["exact", "gudhi", "ripser"]
InfiniteDeath = Literal["max", "drop"]
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
        ``"T"`` (pixels are cells) or ``"V"`` (pixels are vertices); see above.
    backend
        ``"exact"`` (`pspflow.topology.kernel`), ``"gudhi"`` (a few times slower) or ``"ripser"``
        (the library of the temper paper, several hundred times slower). All are exact and return
        the same arrays.

    Returns
    -------
    h0, h1
        Float64 arrays of shape ``(n, 2)`` that hold (birth, death) in grey levels, sorted by birth
        and then by death. Pairs that die at birth are left out. The component that never dies is
        ``(image minimum, inf)`` in `h0`.

    Raises
    ------
    ValueError
        If the image is not 2-D, is empty, is not real, or holds masked, NaN or infinite pixels, or
        if the convention or the backend is unknown.

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
    elif backend in TOP_CELL_PAIRS:
        top_cell_pairs = TOP_CELL_PAIRS[backend]
        pairs = top_cell_pairs if convention == "T" else partial(vertex_pairs, top_cell_pairs)
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
        grey level, their order in the image decides which of them is given.

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
        If `infinite_death` is unknown, or the maximum is below a birth or a finite death (as that
        of another image, or on another scale).
    """
    check_choices(infinite_death=infinite_death)
    h0 = unmasked(h0, "h0")
    if infinite_death == "max":
        highest = np.max(h0, where=np.isfinite(h0), initial=-np.inf)
        if not highest <= maximum < np.inf:
            raise ValueError(
                f"maximum is {maximum:g}, but a component is born or dies at {highest:g}: give the "
                "highest grey level of the same image"
            )
        return np.minimum(h0, maximum)
    return h0[np.isfinite(h0[:, 1])]


def check_choices(convention: str = "T", infinite_death: str = "max") -> None:
    """Refuse an unknown convention or treatment of the essential class, and name the choices.

    Raises
    ------
    ValueError
        If either is unknown.
    """
    if convention not in get_args(Convention):
        raise ValueError(f"convention must be 'T' or 'V', got {convention!r}")
    if infinite_death not in get_args(InfiniteDeath):
        raise ValueError(f"infinite_death must be 'max' or 'drop', got {infinite_death!r}")


def _as_image(image: ArrayLike) -> NDArray[Any]:
    """Validate an image."""
    array = np.asarray(along(unmasked(image, "image"), ("y", "x")))
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


@refuses_masks
def order_keys(levels: np.ndarray) -> np.ndarray:
    """Turn real grey levels into unsigned integers of the same order, ties included.

    Parameters
    ----------
    levels
        Finite grey levels of any shape and real dtype. Beyond 16 bits, integers go through float64.

    Returns
    -------
    C-contiguous, writable array of the same shape: uint8 and uint16 as they are, uint32 for what
    float32 holds, uint64 for the rest.
    """
    if levels.dtype.kind == "b" or (levels.dtype.kind == "u" and levels.dtype.itemsize <= 2):
        return np.require(levels, f"u{levels.dtype.itemsize}", ("C", "W"))
    single = np.can_cast(levels.dtype, np.float32)
    real, signed, unsigned = ("f4", "i4", "u4") if single else ("f8", "i8", "u8")
    # Adding 0 makes -0.0 a tie of 0.0. The bits of IEEE numbers are in the order of the numbers
    # when the sign bit of positive ones, and every bit of negative ones, is flipped.
    bits = np.add(levels, 0.0, dtype=real, order="C")
    shift = 8 * bits.itemsize - 1
    negative = (bits.view(signed) >> shift).view(unsigned)
    keys: np.ndarray = bits.view(unsigned) ^ (negative | np.array(1 << shift, dtype=unsigned))
    return keys
