"""The Fourier inverse of a homogeneous cell's stiffness: the preconditioner.

In a homogeneous periodic cell, nodal forces are the displacements convolved with a stencil of
3 x 3 x 3 nodes, and hence multiplied by a 3 x 3 matrix at every wave vector. Voxels are symmetric
under inversion, so that matrix is real. Preconditioning with its inverse makes the number of
iterations independent of the number of voxels; it grows with the contrast of the phases alone.
"""

import torch
from torch import Tensor

from pspflow.mechanics.element import Element
from pspflow.mechanics.operator import CellStiffness

SINGULAR = 1e-12  # relative to the moduli
PAIRS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


class ReferenceInverse:
    """The pseudo-inverse of a homogeneous cell's stiffness.

    Uniform translations, and the wave vectors at which `reduced` voxels have no stiffness (two of
    the three frequencies alternate from node to node; even edges have them), give no displacement.

    Parameters
    ----------
    element
        The voxels' modes.
    bulk, shear
        The homogeneous moduli.
    shape
        Voxels along each axis.
    dtype, device
        Type and device of the fields; the inverse is computed in float64.

    Attributes
    ----------
    inverse
        Shape ``(6, nx, ny, nz // 2 + 1, 1)``, by pair of axes.
    """

    def __init__(
        self,
        element: Element,
        bulk: float,
        shear: float,
        shape: torch.Size,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        self.shape = shape
        symbol = _symbol(_stencil(element, bulk, shear), shape)
        inverse = _invert(symbol, SINGULAR * (bulk + shear)).to(dtype).to(device)
        self.inverse = inverse.unsqueeze(-1)  # for both the real and the imaginary part

    def __call__(self, forces: Tensor) -> Tensor:
        """Return displacements, shape ``(3, nx, ny, nz)``, for forces of that shape."""
        waves = torch.view_as_real(torch.fft.rfftn(forces, dim=(1, 2, 3)))
        xx, yy, zz, yz, xz, xy = self.inverse
        x, y, z = waves
        out = torch.empty_like(waves)
        for target, row in zip(out, ((xx, xy, xz), (xy, yy, yz), (xz, yz, zz)), strict=True):
            torch.mul(row[0], x, out=target)
            target.addcmul_(row[1], y).addcmul_(row[2], z)
        return torch.fft.irfftn(torch.view_as_complex(out), s=self.shape, dim=(1, 2, 3))


def _stencil(element: Element, bulk: float, shear: float) -> Tensor:
    """Return the forces of unit displacements of node 0, shape ``(6, 3, 3, 3)``, by pair of axes.

    In a cell of 3 x 3 x 3 nodes, offset -1 is index 2.
    """
    ones = torch.ones(3, 3, 3, dtype=torch.float64)
    cell = CellStiffness(element, bulk * ones, shear * ones)
    columns = []
    for axis in range(3):
        displacements = torch.zeros(3, 3, 3, 3, dtype=torch.float64)
        displacements[axis, 0, 0, 0] = 1
        columns.append(cell.forces(displacements))
    return torch.stack([columns[first][second] for first, second in PAIRS])


def _symbol(stencil: Tensor, shape: torch.Size) -> Tensor:
    """Return the stencil's Fourier transform, shape ``(6, nx, ny, nz // 2 + 1)``."""
    waves = stencil.to(torch.complex128)
    lengths = (shape[0], shape[1], shape[2] // 2 + 1)
    for edge, length in zip(shape, lengths, strict=True):
        offsets = torch.tensor([0, 1, -1], dtype=torch.float64)
        angles = -2 * torch.pi / edge * torch.outer(torch.arange(length).double(), offsets)
        phases = torch.polar(torch.ones_like(angles), angles)
        waves = torch.tensordot(waves, phases, dims=([1], [1]))
    return waves.real


def _invert(symbol: Tensor, zero: float) -> Tensor:
    """Invert symmetric 3 x 3 matrices, given and returned as `PAIRS`; those of 0 become 0.

    No wave vector has a matrix that is singular and not 0.
    """
    xx, yy, zz, yz, xz, xy = symbol
    cofactors = torch.stack(
        [
            yy * zz - yz * yz,
            xx * zz - xz * xz,
            xx * yy - xy * xy,
            xz * xy - xx * yz,
            xy * yz - yy * xz,
            xz * yz - zz * xy,
        ]
    )
    determinant = xx * cofactors[0] + xy * cofactors[5] + xz * cofactors[4]
    trace = xx + yy + zz
    singular = trace <= zero
    return torch.where(singular, 0.0, cofactors / torch.where(singular, 1.0, determinant))
