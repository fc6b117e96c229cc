"""A Fourier neural operator in three dimensions: from one periodic field to another.

Each block adds two terms to its input: a convolution of it over the whole cell (`SpectralConv3d`,
long waves only), and a convolution of it and of the operator's input over the nearest neighbours,
since the jumps at interfaces are short waves. All of it is periodic and there are no coordinates:
moving the input moves the output by as many voxels, and a trained operator can be applied to cells
of other edges.

References
----------
Li, Kovachki, Azizzadenesheli, Liu, Bhattacharya, Stuart and Anandkumar 2021, "Fourier neural
operator for parametric partial differential equations", ICLR. Its local branch is a convolution of
1 voxel; with 3 it follows Liu-Schiaffini et al. 2024, "Neural operators with localized integral and
differential kernels", ICML.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from pspflow.models.voxels import VoxelConvolution


class SpectralConv3d(nn.Module):
    """Convolve periodic fields over the whole cell: a learned matrix over channels for each wave.

    Parameters
    ----------
    width
        Channels in and out.
    modes
        Frequencies that are kept along each axis: those below `modes`, of either sign. A cell too
        small to have them keeps all it has, except the highest frequency of an even edge.
    """

    def __init__(self, width: int, modes: int) -> None:
        super().__init__()
        self.modes = modes
        shape = (width, width, 2 * modes - 1, 2 * modes - 1, modes, 2)
        # real and imaginary parts as an axis, so that optimisers and files see real numbers
        self.weight = nn.Parameter(torch.randn(shape) / (2**0.5 * width))

    def forward(self, fields: Tensor) -> Tensor:
        """Convolve fields, `n x width x nx x ny x nz`, into fields of the same shape."""
        edges = fields.shape[2:]
        highest = [min(self.modes - 1, (edge - 1) // 2) for edge in edges]
        weight = torch.view_as_complex(self.weight)[..., : highest[2] + 1]
        # frequencies cut off along one axis need no transform along the next
        waves = torch.fft.rfft(fields, dim=4)[..., : highest[2] + 1]
        for axis in (3, 2):
            waves = _long(torch.fft.fft(waves, dim=axis), axis, highest[axis - 2])
            weight = _long(weight, axis, highest[axis - 2])
        waves = torch.einsum("nixyz,ioxyz->noxyz", waves, weight)
        for axis in (2, 3):
            waves = torch.fft.ifft(_padded(waves, axis, edges[axis - 2]), dim=axis)
        convolved: Tensor = torch.fft.irfft(waves, n=edges[2], dim=4)
        return convolved


class FourierOperator(nn.Module):
    """Map a periodic field to another on the same voxels.

    Parameters
    ----------
    width
        Channels of the hidden fields.
    modes
        Frequencies that each spectral convolution keeps along an axis.
    blocks
        Number of blocks.
    """

    def __init__(self, width: int = 12, modes: int = 6, blocks: int = 4) -> None:
        super().__init__()
        self.lift = _local(1, width)
        self.spectral = nn.ModuleList(SpectralConv3d(width, modes) for _ in range(blocks))
        self.local = nn.ModuleList(_local(width + 1, width) for _ in range(blocks))
        self.project = nn.Sequential(
            nn.Conv3d(width + 1, 2 * width, 1), nn.GELU(), nn.Conv3d(2 * width, 1, 1)
        )

    def forward(self, fields: Tensor) -> Tensor:
        """Map fields `n x 1 x nx x ny x nz` to fields of the same shape."""
        hidden = self.lift(fields)
        for spectral, local in zip(self.spectral, self.local, strict=True):
            seen = torch.cat([hidden, fields], dim=1)
            hidden = hidden + gelu(spectral(hidden) + local(seen))
        out: Tensor = self.project(torch.cat([hidden, fields], dim=1))
        return out


def _local(channels_in: int, channels_out: int) -> VoxelConvolution:
    return VoxelConvolution(channels_in, channels_out, 3, padding=1, padding_mode="circular")


def _long(waves: Tensor, axis: int, highest: int) -> Tensor:
    """Keep the frequencies up to `highest`, of either sign, in the order of the transform."""
    size = waves.shape[axis]
    ends = (waves.narrow(axis, 0, highest + 1), waves.narrow(axis, size - highest, highest))
    return torch.cat(ends, dim=axis)


def _padded(waves: Tensor, axis: int, edge: int) -> Tensor:
    """Put zeros in the place of the frequencies that are not kept."""
    kept = waves.shape[axis]
    if kept == edge:
        return waves
    half = kept // 2
    zeros = waves.new_zeros((*waves.shape[:axis], edge - kept, *waves.shape[axis + 1 :]))
    ends = (waves.narrow(axis, 0, half + 1), zeros, waves.narrow(axis, half + 1, half))
    return torch.cat(ends, dim=axis)
