"""Persistence images of 8-bit images whose pairs are known, and their gradient for the pixels.

Factors of the 256 grey levels come from tables, so that a pair costs a few additions. The functions
run on one thread and release the GIL.
"""

import numpy as np

from pspflow.topology.compiled import compiled


@compiled
def images_of_pairs(
    levels: np.ndarray,
    pixels: np.ndarray,
    counts: np.ndarray,
    birth_table: np.ndarray,
    persistence_table: np.ndarray,
    out: np.ndarray,
) -> None:
    """Compute the persistence images of 8-bit images whose pairs are known.

    Parameters
    ----------
    levels
        uint8, shape ``(n, rows * columns)``.
    pixels, counts
        As `pspflow.topology.kernel.pair_stack` returns them, but every death must be a pixel.
    birth_table, persistence_table, out
        As in `pspflow.topology.kernel.image_stack`.
    """
    by_birth = np.empty_like(persistence_table)
    start = 0
    for image in range(counts.shape[0]):
        grey = levels[image]
        for homology in range(2):
            by_birth[:] = 0
            for k in range(start, start + counts[image, homology]):
                birth = grey[np.uint32(pixels[k, 0])]
                death = grey[np.uint32(pixels[k, 1])]
                row = by_birth[np.uint32(birth)]
                factors = persistence_table[np.uint32(death - birth)]
                for at in range(row.size):
                    row[at] += factors[at]
            np.dot(birth_table.T, by_birth, out[image, homology])
            start += counts[image, homology]


@compiled
def gradients_of_pairs(
    levels: np.ndarray,
    pixels: np.ndarray,
    counts: np.ndarray,
    birth_tables: np.ndarray,
    persistence_tables: np.ndarray,
    upstream: np.ndarray,
    out: np.ndarray,
) -> None:
    """Propagate the gradient from persistence images back to pixels.

    Parameters
    ----------
    levels, pixels, counts
        As in `images_of_pairs`.
    birth_tables, persistence_tables
        Factors and their derivatives by grey level, shape ``(2, 256, resolution)``.
    upstream
        Gradient for the persistence images, ``(n, 2, resolution, resolution)``.
    out
        Gradient for the pixels, shape of `levels`; the result is added to it.
    """
    by_birth = np.empty_like(birth_tables)
    start = 0
    for image in range(counts.shape[0]):
        grey, gradient = levels[image], out[image]
        for homology in range(2):
            for order in range(2):
                np.dot(birth_tables[order], upstream[image, homology], by_birth[order])
            for k in range(start, start + counts[image, homology]):
                birth_pixel = np.uint32(pixels[k, 0])
                death_pixel = np.uint32(pixels[k, 1])
                birth = np.uint32(grey[birth_pixel])
                persistence = np.uint32(grey[death_pixel] - birth)
                left, left_slope = by_birth[0][birth], by_birth[1][birth]
                right = persistence_tables[0][persistence]
                right_slope = persistence_tables[1][persistence]
                by_level = 0.0
                by_persistence = 0.0
                for at in range(left.size):
                    by_level += left_slope[at] * right[at]
                    by_persistence += left[at] * right_slope[at]
                gradient[birth_pixel] += by_level - by_persistence
                gradient[death_pixel] += by_persistence
            start += counts[image, homology]
