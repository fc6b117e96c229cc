"""The stiffness of one voxel: a trilinear hexahedron of eight nodes in three variants.

Isotropic strain energy is the sum of a volumetric and a deviatoric part. A voxel's stiffness is::

    K = κ Mκᵀ Mκ + μ Mμᵀ Mμ

and an element is defined by its two small matrices of *modes* M. Elements differ in the points at
which strains are evaluated:

``"full"``
    Both at 2 x 2 x 2 Gauss points. Exact for the trilinear field, and too stiff: it locks.
``"bbar"``
    The volumetric strain as its mean, the deviatoric strain at the Gauss points: softer than
    `full`, without its volumetric locking and without spurious modes.
``"reduced"``
    Both at the centre alone: the rotated scheme. Fast, but 12 modes of a voxel have no energy, and
    thin or checkered structures are too soft.

Voxels have edge 1: the effective stiffness of a cell does not depend on its size.

References
----------
Hughes 1980, "Generalization of selective integration procedures to anisotropic and nonlinear
media", Int. J. Numer. Methods Eng. 15, 1413 (`bbar`). Willot 2015, "Fourier-based schemes for
computing the mechanical response of composites with accurate local fields", C. R. Mecanique 343,
232 (`reduced`). Schneider, Merkert and Kabel 2017, "FFT-based homogenization for microstructures
discretized by linear hexahedral elements", Int. J. Numer. Methods Eng. 109, 1461 (`full`).
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Scheme = Literal["bbar", "full", "reduced"]
Matrix = NDArray[np.float64]

NODES = np.array(list(product((0, 1), repeat=3)))  # (8, 3), in the order of the 24 unknowns
SHEARS = ((3, 1, 2), (4, 0, 2), (5, 0, 1))  # Voigt component and its two axes
CENTRE = np.full(3, 0.5)
GAUSS_POINTS = 0.5 + (NODES - 0.5) / np.sqrt(3)


@dataclass(frozen=True)
class Element:
    """A voxel's matrices; the unknown ``3 * node + axis`` is a displacement in voxel edges.

    Attributes
    ----------
    modes
        Shape ``(modes, 24)``, float64: the volumetric modes, then the deviatoric ones.
    bulk_modes
        Number of volumetric modes.
    """

    modes: Matrix
    bulk_modes: int


@cache
def make_element(scheme: Scheme) -> Element:
    """Return the modes of one scheme.

    Raises
    ------
    ValueError
        If the scheme is unknown.
    """
    if scheme not in get_args(Scheme):
        raise ValueError(f"element must be 'bbar', 'full' or 'reduced', got {scheme!r}")
    centre = mean_strain()
    gauss = np.stack([strain_operator(point) for point in GAUSS_POINTS])
    bulk_points = gauss if scheme == "full" else centre[None]
    shear_points = centre[None] if scheme == "reduced" else gauss
    bulk = _volumetric(bulk_points) / np.sqrt(len(bulk_points))
    shear = _deviatoric(shear_points) / np.sqrt(len(shear_points))
    bulk_modes, shear_modes = _fewest_rows(bulk), _fewest_rows(shear)
    return Element(np.concatenate([bulk_modes, shear_modes]), len(bulk_modes))


def strain_operator(point: Matrix) -> Matrix:
    """Return the matrix from 24 displacements to the Voigt strain at a point, ``(6, 24)``.

    Parameters
    ----------
    point
        Position in the voxel, shape ``(3,)``, from 0 to 1.
    """
    factors = np.where(NODES, point, 1 - point)  # (8, 3)
    slopes = np.where(NODES, 1.0, -1.0)
    gradients = [slopes[:, d] * np.prod(np.delete(factors, d, axis=1), axis=1) for d in range(3)]
    operator = np.zeros((6, 8, 3))
    for axis in range(3):
        operator[axis, :, axis] = gradients[axis]
    for voigt, first, second in SHEARS:
        operator[voigt, :, first] = gradients[second]
        operator[voigt, :, second] = gradients[first]
    return operator.reshape(6, 24)


def mean_strain() -> Matrix:
    """Return the matrix to a voxel's mean Voigt strain, that at its centre: ``(6, 24)``."""
    return strain_operator(CENTRE)


def affine_displacements() -> Matrix:
    """Return the matrix from a uniform Voigt strain to 24 displacements, ``(24, 6)``."""
    displacements = np.zeros((8, 3, 6))
    for axis in range(3):
        displacements[:, axis, axis] = NODES[:, axis]
    for voigt, first, second in SHEARS:
        displacements[:, first, voigt] = NODES[:, second] / 2
        displacements[:, second, voigt] = NODES[:, first] / 2
    return displacements.reshape(24, 6)


def _volumetric(strains: Matrix) -> Matrix:
    """Return the square roots of the energy κ (tr ε)², shape ``(points, 24)``."""
    return strains[:, :3].sum(axis=1)


def _deviatoric(strains: Matrix) -> Matrix:
    """Return the square roots of the energy 2 μ dev ε : dev ε, shape ``(points * 6, 24)``."""
    normal = strains[:, :3] - strains[:, :3].mean(axis=1, keepdims=True)
    return np.concatenate([np.sqrt(2) * normal, strains[:, 3:]], axis=1).reshape(-1, 24)


def _fewest_rows(roots: Matrix) -> Matrix:
    """Return the smallest number of rows that give the same energy."""
    _, sizes, rows = np.linalg.svd(roots, full_matrices=False)
    kept = sizes > 1e-10 * sizes[0]
    return sizes[kept, None] * rows[kept]
