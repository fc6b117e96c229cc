"""The exact kernel: extremum and saddle pixel of every sublevel-set pair of a 2-D image.

Why it is exact. Pixels are totally ordered by (grey level, index), so ties have an order but no
persistence. In convention V pixels are vertices, and a vertex enters together with the edges and
squares whose highest pixel it is: its lower star. Inside a lower star, cells are matched in pairs
that enter at once and change no homology. Clockwise around the pixel, each unbroken arc of lower
neighbours is an edge, a square, an edge, ... The pixel is matched with the first edge of its first
arc and every square with the edge that follows it. The rest is critical: a pixel without lower
neighbours (minimum), the first edge of every further arc (saddle), one square of a pixel whose
neighbours are all lower (maximum). Such a matching is a discrete gradient, and the persistence of
its critical cells is that of the image.

In two dimensions the gradient is two forests. From pixel to matched edge to lower pixel it ends in
a minimum, from square to matched edge to higher square in a maximum or outside the image: both are
union-find forests in which every basin is a tree already. Kruskal's algorithm over the critical
edges, ascending, joins basins: the higher minimum dies at the edge's pixel (H0). An edge whose ends
are joined already closes a loop: a hole is born (H1). By Alexander duality it dies where the parts
of the complement on its two sides are separated last, so the same edges, descending, join squares:
the lower maximum fills the hole. Only critical edges are sorted.

Convention T (pixels are cells) is V of the inverted image inside a ring lower than every pixel,
with H0 and H1, births and deaths exchanged.

Entry points are `pair_stack` and `image_stack`: they run on one thread and release the GIL, so that
callers may divide a stack among threads. All is in one module because numba's cache of machine code
watches only the file of the cached function, not the files of the functions that it calls.

References
----------
Robins, Wood and Sheppard 2011, "Theory and algorithms for constructing discrete Morse complexes
from grayscale digital images", IEEE TPAMI 33(8). Bleile, Garin, Heiss, Maggs and Robins 2022, "The
persistent homology of dual digital image constructions".
"""

from typing import Any

import numpy as np

from pspflow.topology.compiled import compiled

# Neighbours clockwise from north, one bit each: edges on even bits, squares on odd ones.
N, NE, E, SE, S, SW, W, NW = (1 << bit for bit in range(8))
EDGES = N | E | S | W
ALL = 255

# The position of a single bit in 64: multiplied by this number, every position has six other
# leading bits.
DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
POSITIONS = np.zeros(64, dtype=np.int64)
POSITIONS[[(int(DE_BRUIJN) << bit) % 2**64 >> 58 for bit in range(64)]] = np.arange(64)


