"""The stiffness of a periodic cell of voxels, applied to nodal displacements.

Node ``(i, j, k)`` is the first corner of voxel ``(i, j, k)``, so a field of displacements also has
the shape of the cell. A product converts, slab by slab along x, the voxels' 24 displacements to
amplitudes of the element's modes, multiplies by the moduli, and converts back: no matrix is
assembled.
"""

from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor

from pspflow.mechanics.element import Element

SLAB_VOXELS = 8192  # on a CPU, the data of a slab stay in a core's cache


class _Slab(NamedTuple):
    """Views of the buffers for some layers of voxels; made once, since making them is slow."""

    sources: list[Tensor]  # displacements of the nodes at each of the 8 corners
    targets: list[Tensor]  # forces there
    corners: list[Tensor]  # the same, voxel by voxel, each (3, depth, ny, nz)
    unknowns: Tensor  # all of it as (24, voxels)
    amplitudes: Tensor  # (modes, voxels)
    bulk_amplitudes: Tensor
    shear_amplitudes: Tensor
    bulk: Tensor
    shear: Tensor


class CellStiffness:
    """The stiffness of one cell; it holds buffers, so threads must not share it.

    Parameters
    ----------
    element
        The voxels' modes.
    bulk, shear
        Bulk and shear modulus of each voxel, shape ``(nx, ny, nz)``; all fields have their dtype
        and device.
    """

    def __init__(self, element: Element, bulk: Tensor, shear: Tensor) -> None:
        self.shape = bulk.shape
        nx, ny, nz = self.shape
        self.modes = torch.tensor(element.modes, dtype=bulk.dtype, device=bulk.device)
        self._displaced, self._pulled = bulk.new_empty(2, 3, nx + 1, ny + 1, nz + 1)
        depth = min(nx, max(1, SLAB_VOXELS // (ny * nz))) if bulk.device.type == "cpu" else nx
        self._unknowns = bulk.new_empty(24 * depth * ny * nz)
        self._amplitudes = bulk.new_empty(len(self.modes) * depth * ny * nz)
        moduli = torch.stack([bulk, shear])
        self._slabs = [
            self._make_slab(start, moduli[:, start : start + depth], element.bulk_modes)
            for start in range(0, nx, depth)
        ]

    def forces(self, displacements: Tensor) -> Tensor:
        """Return the nodal forces, shape ``(3, nx, ny, nz)``.

        Parameters
        ----------
        displacements
            Periodic part, shape ``(3, nx, ny, nz)``, in voxel edges.
        """
        return self._apply(displacements, None)[0]

    def strained_forces(self, displacements: Tensor, macro: Tensor) -> tuple[Tensor, Tensor]:
        """Return the nodal forces under a macroscopic strain, and their sums over the voxels.

        Parameters
        ----------
        displacements
            As in `forces`.
        macro
            Displacements of one voxel's nodes by the macroscopic strain, shape ``(24,)``.

        Returns
        -------
        forces, sums
            Shape ``(3, nx, ny, nz)``, and the voxels' own 24 forces summed over them, float64.
        """
        return self._apply(displacements, self.modes @ macro)

    def voxel_displacements(self, displacements: Tensor) -> Tensor:
        """Return every voxel's 24 displacements, shape ``(24, nx * ny * nz)``."""
        _pad(displacements, self._displaced)
        corners = _windows(self._displaced, self.shape, 0)
        return torch.cat([corner.flatten(1) for corner in corners])

    def _make_slab(self, start: int, moduli: Tensor, bulk_modes: int) -> _Slab:
        shape = moduli.shape[1:]
        count = shape.numel()
        unknowns = self._unknowns[: 24 * count]
        amplitudes = self._amplitudes[: len(self.modes) * count].view(-1, count)
        bulk, shear = moduli.reshape(2, -1)
        return _Slab(
            _windows(self._displaced, shape, start),
            _windows(self._pulled, shape, start),
            list(unknowns.view(8, 3, *shape)),
            unknowns.view(24, -1),
            amplitudes,
            amplitudes[:bulk_modes],
            amplitudes[bulk_modes:],
            bulk,
            shear,
        )

    def _apply(self, displacements: Tensor, macro: Tensor | None) -> tuple[Tensor, Tensor]:
        _pad(displacements, self._displaced)
        self._pulled.zero_()
        sums = torch.zeros(len(self.modes), dtype=torch.float64, device=self.modes.device)
        for slab in self._slabs:
            for corner, source in zip(slab.corners, slab.sources, strict=True):
                corner.copy_(source)
            torch.mm(self.modes, slab.unknowns, out=slab.amplitudes)
            if macro is not None:
                slab.amplitudes.add_(macro[:, None])
            slab.bulk_amplitudes.mul_(slab.bulk)
            slab.shear_amplitudes.mul_(slab.shear)
            if macro is not None:
                sums += slab.amplitudes.sum(dim=1, dtype=torch.float64)
            torch.mm(self.modes.T, slab.amplitudes, out=slab.unknowns)
            for corner, target in zip(slab.corners, slab.targets, strict=True):
                target.add_(corner)
        return _fold(self._pulled), self.modes.T.double() @ sums


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
    return padded[:, :-1, :-1, :-1].clone(memory_format=torch.contiguous_format)


def _windows(padded: Tensor, shape: torch.Size, start: int) -> list[Tensor]:
    """Return views of a slab's nodes, one per corner of its voxels, each ``(3, depth, ny, nz)``."""
    depth, ny, nz = shape
    return [
        padded[:, start + a : start + a + depth, b : b + ny, c : c + nz]
        for a, b, c in product((0, 1), repeat=3)
    ]
