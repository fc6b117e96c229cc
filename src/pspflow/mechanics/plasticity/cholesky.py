"""Inverses of many small positive definite matrices at once, compiled.

Symmetric 5 x 5 matrices are packed: row by row, up to the diagonal, the 15 components first and the
matrices of a block (LANES) last, so that every loop runs over matrices.
"""

import numpy as np
from numpy.typing import NDArray

from pspflow.mechanics.plasticity.compiled import compiled

Floats = NDArray[np.float64]
LANES = 64
"""Matrices in a block: the loops over them have this fixed length."""


@compiled
def factorise(matrix: Floats) -> None:
    """Replace matrices (15, LANES) by their lower Cholesky factors, diagonals as reciprocals."""
    lanes = matrix.shape[1]
    for j in range(5):
        row_j = j * (j + 1) // 2
        for k in range(j):
            for g in range(lanes):
                matrix[row_j + j, g] -= matrix[row_j + k, g] * matrix[row_j + k, g]
        for g in range(lanes):
            matrix[row_j + j, g] = 1.0 / np.sqrt(matrix[row_j + j, g])
        for i in range(j + 1, 5):
            row_i = i * (i + 1) // 2
            for k in range(j):
                for g in range(lanes):
                    matrix[row_i + j, g] -= matrix[row_i + k, g] * matrix[row_j + k, g]
            for g in range(lanes):
                matrix[row_i + j, g] *= matrix[row_j + j, g]


@compiled
def invert_factor(factor: Floats, inverse: Floats) -> None:
    """Invert the factors that `factorise` leaves, (15, LANES)."""
    lanes = factor.shape[1]
    for j in range(5):
        diagonal = j * (j + 1) // 2 + j
        for g in range(lanes):
            inverse[diagonal, g] = factor[diagonal, g]
        for i in range(j + 1, 5):
            row_i = i * (i + 1) // 2
            inverse[row_i + j] = 0.0
            for k in range(j, i):
                row_k = k * (k + 1) // 2
                for g in range(lanes):
                    inverse[row_i + j, g] -= factor[row_i + k, g] * inverse[row_k + j, g]
            for g in range(lanes):
                inverse[row_i + j, g] *= factor[row_i + i, g]


@compiled
def invert(matrix: Floats, root: Floats, inverse: Floats) -> None:
    """Invert matrices (15, LANES); `matrix` and `root` are overwritten."""
    lanes = matrix.shape[1]
    factorise(matrix)
    invert_factor(matrix, root)
    for i in range(5):
        for j in range(i + 1):
            at = i * (i + 1) // 2 + j
            inverse[at] = 0.0
            for k in range(i, 5):
                row_k = k * (k + 1) // 2
                for g in range(lanes):
                    inverse[at, g] += root[row_k + i, g] * root[row_k + j, g]