@compiled
def pair_stack(stack: np.ndarray, cells: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pair the critical pixels of every image.

    Parameters
    ----------
    stack
        From `pspflow.topology.pairs.order_keys`, shape ``(n, rows, columns)``, not empty.
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
        uint8, shape ``(n, rows, columns)``, not empty.
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
        np.dot(birth_table.T, by_birth, out[image, 0])
        by_birth[:] = 0
        _add_pairs(keys, inversion, holes, n1, 1, persistence_table, by_birth)
        np.dot(birth_table.T, by_birth, out[image, 1])


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
        birth = keys[np.uint32(pairs[k, birth_at])] ^ inversion
        death = keys[np.uint32(pairs[k, 1 - birth_at])] ^ inversion
        row = by_birth[np.uint32(birth)]
        factors = persistence_table[np.uint32(death - birth)]
        for at in range(row.size):
            row[at] += factors[at]


@compiled
def new_workspace(image: np.ndarray) -> Any:
    """Allocate what `pair_image` needs for images (rows, columns) like this one.

    All but the last have a ring of one pixel around the image, which stays 0.
    """
    rows, columns = image.shape
    size = (rows + 2) * (columns + 2)
    keys = np.zeros(size, image.dtype)
    masks = np.zeros(size, np.uint8)
    codes = np.zeros(size + 8, np.uint8)
    pixels = np.zeros(size, np.int32)
    squares = np.zeros(size, np.int32)
    edges = np.zeros((2, rows * columns), np.int32)
    return keys, masks, codes, pixels, squares, edges


@compiled
def pair_image(
    image: np.ndarray, cells: bool, workspace: Any, components: np.ndarray, holes: np.ndarray
) -> tuple[int, int, int]:
    """Pair the critical pixels of one image.

    Parameters
    ----------
    image
        Unsigned integers in the order of the grey levels, shape ``(rows, columns)``.
    cells
        Convention T; otherwise V.
    workspace
        From `new_workspace`; its first array then holds the image, inverted for T, in a ring.
    components, holes
        Filled with (extremum, saddle) of H0 and H1, int32 of shape ``(rows * columns, 2)``:
        positions in the workspace. An image has fewer pairs than pixels.

    Returns
    -------
    Numbers of H0 and of H1 pairs, without those that die at birth and without the essential class,
    and the pixel at which the essential class is born.
    """
    keys, masks, codes, pixels, squares, edges = workspace
    rows, columns = image.shape
    width = columns + 2
    outside = 0  # any position of the ring: the forests send the whole ring there
    _pad(image, cells, keys)
    _find_lower_neighbours(keys, rows, columns, masks)
    _close_border(masks, rows, columns, cells)
    _grow_pixel_forest(masks, rows, columns, pixels)
    _match_squares(masks, rows, columns, codes)
    _grow_square_forest(codes, rows, columns, cells, squares)
    _mark_saddles(masks, codes)
    count = _list_saddles(codes, edges[0])
    _sort_edges(keys, edges, count)

    # A square is named after its north-western pixel; a maximum's square lies north-west of it.
    to_maximum = width + 1
    ends = np.array([[0, -width], [0, 1], [0, width], [0, -1]], np.int32)
    sides = np.array([[-width - 1, -width], [-width, 0], [0, -1], [-1, -width - 1]], np.int32)
    if cells:
        n1, loops = _merge(keys, edges[0], count, pixels, ends, 0, outside, False, holes)
        _reverse(edges[0], loops)
        n0, _ = _merge(keys, edges[0], loops, squares, sides, to_maximum, -1, True, components)
        essential = _find(squares, to_maximum) + to_maximum
    else:
        n0, loops = _merge(keys, edges[0], count, pixels, ends, 0, -1, False, components)
        _reverse(edges[0], loops)
        n1, _ = _merge(keys, edges[0], loops, squares, sides, to_maximum, outside, True, holes)
        essential = _find(pixels, to_maximum)
    return n0, n1, essential


@compiled
def _pad(image: np.ndarray, invert: bool, keys: np.ndarray) -> None:
    rows, columns = image.shape
    width = columns + 2
    for i in range(rows):
        line = keys[(i + 1) * width + 1 : (i + 2) * width - 1]
        if invert:
            for j in range(columns):
                line[j] = ~image[i, j]
        else:
            for j in range(columns):
                line[j] = image[i, j]


@compiled
def _find_lower_neighbours(keys: np.ndarray, rows: int, columns: int, masks: np.ndarray) -> None:
    """Set a bit for every neighbour that comes before the pixel in the order (key, index)."""
    width = columns + 2
    for i in range(1, rows + 1):
        above = keys[(i - 1) * width : i * width]
        line = keys[i * width : (i + 1) * width]
        below = keys[(i + 1) * width : (i + 2) * width]
        out = masks[i * width : (i + 1) * width]
        for j in range(1, columns + 1):
            key = line[j]
            mask = np.uint8(above[j] <= key)
            mask |= np.uint8(above[j + 1] <= key) << np.uint8(1)
            mask |= np.uint8(line[j + 1] < key) << np.uint8(2)
            mask |= np.uint8(below[j + 1] < key) << np.uint8(3)
            mask |= np.uint8(below[j] < key) << np.uint8(4)
            mask |= np.uint8(below[j - 1] < key) << np.uint8(5)
            mask |= np.uint8(line[j - 1] <= key) << np.uint8(6)
            mask |= np.uint8(above[j - 1] <= key) << np.uint8(7)
            out[j] = mask


@compiled
def _close_border(masks: np.ndarray, rows: int, columns: int, ring_is_lower: bool) -> None:
    """Correct the masks of border pixels: the ring is lower than all pixels, or higher."""
    width = columns + 2
    for first, step, count, bits in (
        (width + 1, 1, columns, NW | N | NE),
        (rows * width + 1, 1, columns, SW | S | SE),
        (width + 1, width, rows, NW | W | SW),
        (width + columns, width, rows, NE | E | SE),
    ):
        for k in range(count):
            if ring_is_lower:
                masks[first + k * step] |= np.uint8(bits)
            else:
                masks[first + k * step] &= np.uint8(ALL - bits)


@compiled
def _starts_of_arcs(mask: int) -> int:
    """Keep the lower edges, one bit each, that do not continue an arc of lower neighbours."""
    square_before = (mask << 1) | (mask >> 7)
    edge_before = (mask << 2) | (mask >> 6)
    return mask & ~(square_before & edge_before) & EDGES


@compiled
def _grow_pixel_forest(masks: np.ndarray, rows: int, columns: int, pixels: np.ndarray) -> None:
    """Send every pixel two steps along matched edges; minima and the ring stay where they are."""
    width = columns + 2
    steps = np.zeros(256, np.int32)
    for mask in range(1, 256):
        starts = _starts_of_arcs(mask)
        if starts & N or mask == ALL:
            steps[mask] = -width
        elif starts & E:
            steps[mask] = 1
        elif starts & S:
            steps[mask] = width
        elif starts & W:
            steps[mask] = -1
    for i in range(1, rows + 1):
        first = i * width + 1
        line = masks[first : first + columns]
        out = pixels[first : first + columns]
        for j in range(columns):
            lower = np.uint32(first + j + steps[line[j]])
            out[j] = lower + steps[masks[lower]]


@compiled
def _match_squares(masks: np.ndarray, rows: int, columns: int, codes: np.ndarray) -> None:
    """Code where every square's matched edge leads: 1 east, 2 west, 3 north, 4 south, 0 nowhere.

    A square is matched with the edge that follows it clockwise around its highest pixel.
    """
    width = columns + 2
    for i in range(rows + 1):
        upper = masks[i * width : (i + 1) * width]
        lower = masks[(i + 1) * width : (i + 2) * width]
        out = codes[i * width : (i + 1) * width]
        for j in range(columns + 1):
            west = np.uint8((upper[j] & (E | SE | S)) == (E | SE | S))
            north = np.uint8((upper[j + 1] & (S | SW | W)) == (S | SW | W))
            south = np.uint8((lower[j] & (N | NE | E)) == (N | NE | E))
            east = np.uint8((lower[j + 1] & (W | NW | N)) == (W | NW | N))
            east &= np.uint8(lower[j + 1] != ALL)
            out[j] = east + 2 * west + 3 * north + 4 * south


@compiled
def _grow_square_forest(
    codes: np.ndarray, rows: int, columns: int, cells: bool, squares: np.ndarray
) -> None:
    """Send every square two steps along matched edges; maxima stay where they are.

    In V the squares that touch the ring are the outside. In T they are ordinary squares.
    """
    width = columns + 2
    steps = np.array([0, 1, -1, -width, width], np.int32)
    margin = 0 if cells else 1
    for i in range(margin, rows + 1 - margin):
        first = i * width + margin
        line = codes[first : first + columns + 1 - 2 * margin]
        out = squares[first : first + columns + 1 - 2 * margin]
        for j in range(line.size):
            higher = np.uint32(first + j + steps[line[j]])
            out[j] = higher + steps[codes[higher]]


@compiled
def _mark_saddles(masks: np.ndarray, saddles: np.ndarray) -> None:
    """Keep each pixel's critical edges: the first edge of every arc but the first."""
    for pixel in range(masks.size):
        starts = _starts_of_arcs(masks[pixel])
        saddles[pixel] = starts & (starts - 1)


@compiled
def _list_saddles(saddles: np.ndarray, edges: np.ndarray) -> int:
    """List the critical edges as 4 * pixel + direction, and return how many there are.

    An edge's number is half the position of its bit, counted from the first pixel's lowest (on a
    little-endian machine, as all are that PyTorch supports).
    """
    count = 0
    words = saddles[: saddles.size // 8 * 8].view(np.uint64)
    for word in range(words.size):
        bits = words[word]
        while bits:
            lowest = bits & (~bits + np.uint64(1))
            position = POSITIONS[(lowest * DE_BRUIJN) >> np.uint64(58)]
            edges[count] = 32 * word + (position >> 1)
            count += 1
            bits ^= lowest
    return count


@compiled
def _sort_edges(keys: np.ndarray, edges: np.ndarray, count: int) -> None:
    """Sort the first row of `edges` stably by their pixels' keys, in one pass per byte."""
    source, target = edges[0], edges[1]
    starts = np.empty(257, np.int32)
    for byte in range(keys.itemsize):
        shift = np.uint64(8 * byte)
        starts[:] = 0
        for k in range(count):
            digit = (np.uint64(keys[source[k] >> 2]) >> shift) & np.uint64(255)
            starts[digit + np.uint64(1)] += 1
        for before in range(256):
            starts[before + 1] += starts[before]
        for k in range(count):
            digit = (np.uint64(keys[source[k] >> 2]) >> shift) & np.uint64(255)
            target[starts[digit]] = source[k]
            starts[digit] += 1
        source, target = target, source
    if keys.itemsize % 2:
        edges[0, :count] = edges[1, :count]


@compiled
def _find(forest: np.ndarray, start: int) -> int:
    """Find a tree's root and attach the nodes on the path directly to it."""
    # Indices are cast to unsigned throughout: numba then leaves out its test for negative ones.
    root = forest[np.uint32(forest[np.uint32(start)])]
    above = forest[np.uint32(root)]
    if above != root:
        node = root
        while above != root:
            root = forest[np.uint32(above)]
            above = forest[np.uint32(root)]
        while node != root:
            above = forest[np.uint32(node)]
            forest[np.uint32(node)] = root
            node = above
    forest[np.uint32(start)] = root
    return root


@compiled
def _merge(
    keys: np.ndarray,
    edges: np.ndarray,
    count: int,
    forest: np.ndarray,
    ends: np.ndarray,
    to_pixel: int,
    outside: int,
    descending: bool,
    pairs: np.ndarray,
) -> tuple[int, int]:
    """Run Kruskal's algorithm over a forest by the elder rule.

    Parameters
    ----------
    keys
        Padded keys.
    edges, count
        The edges in order, and their number; those that join nothing are moved to the front.
    forest, ends
        The forest, and the two nodes an edge joins, relative to its pixel, by direction.
    to_pixel
        Offset from a root to its extremum.
    outside
        The root that survives every merge; -1 if there is none.
    descending
        Whether roots are maxima, of which the highest is the eldest.
    pairs
        Filled with (extremum, saddle).

    Returns
    -------
    Number of pairs, and of edges that join nothing.
    """
    pair_count = 0
    loop_count = 0
    for k in range(count):
        edge = edges[k]
        pixel = edge >> 2
        direction = np.uint32(edge & 3)
        a = _find(forest, pixel + ends[direction, 0])
        b = _find(forest, pixel + ends[direction, 1])
        # No branch below: whether an edge joins, and which root is elder, cannot be predicted.
        key_a = keys[np.uint32(a + to_pixel)]
        key_b = keys[np.uint32(b + to_pixel)]
        first = (key_a < key_b) | ((key_a == key_b) & (a < b))
        elder = ((first ^ descending) & (b != outside)) | (a == outside)
        old = a if elder else b
        young = b if elder else a
        forest[np.uint32(young)] = old
        edges[loop_count] = edge
        loop_count += a == b
        pairs[pair_count, 0] = young + to_pixel
        pairs[pair_count, 1] = pixel
        dying = key_b if elder else key_a
        pair_count += (a != b) & (dying != keys[np.uint32(pixel)])
    return pair_count, loop_count


@compiled
def _reverse(edges: np.ndarray, count: int) -> None:
    for k in range(count // 2):
        edges[k], edges[count - 1 - k] = edges[count - 1 - k], edges[k]
