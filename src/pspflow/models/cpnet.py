"""CPNet: a convolutional network from a window of a structure to the strains at its centre.

Latent report, section 4.3, which prints the layers and their parameters: 902,183 for a window of
21 x 21 x 21 voxels and a centre of 7 x 7 x 7. Kernels, strides and padding are not printed; shapes
and counts leave one choice for the convolutions. Three of the four poolings keep the shape. They
are taken as windows of one voxel, which do nothing, and left out; the one after the third
convolution, 6 to 5 voxels, has a window of two.

A smaller window, for a cell of fewer voxels, uses the same layers; the first linear one shrinks.
"""

import torch
from torch import Tensor, nn

from pspflow.models.voxels import VoxelConvolution

PAPER_WINDOW = 21
PAPER_GAP = 7
CHANNELS = (8, 16, 32, 64)


class CPNet(nn.Module):
    """Predict the values at the centre of windows.

    Parameters
    ----------
    window
        Voxels along an edge of the window, at least 5.
    gap
        Voxels along an edge of the centre that is predicted, the report's `strideGap`.
    """

    def __init__(self, window: int = PAPER_WINDOW, gap: int = PAPER_GAP) -> None:
        super().__init__()
        self.gap = gap
        edge = _halved(_halved(_halved(window)) - 1)
        first, second, third, fourth = CHANNELS
        self.features = nn.Sequential(
            *_convolution(1, first, stride=2),
            *_convolution(first, second, stride=2),
            *_convolution(second, third, stride=1),
            PairMaximum(),
            *_convolution(third, fourth, stride=2),
            nn.Flatten(),
        )
        outputs = gap**3
        self.head = nn.Sequential(
            nn.Linear(fourth * edge**3, outputs),
            nn.ReLU(),
            nn.Linear(outputs, outputs),
            nn.ReLU(),
            nn.Linear(outputs, outputs),
        )
        for layer in self.modules():
            if isinstance(layer, nn.Conv3d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, windows: Tensor) -> Tensor:
        """Map windows `n x 1 x window x window x window` to centres `n x gap x gap x gap`."""
        centres: Tensor = self.head(self.features(windows))
        return centres.view(-1, self.gap, self.gap, self.gap)


class PairMaximum(nn.Module):
    """Max pooling with a window of 2 and a stride of 1.

    In three dimensions, the gradient of torch's pooling is not reproducible on a GPU.
    """

    def forward(self, fields: Tensor) -> Tensor:
        """Pool fields `n x channels x edge x edge x edge` to `edge - 1`."""
        for axis in (2, 3, 4):
            pairs = fields.shape[axis] - 1
            fields = torch.maximum(fields.narrow(axis, 0, pairs), fields.narrow(axis, 1, pairs))
        return fields


def _convolution(channels_in: int, channels_out: int, stride: int) -> tuple[nn.Module, ...]:
    return (
        VoxelConvolution(channels_in, channels_out, 3, stride=stride, padding=1),
        nn.BatchNorm3d(channels_out),
        nn.ReLU(),
    )


def _halved(edge: int) -> int:
    """Return the edge after a convolution of stride 2."""
    return (edge + 1) // 2
