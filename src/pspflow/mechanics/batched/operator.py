"""The stiffness of many periodic cells of one shape, applied to their nodal displacements at once.

As `pspflow.mechanics.operator`, with a batch axis in front. What counts on a GPU is how often a
field goes to its memory and back, so that layers of nodes (normal to x) share what is copied: the
12 displacements of a layer's nodes, at the four corners that a voxel has in it, are copied once,
and the 24 of a voxel are those of two layers that follow each other in memory. Forces are added the
same way. Every cell has one layer more than voxels along x, the first one again; the layer of
voxels behind it has no stiffness, so that no cell pulls at the next.
"""

import torch
from torch import Tensor

from pspflow.mechanics.batched.fused import kernels_for
from pspflow.mechanics.element import Scheme, make_element, mean_strain

CORNERS = 12  # displacements that a voxel has in one of its two layers of nodes
ALIGNED = 4  # numbers that a GPU moves at once: rows of matrices start at multiples of it


class BatchStiffness:
    """The stiffness of a batch of cells; it holds buffers, so threads must not share it.

    Parameters
    ----------
    element
        As in `pspflow.mechanics.effective_stiffness`.
    bulk, shear
        Bulk and shear modulus of each voxel, shape ``(b, nx, ny, nz)``; all fields have their dtype
        and device.
    """

    def __init__(self, element: Scheme, bulk: Tensor, shear: Tensor) -> None:
        batch, nx, ny, nz = bulk.shape
        self.shape = bulk.shape[1:]
        self._element, modes = element, make_element(element)
        self._kernels = kernels_for(bulk.device, bulk.dtype)
        self.modes = torch.tensor(modes.modes, dtype=bulk.dtype, device=bulk.device)
        by_layer = _by_layer(self.modes)
        before, behind = by_layer[:, :CORNERS], by_layer[:, CORNERS:]
        self._to_amplitudes = by_layer[None]
        self._to_forces = torch.cat([behind.T, before.T], dim=1)[None]
        self._bulk_modes = modes.bulk_modes
        layers, self._area = batch * (nx + 1), ny * nz
        row = -(-self._area // ALIGNED) * ALIGNED
        self._bulk, self._shear = bulk.new_zeros(2, batch, nx + 1, row)
        self.fill(bulk, shear)
        self._padded = bulk.new_empty(batch, nx + 1, 3, ny + 1, nz + 1)
        # Voxels of the last layer take the nodes of one more; those of the first, voxels before.
        self._nodes = bulk.new_zeros(layers + 1, CORNERS, row)
        self._amplitudes = bulk.new_zeros(layers + 1, len(self.modes), row)

    def forces(self, displacements: Tensor, out: Tensor) -> Tensor:
        """Compute the nodal forces of the first k cells.

        Parameters
        ----------
        displacements
            Periodic part, shape ``(k, 3, nx, ny, nz)``, in voxel edges.
        out
            Where the forces are written, contiguous, of the same shape; returned.
        """
        if self._kernels is None:
            self._stress(displacements, None)
            return self._pull(out)
        self._kernels.write_forces(self._element, self._bulk, self._shear, displacements, out)
        return out

    def strained_forces(
        self, displacements: Tensor, macro: Tensor, out: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Compute the nodal forces under macroscopic strains, and their sums over the voxels.

        Parameters
        ----------
        displacements, out
            As in `forces`.
        macro
            Displacements of one voxel's nodes by each cell's macroscopic strain, ``(k, 24)``.

        Returns
        -------
        forces, sums
            Shape ``(k, 3, nx, ny, nz)``, and the voxels' own 24 forces summed over them, float64,
            shape ``(k, 24)``.
        """
        amplitudes = self._stress(displacements, macro @ self.modes.T)
        # lines of voxels first, since a sum in float64 would copy all of them
        lines = self._voxels(amplitudes).sum(dim=-1)
        sums = lines.double().sum(dim=(1, 3))
        return self._pull(out), sums @ self.modes.double()

    def strains(self, displacements: Tensor) -> Tensor:
        """Return the voxels' mean strains of the first k cells, shape ``(k, 6, nx, ny, nz)``."""
        cells, (nx, ny, nz) = len(displacements), self.shape
        layers = self._gather(displacements)
        operator = torch.tensor(mean_strain(), dtype=self.modes.dtype, device=self.modes.device)
        by_layer = _by_layer(operator)[None].expand(layers, -1, -1)
        strains = torch.bmm(by_layer, self._pairs(self._nodes, layers))
        return self._voxels(strains).view(cells, nx + 1, 6, ny, nz)[:, :nx].transpose(1, 2)

    def fill(self, bulk: Tensor, shear: Tensor) -> None:
        """Take moduli, ``(b, nx, ny, nz)``, as those that the batch was made with."""
        nx = self.shape[0]
        self._bulk[:, :nx, : self._area] = bulk.flatten(2)
        self._shear[:, :nx, : self._area] = shear.flatten(2)

    def overwrite(self, here: Tensor, there: Tensor) -> None:
        """Give the cells `here` the moduli of the cells `there`, positions (k,) in the batch."""
        for moduli in (self._bulk, self._shear):
            moduli[here] = moduli[there]

    def _stress(self, displacements: Tensor, macro: Tensor | None) -> Tensor:
        """Compute amplitudes times moduli, shape ``(k, nx + 1, modes, ny * nz + some)``."""
        cells, layers = len(displacements), self._gather(displacements)
        out = self._amplitudes[1 : layers + 1]
        matrices = self._to_amplitudes.expand(layers, -1, -1)
        torch.bmm(matrices, self._pairs(self._nodes, layers), out=out)
        amplitudes = out.view(cells, -1, *out.shape[1:])
        if macro is not None:
            amplitudes.add_(macro[:, None, :, None])
        amplitudes[:, :, : self._bulk_modes].mul_(self._bulk[:cells, :, None])
        amplitudes[:, :, self._bulk_modes :].mul_(self._shear[:cells, :, None])
        return amplitudes

    def _gather(self, displacements: Tensor) -> int:
        """Copy the displacements of all layers' corners, and return the number of layers."""
        cells, (nx, ny, nz) = len(displacements), self.shape
        layers = cells * (nx + 1)
        padded = self._padded[:cells]
        padded[:, :nx, :, :ny, :nz] = displacements.transpose(1, 2)
        padded[:, nx, :, :ny, :nz] = displacements[:, :, 0]
        padded[:, :, :, ny, :nz] = padded[:, :, :, 0, :nz]
        padded[..., nz] = padded[..., 0]
        corners = padded.flatten(0, 1).unfold(2, ny, 1).unfold(3, nz, 1)
        self._voxels(self._nodes[:layers]).view(corners.shape).copy_(corners)
        return layers

    def _pull(self, out: Tensor) -> Tensor:
        """Add the forces of all voxels at their nodes."""
        cells, (nx, ny, nz) = len(out), self.shape
        layers = cells * (nx + 1)
        pulled = self._nodes[:layers]
        matrices = self._to_forces.expand(layers, -1, -1)
        torch.bmm(matrices, self._pairs(self._amplitudes, layers), out=pulled)
        # The amplitudes are not needed any more, and their memory takes the sums along z.
        shape = (cells, nx + 1, 3, 2, ny, nz)
        lines = self._amplitudes[1 : layers + 1].view(-1)[: layers * 6 * ny * nz].view(shape)
        left, right = self._voxels(pulled).view(cells, nx + 1, 3, 2, 2, ny, nz).unbind(4)
        _add_shifted(left, right, lines)
        left, right = lines.transpose(-1, -2).unbind(3)
        by_layer = out.permute(0, 2, 1, 4, 3)
        _add_shifted(left[:, :nx], right[:, :nx], by_layer)
        by_layer[:, 0] += _add_shifted(left[:, nx], right[:, nx], torch.empty_like(left[:, nx]))
        return out

    def _voxels(self, rows: Tensor) -> Tensor:
        """View the rows ``(..., ny * nz + some)`` as layers ``(..., ny, nz)``."""
        ny, nz = self.shape[1:]
        return rows.as_strided((*rows.shape[:-1], ny, nz), (*rows.stride()[:-1], nz, 1))

    def _pairs(self, field: Tensor, layers: int) -> Tensor:
        """View every layer with the one behind it, shape ``(layers, 2 * rows, ny * nz + some)``."""
        rows, row = field.shape[1:]
        return field.as_strided((layers, 2 * rows, row), (rows * row, row, 1))


def _by_layer(matrix: Tensor) -> Tensor:
    """Sort the 24 columns of a matrix by layer, axis and corner in the layer."""
    return matrix.view(-1, 2, 2, 2, 3).permute(0, 1, 4, 2, 3).reshape(-1, 24).contiguous()


def _add_shifted(left: Tensor, right: Tensor, out: Tensor) -> Tensor:
    """Write ``left[..., i] + right[..., i - 1]``, periodically."""
    torch.add(left[..., 1:], right[..., :-1], out=out[..., 1:])
    torch.add(left[..., 0], right[..., -1], out=out[..., 0])
    return out
