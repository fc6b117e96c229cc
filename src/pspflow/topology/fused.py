"""The exact kernel over stacks: grey levels to critical pixels, or straight to persistence images.

Functions here take and return plain arrays, run on one thread and release the GIL, so that callers
may share a stack among threads.
"""

import numpy as np

from pspflow.topology.kernel import compiled, new_workspace, pair_image


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


@compiled
def pair_stack(stack: np.ndarray, cells: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pair the critical pixels of every image.

    Parameters
    ----------
    stack
        From `order_keys`, shape ``(n, rows, columns)`` with at least one pixel each.
    cells
        Convention T; otherwise V.

    Returns
    -------
    pixels, counts
        (birth, death) as flat indices into the image, int32 of shape ``(pairs, 2)``, for H0 then H1
        of each image in turn, and how many there are of each, int64 of shape ``(n, 2)``. Every H0
        begins with the essential class, whose death is -1. Pairs that die at birth are left out.
    """
    n, rows, columns = stack.shape
    width = columns + 2
    workspace = new_workspace(stack[:1].reshape(rows, columns))
    components = np.empty((rows * columns, 2), np.int32)
    holes = np.empty((rows * columns, 2), np.int32)
    pixels = np.empty((n * rows * columns, 2), np.int32)
    counts = np.empty((n, 2), np.int64)
    total = 0
    for image in range(n):
        n0, n1, essential = pair_image(stack[image], cells, workspace, components, holes)
        pixels[total] = _unpad(essential, width), -1
        total += 1
        for k in range(n0):
            pixels[total, 0] = _unpad(components[k, 0], width)
            pixels[total, 1] = _unpad(components[k, 1], width)
            total += 1
        for k in range(n1):
            pixels[total, 0] = _unpad(holes[k, 1], width)
            pixels[total, 1] = _unpad(holes[k, 0], width)
            total += 1
        counts[image] = n0 + 1, n1
    return pixels[:total].copy(), counts


@compiled
def _unpad(position: int, width: int) -> int:
    row, column = divmod(np.uint32(position), np.uint32(width))
    return (int(row) - 1) * (width - 2) + int(column) - 1


@compiled
def image_stack(
    stack: np.ndarray,
    cells: bool,
    close: bool,
    birth_table: np.ndarray,
    persistence_table: np.ndarray,
    out: np.ndarray,
) -> None:
    """Compute the persistence images of 8-bit images.

    Parameters
    ----------
    stack
        uint8, shape ``(n, rows, columns)`` with at least one pixel each.
    cells
        Convention T; otherwise V.
    close
        Whether the essential class dies at the image's maximum; otherwise it is left out.
    birth_table, persistence_table
        Factors of each grey level, as `PersistenceImager` makes them, ``(256, resolution)``.
    out
        Filled with the images, float64 of shape ``(n, 2, resolution, resolution)``.
    """
    n, rows, columns = stack.shape
    workspace = new_workspace(stack[:1].reshape(rows, columns))
    keys = workspace[0]
    components = np.empty((rows * columns, 2), np.int32)
    holes = np.empty((rows * columns, 2), np.int32)
    by_birth = np.empty_like(persistence_table)
    inversion = np.uint8(255 if cells else 0)
    for image in range(n):
        n0, n1, essential = pair_image(stack[image], cells, workspace, components, holes)
        by_birth[:] = 0
        if close:
            birth = keys[essential] ^ inversion
            by_birth[birth] += persistence_table[_maximum(stack[image]) - birth]
        _add_pairs(keys, inversion, components, n0, 0, persistence_table, by_birth)
        _multiply(birth_table, by_birth, out[image, 0])
        by_birth[:] = 0
        _add_pairs(keys, inversion, holes, n1, 1, persistence_table, by_birth)
        _multiply(birth_table, by_birth, out[image, 1])


@compiled
def _maximum(image: np.ndarray) -> int:
    highest = np.uint8(0)
    for row in image:
        for level in row:
            highest = max(highest, level)
    return int(highest)


@compiled
def _add_pairs(
    keys: np.ndarray,
    inversion: np.uint8,
    pairs: np.ndarray,
    count: int,
    birth_at: int,
    persistence_table: np.ndarray,
    by_birth: np.ndarray,
) -> None:
    """Add every pair's persistence factors to the row of its birth level."""
    for k in range(count):
        birth = np.int64(keys[pairs[k, birth_at]] ^ inversion)
        death = np.int64(keys[pairs[k, 1 - birth_at]] ^ inversion)
        row = by_birth[birth]
        factors = persistence_table[death - birth]
        for at in range(row.size):
            row[at] += factors[at]


@compiled
def _multiply(birth_table: np.ndarray, by_birth: np.ndarray, out: np.ndarray) -> None:
    """Set ``out = birth_table.T @ by_birth``."""
    out[:] = 0
    for birth in range(birth_table.shape[0]):
        row = by_birth[birth]
        for i in range(out.shape[0]):
            factor = birth_table[birth, i]
            line = out[i]
            for j in range(row.size):
                line[j] += factor * row[j]
