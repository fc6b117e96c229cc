"""The stiffness of a periodic cell of voxels, applied to nodal displacements.

Node ``(i, j, k)`` is the first corner of voxel ``(i, j, k)``, so a field of displacements has the
cell's shape too. A product takes, slab by slab along x, the voxels' 24 displacements, their
amplitudes in the element's modes, times the moduli, and back again: no matrix is ever assembled.
"""

import torch
from torch import Tensor

from pspflow.mechanics.element import Element

SLAB_VOXELS = 8192  # on a CPU, what a slab works on stays in a core's cache


class CellStiffness:
    """The stiffness of one cell.

    Parameters
    ----------
    element
        The voxels' modes.
    bulk, shear
        Bulk and shear modulus of each voxel, shape ``(nx, ny, nz)``; their dtype and device are
        those of everything here.
    """

    def __init__(self, element: Element, bulk: Tensor, shear: Tensor) -> None:
        self.shape = bulk.shape
        self.bulk_modes = element.bulk_modes
        self.modes = torch.tensor(element.modes, dtype=bulk.dtype, device=bulk.device)
        self.moduli = torch.stack([bulk, shear]).reshape(2, -1)
        nx, ny, nz = self.shape
        on_cpu = bulk.device.type == "cpu"
        self._thickness = min(nx, max(1, SLAB_VOXELS // (ny * nz))) if on_cpu else nx
        self._unknowns = bulk.new_empty(24 * self._thickness * ny * nz)
        self._amplitudes = bulk.new_empty(len(self.modes) * self._thickness * ny * nz)
        self._padded = bulk.new_empty(3, nx + 1, ny + 1, nz + 1)

    def forces(self, displacements: Tensor) -> Tensor:
        """Return the nodal forces, shape ``(3, nx, ny, nz)``.

        Parameters
        ----------
        displacements
            Periodic part, shape ``(3, nx, ny, nz)``, in voxel edges.
        """
        return self._apply(displacements, None)[0]

    def strained_forces(self, displacements: Tensor, macro: Tensor) -> tuple[Tensor, Tensor]:
        """Return the nodal forces under a macroscopic strain, and the stress it takes.

        Parameters
        ----------
        displacements
            As in `forces`.
        macro
            What the macroscopic strain displaces one voxel's nodes by, shape ``(24,)``.

        Returns
        -------
        forces, sums
            Shape ``(3, nx, ny, nz)``, and the voxels' own 24 forces summed over them, float64.
        """
        return self._apply(displacements, macro)

    def voxel_displacements(self, displacements: Tensor) -> Tensor:
        """Return every voxel's 24 displacements, shape ``(24, nx * ny * nz)``."""
        _pad(displacements, self._padded)
        nx, ny, nz = self.shape
        out = displacements.new_empty(8, 3, nx, ny, nz)
        _gather(self._padded, out, 0)
        return out.reshape(24, -1)

    def _apply(self, displacements: Tensor, macro: Tensor | None) -> tuple[Tensor, Tensor]:
        nx, ny, nz = self.shape
        _pad(displacements, self._padded)
        out = self._padded.new_zeros(self._padded.shape)
        sums = torch.zeros(len(self.modes), dtype=torch.float64, device=out.device)
        for start in range(0, nx, self._thickness):
            depth = min(self._thickness, nx - start)
            count = depth * ny * nz
            unknowns = self._unknowns[: 24 * count].view(8, 3, depth, ny, nz)
            amplitudes = self._amplitudes[: len(self.modes) * count].view(-1, count)
            _gather(self._padded, unknowns, start)
            torch.mm(self.modes, unknowns.view(24, count), out=amplitudes)
            if macro is not None:
                amplitudes += (self.modes @ macro)[:, None]
            bulk, shear = self.moduli[:, start * ny * nz :][:, :count]
            amplitudes[: self.bulk_modes] *= bulk
            amplitudes[self.bulk_modes :] *= shear
            if macro is not None:
                sums += amplitudes.sum(dim=1, dtype=torch.float64)
            torch.mm(self.modes.T, amplitudes, out=unknowns.view(24, count))
            _scatter(unknowns, out, start)
        return _fold(out), self.modes.T.double() @ sums


def _pad(field: Tensor, out: Tensor) -> None:
    """Repeat the first layer of every axis behind the last."""
    out[:, :-1, :-1, :-1] = field
    out[:, -1, :-1, :-1] = field[:, 0]
    out[:, :, -1, :-1] = out[:, :, 0, :-1]
    out[:, :, :, -1] = out[:, :, :, 0]


def _fold(padded: Tensor) -> Tensor:
    """Add the repeated layers to the first ones: the transpose of `_pad`."""
    padded[:, :, :, 0] += padded[:, :, :, -1]
    padded[:, :, 0, :-1] += padded[:, :, -1, :-1]
    padded[:, 0, :-1, :-1] += padded[:, -1, :-1, :-1]
    return padded[:, :-1, :-1, :-1].contiguous()


def _windows(padded: Tensor, shape: torch.Size, start: int) -> list[Tensor]:
    """Return views of a slab's nodes, one a corner of its voxels, each ``(3, depth, ny, nz)``."""
    depth, ny, nz = shape
    return [
        padded[:, start + a : start + a + depth, b : b + ny, c : c + nz]
        for a in (0, 1)
        for b in (0, 1)
        for c in (0, 1)
    ]


def _gather(padded: Tensor, out: Tensor, start: int) -> None:
    for corner, window in enumerate(_windows(padded, out.shape[2:], start)):
        out[corner] = window


def _scatter(values: Tensor, padded: Tensor, start: int) -> None:
    for corner, window in enumerate(_windows(padded, values.shape[2:], start)):
        window.add_(values[corner])
