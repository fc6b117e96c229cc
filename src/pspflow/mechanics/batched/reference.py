"""The preconditioner of many cells at once: the Fourier inverse of one homogeneous cell."""

import torch
from torch import Tensor

from pspflow.mechanics.batched.fused import kernels_for
from pspflow.mechanics.reference import ReferenceInverse

SPACE = (2, 3, 4)


class BatchInverse:
    """The pseudo-inverse of a homogeneous cell's stiffness, applied to a batch of fields.

    Parameters
    ----------
    inverse
        That of one cell.
    """

    def __init__(self, inverse: ReferenceInverse) -> None:
        self._shape = inverse.shape
        # With the scale of the transforms in it, no field is multiplied by that.
        self._inverse = (inverse.inverse / inverse.shape.numel()).contiguous()
        self._kernels = kernels_for(self._inverse.device, self._inverse.dtype)
        xx, yy, zz, yz, xz, xy = self._inverse
        self._rows = ((xx, xy, xz), (xy, yy, yz), (xz, yz, zz))

    def __call__(self, forces: Tensor) -> Tensor:
        """Return displacements for forces, both of shape ``(k, 3, nx, ny, nz)``."""
        waves = torch.view_as_real(torch.fft.rfftn(forces, dim=SPACE))
        if self._kernels is None:
            waves = self._multiplied(waves)
        else:
            waves = waves.contiguous()
            self._kernels.multiply_waves(waves, self._inverse)
        spectrum = torch.view_as_complex(waves)
        return torch.fft.irfftn(spectrum, s=self._shape, dim=SPACE, norm="forward")

    def _multiplied(self, waves: Tensor) -> Tensor:
        x, y, z = waves.unbind(1)
        out = torch.empty_like(waves)
        for target, row in zip(out.unbind(1), self._rows, strict=True):
            torch.mul(x, row[0], out=target)
            target.addcmul_(y, row[1]).addcmul_(z, row[2])
        return out
