"""Gram matrices of slices under few constant filters and a rectifier: kernels for a CPU.

Eight filters of 3 x 3 pixels are too few for a library's convolutions and products of matrices:
they take six times as long, since all maps go through memory several times. Here the maps of one
slice at a time are made, and made again for the gradient.

A slice is a line of pixels, row after row, and so is each of its maps, which begin at the same
place: pixels whose window would pass the end of a row have 0. Lines are cut to equal lengths first,
so that their indices need no check and the compiler uses the processor's vectors.

All is in one module because numba's cache of machine code watches only the file of the cached
function, not the files of the functions that it calls.
"""

import numpy as np

from pspflow.topology.compiled import compiled_sums

KERNEL = 3
"""Pixels of a filter along each axis."""
FILTERS = 8


@compiled_sums
def rectified(
    pixels: np.ndarray, width: int, filters: np.ndarray, offsets: np.ndarray, maps: np.ndarray
) -> None:
    """Make the maps of one slice.

    Parameters
    ----------
    pixels
        The slice, shape ``(h * width,)``, float32 or float64; the others are of its type.
    width
        Pixels of a row.
    filters, offsets
        Shapes ``(8, 9)`` and ``(8,)``.
    maps
        Written, shape ``(8, (h - 3) * width + width - 2)``.
    """
    length = maps.shape[1]
    p0, p1, p2 = pixels[:length], pixels[1 : 1 + length], pixels[2 : 2 + length]
    down = pixels[width:]
    p3, p4, p5 = down[:length], down[1 : 1 + length], down[2 : 2 + length]
    down = pixels[2 * width :]
    p6, p7, p8 = down[:length], down[1 : 1 + length], down[2 : 2 + length]
    zero = pixels.dtype.type(0)
    for c in range(FILTERS):
        f, offset, line = filters[c], offsets[c], maps[c]
        f0, f1, f2, f3, f4, f5, f6, f7, f8 = f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8]
        for i in range(length):
            upper = f0 * p0[i] + f1 * p1[i] + f2 * p2[i]
            middle = f3 * p3[i] + f4 * p4[i] + f5 * p5[i]
            value = offset + upper + middle + f6 * p6[i] + f7 * p7[i] + f8 * p8[i]
            line[i] = value if value > zero else zero
        for first in range(width - KERNEL + 1, length, width):
            line[first : first + KERNEL - 1] = zero


@compiled_sums
def mean_of(line: np.ndarray, size: float) -> float:
    """Return the mean of a map of so many pixels: its line (n,) holds zeros beside them."""
    total = line[0]
    for i in range(1, len(line)):
        total += line[i]
    return total / size


@compiled_sums
def grams(
    slices: np.ndarray, filters: np.ndarray, offsets: np.ndarray, centred: bool, found: np.ndarray
) -> None:
    """Write the mean products of the maps of each slice.

    Parameters
    ----------
    slices
        Shape ``(m, h, w)``, contiguous.
    filters, offsets
        As in `rectified`.
    centred
        Whether the maps' means are subtracted first.
    found
        Written, shape ``(m, 8, 8)``.
    """
    count, height, width = slices.shape
    size = slices.dtype.type((height - KERNEL + 1) * (width - KERNEL + 1))
    length = (height - KERNEL + 1) * width - KERNEL + 1
    maps = np.empty((FILTERS, length), slices.dtype)
    means = np.zeros(FILTERS, slices.dtype)
    for s in range(count):
        rectified(slices[s].reshape(-1), width, filters, offsets, maps)
        for c in range(FILTERS):
            one = maps[c]
            if centred:
                means[c] = mean_of(one, size)
            for d in range(c + 1):
                other = maps[d]
                total = one[0] * other[0]
                for i in range(1, length):
                    total += one[i] * other[i]
                total = total / size - means[c] * means[d]
                found[s, c, d] = total
                found[s, d, c] = total


@compiled_sums
def combined(weights: np.ndarray, lines: np.ndarray, level: float, out: np.ndarray) -> None:
    """Add lines, shape ``(8, n)``, by weights ``(8,)``, less a level, to a line ``(n,)``."""
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    w4, w5, w6, w7 = weights[4], weights[5], weights[6], weights[7]
    l0, l1, l2, l3 = lines[0], lines[1], lines[2], lines[3]
    l4, l5, l6, l7 = lines[4], lines[5], lines[6], lines[7]
    for i in range(len(out)):
        first = w0 * l0[i] + w1 * l1[i] + w2 * l2[i] + w3 * l3[i]
        out[i] += first + w4 * l4[i] + w5 * l5[i] + w6 * l6[i] + w7 * l7[i] - level


@compiled_sums
def gradients(
    slices: np.ndarray,
    filters: np.ndarray,
    offsets: np.ndarray,
    centred: bool,
    both: np.ndarray,
    found: np.ndarray,
) -> None:
    """Add to the gradients of slices those of what `grams` writes.

    Parameters
    ----------
    slices, filters, offsets, centred
        As in `grams`.
    both
        The gradient of the mean products and its transpose, added, shape ``(m, 8, 8)``.
    found
        Added to, shape ``(m, h, w)``, contiguous.
    """
    count, height, width = slices.shape
    size = slices.dtype.type((height - KERNEL + 1) * (width - KERNEL + 1))
    length = (height - KERNEL + 1) * width - KERNEL + 1
    zero = slices.dtype.type(0)
    maps = np.empty((FILTERS, length), slices.dtype)
    passed = np.empty((FILTERS, length), slices.dtype)
    weights, means = np.empty(FILTERS, slices.dtype), np.zeros(FILTERS, slices.dtype)
    turned = np.ascontiguousarray(filters.T)
    for s in range(count):
        rectified(slices[s].reshape(-1), width, filters, offsets, maps)
        if centred:
            for c in range(FILTERS):
                means[c] = mean_of(maps[c], size)
        for c in range(FILTERS):
            level = zero
            for d in range(FILTERS):
                weights[d] = both[s, c, d] / size
                level += weights[d] * means[d]
            line, one = passed[c], maps[c]
            line[:] = zero
            combined(weights, maps, level, line)
            for i in range(length):
                line[i] = line[i] if one[i] > zero else zero
        out = found[s].reshape(-1)
        for place in range(KERNEL * KERNEL):
            first = place // KERNEL * width + place % KERNEL
            combined(turned[place], passed, zero, out[first : first + length])
